// payment_service: a small real service whose behaviour follows its HotSwap configuration.
//   POST /pay {"amount":10,"currency":"EUR"}   GET /healthz   GET /config

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <string>

#include "http_server.hpp"
#include "payment.hpp"

namespace {

using hotswap::sdk::Client;
using hotswap::sdk::ClientOptions;
using payment::Request;
using payment::Response;

constexpr const char* kUsage =
    "payment_service --server URL [--server URL…] (--token TOKEN | --token-file FILE)\n"
    "  [--service payment-service] [--environment Production] [--name HOST] [--zone ZONE]\n"
    "  [--pool POOL] [--port 0] [--state-dir DIR] [--ca-file PEM] [--leave]\n"
    "  [--schema VERSION]\n"
    "--leave: deregister at the end. --schema: version of the schema payment-service that it says\n"
    "it was built for. Prints `listening PORT` once it accepts requests.\n";

struct Arguments {
  ClientOptions client;
  bool leave = false;
  bool ok = true;
};

Arguments parse(int argc, char** argv) {
  Arguments out;
  auto& client = out.client;
  client.service = "payment-service";
  client.environment = "Production";
  client.version = "2.4.1";
  std::string port = "0";
  std::string token_file;
  std::string state_dir;
  std::string ca_file;
  std::string schema;
  const std::map<std::string, std::string*> texts{
      {"--token", &client.token},     {"--token-file", &token_file},
      {"--service", &client.service}, {"--environment", &client.environment},
      {"--name", &client.hostname},   {"--zone", &client.zone},
      {"--pool", &client.pool},       {"--port", &port},
      {"--state-dir", &state_dir},    {"--ca-file", &ca_file},
      {"--schema", &schema}};
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--leave") {
      out.leave = true;
    } else if (i + 1 < argc && name == "--server") {
      client.servers.emplace_back(argv[++i]);
    } else if (const auto text = texts.find(name); i + 1 < argc && text != texts.end()) {
      *text->second = argv[++i];
    } else {
      out.ok = false;
    }
  }
  const auto* const end = port.data() + port.size();
  const auto [rest, bad] = std::from_chars(port.data(), end, client.port);
  out.ok = out.ok && bad == std::errc{} && rest == end && client.port >= 0 && client.port <= 65535;
  client.token_file = token_file;
  client.state_dir = state_dir;
  client.ca_file = ca_file;
  if (!schema.empty()) client.schemas.emplace("payment-service", schema);
  return out;
}

Response show_config(Client& client) {
  const auto view = client.config().read();
  const auto& who = view->identity();
  return {200, R"({"profile":")" + who.profile + R"(","version":")" + who.version +
                   R"(","generation":)" + std::to_string(who.generation) + R"(,"config":)" +
                   view->json() + "}"};
}

Response show_health(Client& client) {
  const bool ready = client.wait_ready(std::chrono::milliseconds(0));
  client.health_check(ready);
  return {ready ? 200 : 503, ready ? R"({"status":"ok"})" : R"({"status":"no configuration"})"};
}

Response handle(Client& client, payment::Desk& desk, const Request& request) {
  if (request.method == "POST" && request.path == "/pay") return desk.pay(request.body);
  if (request.method != "GET") return {405, R"({"error":"method not allowed"})"};
  if (request.path == "/healthz") return show_health(client);
  if (request.path == "/config") return show_config(client);
  return {404, R"({"error":"not found"})"};
}

int run(Arguments arguments) {
  payment::HttpServer server(arguments.client.port);
  if (server.port() == 0) {
    std::cerr << "payment_service: cannot listen: " << std::strerror(errno) << "\n";
    return 1;
  }
  auto& options = arguments.client;
  options.port = server.port();
  options.health_url = "http://127.0.0.1:" + std::to_string(server.port()) + "/healthz";
  options.validator = payment::refuse;
  options.log = [name = options.hostname](auto, std::string_view line) {
    std::cerr << name + ": " + std::string(line) + "\n";
  };
  Client client(options);
  payment::Desk desk(client);
  if (const auto started = client.start(); !started) {
    std::cerr << "payment_service: " << started.error() << "\n" << kUsage;
    return 2;
  }
  server.start([&](const Request& request) { return handle(client, desk, request); });
  // At one go: the log of another thread would come in between.
  std::cout << "listening " + std::to_string(server.port()) + "\n" << std::flush;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  int signal = 0;
  sigwait(&ends, &signal);
  server.stop();
  if (arguments.leave) client.leave();
  client.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before any thread: only sigwait() takes them
  auto arguments = parse(argc, argv);
  if (!arguments.ok) {
    std::cerr << kUsage;
    return 2;
  }
  return run(std::move(arguments));
}
