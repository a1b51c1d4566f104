// The agent beside a program: from the moment an event with 1 KB of configuration is sent until its
// reload has arrived, which is after the file was checked, on disk and renamed; and what it costs
// while nothing happens.

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "perf/bench/benches.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/server.hpp"
#include "perf/support/statistics.hpp"
#include "unit/sdk/fake_server.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;
using sdk::testing::FakeServer;

constexpr int kRounds = 101;
constexpr auto kPause = 100ms;    ///< between two events
constexpr auto kQuiet = 20s;      ///< of the count of wake-ups
constexpr auto kConnected = 12s;  ///< curl looks once more, when its time to connect is over
constexpr auto kSettling = 4s;    ///< with a heartbeat each second

/// An agent of a scripted server, which sends nothing of its own.
class Agent {
 public:
  Agent(const cli::TempFolder& folder, const FakeServer& server, std::vector<std::string> flags) {
    std::vector<std::string> command{built("hotswap"), "agent",
                                     "--server",       server.url(),
                                     "--token",        "none",
                                     "--service",      kService,
                                     "--environment",  kEnvironment,
                                     "--state-dir",    (folder.path() / "state").string(),
                                     "--file",         (folder.path() / "a.json").string()};
    command.insert(command.end(), flags.begin(), flags.end());
    process_ =
        must(cli::ChildProcess::start({.command = command, .log = folder.path() / "log"}), "agent");
    must(process_.wait_line("registered as", 20s), "agent");
  }
  [[nodiscard]] pid_t pid() const { return process_.pid(); }

 private:
  cli::ChildProcess process_;
};

/// What the same bytes cost at least: a file beside, forced out, renamed, the folder forced out.
double write_and_rename(const std::filesystem::path& folder, const std::string& text) {
  const auto start = Clock::now();
  const auto fresh = (folder / "fresh").string();
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = ::write(file, text.data(), text.size()) > 0 && ::fsync(file) == 0;
  ::close(file);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool renamed =
      ::rename(fresh.c_str(), (folder / "yardstick").c_str()) == 0 && ::fsync(directory) == 0;
  ::close(directory);
  if (!written || !renamed) give_up("the yardstick's file cannot be written");
  return milliseconds_since(start);
}

struct Swaps {
  std::vector<double> ours, yardstick;
};

Swaps measure_swaps() {
  const cli::TempFolder folder("hotswap-bench-agent");
  std::atomic<int> reloads{0};
  FakeServer server;
  FakeServer program;
  program.on_register = [&](const sdk::testing::Request&) {
    ++reloads;
    reloads.notify_all();
    return sdk::testing::Response{200, "{}", ""};
  };
  const Agent agent(folder, server, {"--reload-url", program.url() + "/reload"});
  Swaps swaps;
  for (int round = 1; round <= kRounds; ++round) {
    const auto document = document_1k(static_cast<std::size_t>(round));
    const auto frame = sdk::testing::frame("config", sdk::testing::offer(document, round, "1.0.0"));
    // The copies for a start with no server are written when the event is answered.
    std::this_thread::sleep_for(kPause);
    const auto start = Clock::now();
    server.push(frame);
    reloads.wait(round - 1);
    const auto took = milliseconds_since(start);
    swaps.yardstick.push_back(write_and_rename(folder.path(), document));
    if (round > 1) swaps.ours.push_back(took);
  }
  return swaps;
}

double switches_of(pid_t pid) {
  double sum = 0;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream in(task.path() / "status");
    for (std::string line; std::getline(in, line);)
      if (line.starts_with("voluntary_ctxt_switches:")) sum += std::stod(line.substr(24));
  }
  return sum;
}

/// In a minute in which the server sends nothing and no heartbeat is due.
double wakes_per_minute() {
  const cli::TempFolder folder("hotswap-bench-agent");
  FakeServer server;
  server.configs = sdk::testing::offer(document_1k(1), 1, "1.0.0");
  const Agent agent(folder, server, {"--serve", "127.0.0.1:0"});
  server.wait_count("/stream", 1);
  std::this_thread::sleep_for(kConnected);
  const auto before = switches_of(agent.pid());
  std::this_thread::sleep_for(kQuiet);
  return (switches_of(agent.pid()) - before) * (60s / kQuiet);
}

double idle_mib() {
  const cli::TempFolder folder("hotswap-bench-agent");
  FakeServer server;
  server.configs = sdk::testing::offer(document_1k(1), 1, "1.0.0");
  const Agent agent(folder, server, {"--serve", "127.0.0.1:0", "--heartbeat-interval", "1s"});
  std::this_thread::sleep_for(kSettling);
  return resident_kib(agent.pid()) / 1024;
}

double high(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() * 95 / 100];
}

}  // namespace

Rows bench_agent() {
  const auto swaps = measure_swaps();
  const auto row = [&](const char* what, double ours, double yardstick) {
    return Row{.bench = "agent",
               .what = what,
               .value = ours,
               .unit = "ms",
               .yardstick = "write, fsync, rename, fsync of the folder",
               .measured = yardstick,
               .ratio = ours / yardstick,
               .goal = Goal::ValueAtMost,
               .bound = 20};
  };
  auto slow = row("… 95 of 100", high(swaps.ours), high(swaps.yardstick));
  slow.goal = Goal::None;
  const auto at_most = [](const char* what, double value, const char* unit, double bound) {
    return Row{.bench = "agent",
               .what = what,
               .value = value,
               .unit = unit,
               .goal = Goal::ValueAtMost,
               .bound = bound};
  };
  return {row("event of 1 KB to file renamed and reload received, median", median(swaps.ours),
              median(swaps.yardstick)),
          slow, at_most("resident, idle agent", idle_mib(), "MiB", 12),
          at_most("wake-ups beside heartbeats, idle agent", wakes_per_minute(), "/min", 0)};
}

}  // namespace hotswap::perf
