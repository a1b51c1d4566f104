#include "perf/support/server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "cli/session.hpp"
#include "domain/json/parse.hpp"
#include "perf/support/event_loop.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr auto kReady = 120s;  // with ten thousand instances stored
constexpr auto kEnd = 25s;

/// Whether the server answers that it is ready, asked on a connection of its own.
bool answers_ready(int port) {
  const int fd = connect_to(port);
  if (fd < 0) return false;
  constexpr std::string_view kAsk =
      "GET /health/ready HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
  char answer[64] = {};
  const bool asked = write(fd, kAsk.data(), kAsk.size()) == static_cast<long>(kAsk.size());
  const bool ready = asked && read(fd, answer, sizeof answer - 1) > 12 &&
                     std::string_view(answer).starts_with("HTTP/1.1 200");
  close(fd);
  return ready;
}

}  // namespace

std::string built(const std::string& name) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

double resident_kib(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6);
  }
  give_up("the server has gone");
}

double processor_seconds(pid_t pid) {
  const auto proc = "/proc/" + std::to_string(pid);
  std::string stat;
  std::getline(std::ifstream(proc + "/stat"), stat);
  // After the program's name in brackets: state is field 3, user and system time are 14 and 15.
  std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  auto seconds = (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  std::ifstream children(proc + "/task/" + std::to_string(pid) + "/children");
  for (pid_t child = 0; children >> child;) seconds += processor_seconds(child);
  return seconds;
}

std::string document(std::size_t kib, std::size_t number) {
  constexpr std::size_t kSectionsPerKib = 24;
  std::string out = "{\"revision\":" + std::to_string(number);
  for (std::size_t i = 0; i < kib * kSectionsPerKib; ++i) {
    const auto n = std::to_string(i);
    out += ",\"section" + n + "\":{\"timeoutMs\":" + std::to_string(100 + i) + ",\"on\":true}";
  }
  return out + '}';
}

Server::Server(ServerOptions options)
    : folder_("hotswap-bench"), start_(std::move(options)), port_(free_port()) {
  if (tls()) make_certificate();
  start();
  const auto scheme = std::string(tls() ? "https" : "http");
  const auto token = must(cli::read_file((folder() / "data" / "admin.token").string()), "token");
  options_.server = scheme + "://127.0.0.1:" + std::to_string(port_);
  options_.token = token.substr(0, token.find('\n'));
  if (tls()) options_.ca_file = (folder() / "cert.pem").string();
  api_.emplace(options_);
}

void Server::make_certificate() {
  const auto path = [&](const char* name) { return (folder() / name).string(); };
  auto openssl =
      must(cli::ChildProcess::start(
               {.command = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                            "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                            path("key.pem"), "-out", path("cert.pem")},
                .log = path("openssl.log")}),
           "openssl");
  if (openssl.wait(kEnd) != 0) give_up("openssl made no certificate: " + openssl.output());
}

void Server::start() {
  std::vector<std::string> command{built("hotswap"),
                                   "server",
                                   "--dev",
                                   "--listen",
                                   "127.0.0.1:" + std::to_string(port_),
                                   "--data-dir",
                                   (folder() / "data").string(),
                                   "--heartbeat-interval",
                                   start_.heartbeat_interval,
                                   "--log-level",
                                   "warn",
                                   "--rate-address",
                                   "0",
                                   "--rate-principal",
                                   "0",
                                   "--rate-instance",
                                   "0"};
  if (tls()) {
    command.insert(command.end(), {"--tls-cert", (folder() / "cert.pem").string(), "--tls-key",
                                   (folder() / "key.pem").string()});
  }
  command.insert(command.end(), start_.arguments.begin(), start_.arguments.end());
  const auto begun = Clock::now();
  process_ = must(cli::ChildProcess::start({.command = command, .log = folder() / "server.log"}),
                  "hotswap server");
  if (tls()) {
    must(process_.wait_line("listening", kReady), "hotswap server");
    return;
  }
  while (!answers_ready(port_)) {
    if (!process_.running()) give_up("the server ended: " + process_.output());
    if (Clock::now() - begun > kReady) give_up("the server is not ready in time");
    std::this_thread::sleep_for(1ms);
  }
  start_milliseconds_ = milliseconds_since(begun);
}

void Server::has_profile() {
  must(api_->post("/api/v1/configs", json::Object{{"name", kProfile},
                                                  {"serviceName", kService},
                                                  {"environment", kEnvironment}}),
       "profile");
}

void Server::stop() {
  process_.send(SIGTERM);
  if (!process_.wait(kEnd)) give_up("the server does not end on SIGTERM");
}

void Server::kill() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(kEnd));
}

double Server::restart() {
  stop();
  start();
  return start_milliseconds_;
}

}  // namespace hotswap::perf
