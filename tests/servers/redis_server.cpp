#include "servers/redis_server.hpp"

#include <fstream>
#include <stdexcept>
#include <thread>

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;
constexpr int kPorts = 5;  ///< somebody else may take one between the look and the start

}  // namespace

RedisServer::RedisServer(Options options) : options_(std::move(options)), folder_("hotswap-redis") {
  if (options_.tls) make_certificate();
  for (int attempt = 1; port_ == 0; ++attempt) {
    port_ = cli::free_port();
    try {
      start();
    } catch (const std::runtime_error&) {
      if (attempt == kPorts) throw;
      port_ = 0;
    }
  }
}

RedisServer::~RedisServer() { kill(); }

void RedisServer::make_certificate() const {
  auto made = cli::ChildProcess::start(
      {.command = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=redis",
                   "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                   (folder_.path() / "key.pem").string(), "-out", ca_file()},
       .log = folder_.path() / "openssl.log"});
  if (!made || made->wait(kPatience) != 0) throw std::runtime_error("openssl req");
}

std::string RedisServer::url() const {
  const std::string login = options_.password.empty() ? "" : ":" + options_.password + '@';
  return (options_.tls ? "rediss://" : "redis://") + login + "127.0.0.1:" + std::to_string(port_);
}

std::vector<std::string> RedisServer::arguments() const {
  const auto port = std::to_string(port_);
  const auto folder = folder_.path().string();
  if (options_.sentinel_of != 0) {
    const auto file = folder + "/sentinel.conf";
    const std::string name = kMaster;
    std::ofstream(file) << "port " << port << "\nbind 127.0.0.1\ndir " << folder
                        << "\nsentinel monitor " << name << " 127.0.0.1 " << options_.sentinel_of
                        << " 1\nsentinel down-after-milliseconds " << name
                        << " 400\nsentinel failover-timeout " << name << " 2000\n";
    return {"redis-server", file, "--sentinel"};
  }
  std::vector<std::string> words = {"redis-server",
                                    "--bind",
                                    "127.0.0.1",
                                    "--dir",
                                    folder,
                                    "--save",
                                    "",
                                    "--repl-diskless-sync-delay",
                                    "0"};
  const auto add = [&](std::vector<std::string> more) {
    words.insert(words.end(), more.begin(), more.end());
  };
  if (options_.tls)
    add({"--port", "0", "--tls-port", port, "--tls-cert-file", ca_file(), "--tls-key-file",
         folder + "/key.pem", "--tls-ca-cert-file", ca_file(), "--tls-auth-clients", "no"});
  else
    add({"--port", port});
  if (!options_.password.empty()) add({"--requirepass", options_.password});
  if (options_.replica_of != 0)
    add({"--replicaof", "127.0.0.1 " + std::to_string(options_.replica_of)});
  add(options_.settings);
  return words;
}

void RedisServer::start() {
  auto process =
      cli::ChildProcess::start({.command = arguments(), .log = folder_.path() / "server.log"});
  if (!process) throw std::runtime_error(process.error().detail);
  process_ = std::move(*process);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!answers()) {
    if (!process_.running() || std::chrono::steady_clock::now() > until)
      throw std::runtime_error("redis-server: " + process_.output());
    std::this_thread::sleep_for(20ms);
  }
}

bool RedisServer::answers() {
  try {
    return command({"ping"}).starts_with("PONG");
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::string RedisServer::command(const std::vector<std::string>& words) {
  std::vector<std::string> line = {"redis-cli", "-h", "127.0.0.1", "-p", std::to_string(port_)};
  if (options_.tls) line.insert(line.end(), {"--tls", "--cacert", ca_file()});
  line.emplace_back("-e");  // a refusal is a failure
  line.insert(line.end(), words.begin(), words.end());
  std::vector<std::pair<std::string, std::string>> environment;
  if (!options_.password.empty()) environment.emplace_back("REDISCLI_AUTH", options_.password);
  auto process = cli::ChildProcess::start(
      {.command = line,
       .environment = environment,
       .log = folder_.path() / ("cli-" + std::to_string(++commands_) + ".log")});
  if (!process) throw std::runtime_error(process.error().detail);
  if (process->wait(kPatience) != 0) throw std::runtime_error(process->output());
  auto output = process->output();
  while (output.ends_with('\n')) output.pop_back();
  return output;
}

void RedisServer::kill() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(10s));
}

}  // namespace hotswap::testing
