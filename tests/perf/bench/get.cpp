// GET /configs/{name} with a token over 64 keep-alive connections, beside nginx with a file of the
// same size; the two take turns under the same load generator. Plain, and over TLS 1.3 with the
// same certificate.

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <fstream>
#include <thread>

#include "perf/bench/benches.hpp"
#include "perf/bench/yardsticks.hpp"
#include "perf/support/event_loop.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/server.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 5;

/// nginx with as many workers as the server has network threads, set up as fast as it goes: for 1
/// KB that is without sendfile (8.6 to 10 µs a request, with it 12 to 14).
class Nginx {
 public:
  /// `keys`: folder of cert.pem and key.pem; empty: plain.
  explicit Nginx(const std::string& content, const std::string& keys = {})
      : folder_("hotswap-bench"), port_(free_port()) {
    const auto at = [&](const char* name) { return (folder_.path() / name).string(); };
    std::ofstream(at("config.json")) << content;
    std::ofstream(at("nginx.conf")) << fmt::format(
        "{}daemon off;\nworker_processes {};\npid {};\nerror_log {} error;\n"
        "events {{ worker_connections 1024; }}\n"
        "http {{ access_log off; sendfile off; keepalive_requests 100000000;\n"
        "  open_file_cache max=10;\n"
        "  client_body_temp_path {}; proxy_temp_path {}; fastcgi_temp_path {};\n"
        "  uwsgi_temp_path {}; scgi_temp_path {};\n"
        "  server {{ listen 127.0.0.1:{}{}; root {}; default_type application/json;{} }} }}\n",
        geteuid() == 0 ? "user root;\n" : "", std::max(1U, std::thread::hardware_concurrency() / 2),
        at("nginx.pid"), at("error.log"), at("t1"), at("t2"), at("t3"), at("t4"), at("t5"), port_,
        keys.empty() ? "" : " ssl", folder_.path().string(), tls_settings(keys));
    process_ = must(cli::ChildProcess::start(
                        {.command = {"nginx", "-c", at("nginx.conf"), "-e", at("error.log")},
                         .log = at("out.log")}),
                    "nginx");
    const auto start = Clock::now();
    for (int fd = -1; (fd = connect_to(port_)) < 0;) {
      if (!process_.running() || seconds_since(start) > 10) give_up("nginx: " + process_.output());
      std::this_thread::sleep_for(5ms);
    }
  }
  ~Nginx() {
    process_.send(SIGTERM);  // its workers end with it
    static_cast<void>(process_.wait(5s));
  }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return process_.pid(); }

 private:
  static std::string tls_settings(const std::string& keys) {
    if (keys.empty()) return {};
    return fmt::format(
        " ssl_certificate {0}/cert.pem; ssl_certificate_key {0}/key.pem;"
        " ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off;",
        keys);
  }

  cli::TempFolder folder_;
  int port_;
  cli::ChildProcess process_;
};

/// Who is asked.
struct Place {
  pid_t pid;
  std::string url;
};

struct Load {
  double per_second = 0;
  double microseconds = 0;  ///< of the server's processor time, per request
};

/// Every answer must be a success.
Load load(const Place& server, const std::string& token, int seconds) {
  const cli::TempFolder folder("hotswap-bench");
  const auto before = processor_seconds(server.pid);
  auto wrk = must(
      cli::ChildProcess::start({.command = {"wrk", "-t1", "-c64", fmt::format("-d{}s", seconds),
                                            "-H", "Authorization: Bearer " + token, server.url},
                                .log = folder.path() / "log"}),
      "wrk");
  const auto code = wrk.wait(std::chrono::seconds(seconds + 10));
  const auto used = processor_seconds(server.pid) - before;
  const auto text = wrk.output();
  constexpr std::string_view kRate = "Requests/sec:";
  const auto at = text.find(kRate);
  if (code != 0 || at == std::string::npos || text.contains("Non-2xx") ||
      text.contains("Socket errors")) {
    give_up("wrk: " + text);
  }
  const auto rate = std::atof(text.c_str() + at + kRate.size());
  return {rate, used * 1e6 / (rate * seconds)};
}

Rows measure(const std::string& bench, const std::string& what, bool tls) {
  if (!installed("wrk") || !installed("nginx")) give_up("needs wrk and nginx (./dev bench)");
  Server server({.tls = tls});
  server.has_profile();
  const auto path = cli::config_path(kProfile);
  const auto body = must(server.api().call({.path = path}), "profile").body;
  const Nginx nginx(body, tls ? server.folder().string() : "");
  const std::string scheme = tls ? "https://127.0.0.1:" : "http://127.0.0.1:";
  const Place us{server.pid(), scheme + std::to_string(server.port()) + path};
  const Place them{nginx.pid(), scheme + std::to_string(nginx.port()) + "/config.json"};
  load(us, server.token(), 1);
  std::vector<double> ours, theirs, ratios, our_work, their_work;
  for (int round = 0; round < kRounds; ++round) {
    const auto mine = load(us, server.token(), 2);
    const auto yours = load(them, server.token(), 2);
    ours.push_back(mine.per_second);
    theirs.push_back(yours.per_second);
    ratios.push_back(mine.per_second / yours.per_second);
    our_work.push_back(mine.microseconds);
    their_work.push_back(yours.microseconds);
  }
  return {{.bench = bench,
           .what = fmt::format("{}, {} bytes, 64 connections", what, body.size()),
           .value = median(ours),
           .unit = "/s",
           .yardstick = tls ? "nginx with TLS, static file" : "nginx, static file of that size",
           .measured = median(theirs),
           .ratio = median(ratios),
           .goal = Goal::RatioAtLeast,
           .bound = 0.6},
          {.bench = bench,
           .what = "the same, server's processor time",
           .value = median(our_work),
           .unit = "µs",
           .yardstick = "nginx",
           .measured = median(their_work),
           .ratio = median(our_work) / median(their_work)}};
}

}  // namespace

Rows bench_get() { return measure("get", "GET config, token", false); }
Rows bench_tls() { return measure("tls", "GET config, token, TLS 1.3", true); }

}  // namespace hotswap::perf
