#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "cli/process/child_process.hpp"
#include "perf/bench/yardsticks.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/requests.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr auto kKey = "YmVuY2g=";  // "bench"
constexpr auto kLimit = 60s;

std::string loopback_url(int port) { return "http://127.0.0.1:" + std::to_string(port); }

cli::ChildProcess start_etcd(const std::filesystem::path& folder, int port) {
  const auto client = loopback_url(port);
  const auto peer = loopback_url(free_port());
  auto etcd =
      must(cli::ChildProcess::start(
               {.command = {"etcd", "--data-dir", (folder / "etcd").string(),
                            "--listen-client-urls", client, "--advertise-client-urls", client,
                            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                            "--initial-cluster", "default=" + peer},
                .environment = {{"ETCD_UNSUPPORTED_ARCH", "arm64"}},
                .log = folder / "etcd.log"}),
           "etcd");
  must(etcd.wait_line("serving", 20s), "etcd");
  return etcd;
}

std::string put_request() {
  // 1 KB in base64.
  const std::string value(1364, 'A');
  return request_text("POST", "/v3/kv/put", "",
                      R"({"key":")" + std::string(kKey) + R"(","value":")" + value + "\"}");
}

}  // namespace

bool installed(const std::string& program) {
  std::istringstream path(std::getenv("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    if (access((folder + '/' + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

std::vector<double> etcd_watch(std::size_t watchers, int rounds) {
  if (!installed("etcd")) return {};
  const cli::TempFolder folder("hotswap-bench");
  const int port = free_port();
  auto etcd = start_etcd(folder.path(), port);
  EventLoop loop(port);
  std::size_t created = 0, seen = 0;
  for (std::size_t i = 0; i < watchers; ++i) {
    auto& wire = loop.connect();
    wire.on_bytes = [&created, &seen, &wire] {
      // One line of JSON per message: the first confirms the watch, each further one is an event.
      for (auto end = wire.in.find("}}\n"); end != std::string::npos; end = wire.in.find("}}\n")) {
        ++(wire.in.find("\"created\":true") < end ? created : seen);
        wire.in.erase(0, end + 3);
      }
    };
    wire.send(request_text("POST", "/v3/watch", "",
                           R"({"create_request":{"key":")" + std::string(kKey) + "\"}}"));
  }
  loop.run_until([&] { return created == watchers; }, kLimit, "etcd's watches");
  RequestPool puts(loop, 1);
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    seen = 0;
    const auto start = Clock::now();
    puts.submit(put_request(), [](const HttpAnswer& answer) {
      if (answer.status != 200) give_up("etcd refused a put");
    });
    loop.run_until([&] { return seen == watchers && puts.unanswered() == 0; }, kLimit,
                   "etcd's events");
    times.push_back(milliseconds_since(start));
  }
  etcd.send(SIGTERM);
  static_cast<void>(etcd.wait(5s));
  return times;
}

}  // namespace hotswap::perf
