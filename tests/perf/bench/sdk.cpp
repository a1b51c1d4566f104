#include <map>

#include "cli/session.hpp"
#include "domain/json/parse.hpp"
#include "perf/bench/benches.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/server.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

/// Google Benchmark's figures by name, nanoseconds of one thread's processor time; medians.
std::map<std::string, double> measure() {
  const cli::TempFolder folder("hotswap-bench");
  const auto out = (folder.path() / "out.json").string();
  auto program = must(
      cli::ChildProcess::start(
          {.command = {built("bench_sdk"), "--benchmark_out=" + out, "--benchmark_out_format=json",
                       "--benchmark_min_time=0.1", "--benchmark_repetitions=7"},
           .log = folder.path() / "log"}),
      "bench_sdk");
  if (program.wait(120s) != 0) give_up("bench_sdk: " + program.output());
  const auto report = must(json::parse(must(cli::read_file(out), "bench_sdk")), "bench_sdk");
  std::map<std::string, std::vector<double>> all;
  for (const auto& run : *report.find("benchmarks")->as_array()) {
    if (*run.find("run_type")->as_string() != "iteration") continue;
    all[*run.find("name")->as_string()].push_back(*run.find("cpu_time")->as_double());
  }
  std::map<std::string, double> medians;
  for (auto& [name, values] : all) medians[name] = median(std::move(values));
  return medians;
}

}  // namespace

Rows bench_sdk() {
  auto ns = measure();
  const auto alone = [&](const char* name) { return ns[std::string(name) + "/threads:1"]; };
  const auto two = [&](const char* name) { return ns[std::string(name) + "/threads:2"]; };
  const auto at_most = [&](const char* what, const char* name, double bound, const char* yardstick,
                           const char* yardstick_name) {
    return Row{.bench = "sdk",
               .what = what,
               .value = alone(name),
               .unit = "ns",
               .yardstick = yardstick,
               .measured = alone(yardstick_name),
               .ratio = alone(name) / alone(yardstick_name),
               .goal = Goal::ValueAtMost,
               .bound = bound};
  };
  const auto shared = [&](const char* what, const char* name) {
    return Row{.bench = "sdk",
               .what = what,
               .value = two(name),
               .unit = "ns",
               .yardstick = "the same alone",
               .measured = alone(name),
               .ratio = two(name) / alone(name),
               .goal = Goal::RatioAtMost,
               .bound = 1.25};
  };
  constexpr auto kRaw = "YardstickRawGeneration";
  constexpr auto kAtomic = "YardstickAtomicSharedPtr";
  return {
      at_most("typed read, 1,000 keys, one path", "TypedReadByPath", 20, "atomic shared_ptr",
              kAtomic),
      at_most("typed read, 1,000 keys, all in turn", "TypedReadOfAllKeysInTurn", 20,
              "atomic shared_ptr", kAtomic),
      at_most("whole snapshot", "WholeSnapshot", 3, "raw thread-local generation", kRaw),
      at_most("member of a bound struct", "BoundMember", 20, "raw thread-local generation", kRaw),
      shared("typed read, per thread on two threads", "TypedReadByPath"),
      shared("whole snapshot, per thread on two threads", "WholeSnapshot"),
      shared("member of a bound struct, per thread on two", "BoundMember"),
      {.bench = "sdk",
       .what = "record one request",
       .value = alone("RecordOneRequest"),
       .unit = "ns"}};
}

}  // namespace hotswap::perf
