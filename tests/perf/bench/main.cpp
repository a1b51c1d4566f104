// ./dev bench [name…]: measures and prints one table. Exit 1 if something could not be measured; a
// missed goal is only told, because a shared machine misses goals that a quiet one meets. With
// --report FILE also FILE.json and FILE.md.

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <string_view>
#include <vector>

#include "domain/json/write.hpp"
#include "perf/bench/benches.hpp"

namespace hotswap::perf {
namespace {

struct Bench {
  std::string_view name;
  Rows (*measure)();
};

constexpr Bench kBenches[] = {{"sdk", bench_sdk},
                              {"core", bench_core},
                              {"schema", bench_schema},
                              {"fanout", bench_fanout},
                              {"fanout-tls", bench_fanout_tls},
                              {"storm", bench_storm},
                              {"mix", bench_mix},
                              {"strategies", bench_strategies},
                              {"large", bench_large},
                              {"rollback", bench_rollback},
                              {"get", bench_get},
                              {"tls", bench_tls},
                              {"post", bench_post},
                              {"idle", bench_idle},
                              {"cli", bench_cli},
                              {"agent", bench_agent},
                              {"postgres", bench_postgres},
                              {"uploads", bench_uploads},
                              {"cluster", bench_cluster},
                              {"deployments", bench_deployments},
                              {"tokens", bench_tokens},
                              {"secrets", bench_secrets}};

int run(const std::vector<std::string_view>& wanted, const std::string& report) {
  Rows rows;
  bool all = true;
  const auto machine = machine_text();
  fmt::print("{}\n", machine);
  for (const auto& bench : kBenches) {
    if (!wanted.empty() && std::ranges::find(wanted, bench.name) == wanted.end()) continue;
    fmt::print(stderr, "measuring {} …\n", bench.name);
    try {
      std::ranges::move(bench.measure(), std::back_inserter(rows));
    } catch (const std::exception& error) {
      fmt::print(stderr, "bench {}: {}\n", bench.name, error.what());
      all = false;
    }
  }
  fmt::print("{}", table_text(rows));
  if (!report.empty()) {
    std::ofstream(report + ".json") << json::write(table_json(machine, rows)) << '\n';
    std::ofstream(report + ".md") << table_markdown(machine, rows);
  }
  return all ? 0 : 1;
}

int usage() {
  fmt::print(stderr, "usage: bench [--report FILE] [name…]; names:");
  for (const auto& bench : kBenches) fmt::print(stderr, " {}", bench.name);
  fmt::print(stderr, "; judge is a program of its own\n");
  return 2;
}

int start(const std::vector<std::string_view>& arguments) {
  std::vector<std::string_view> wanted;
  std::string report;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--report" && i + 1 < arguments.size()) {
      report = arguments[++i];
    } else if (std::ranges::find(kBenches, arguments[i], &Bench::name) != std::end(kBenches)) {
      wanted.push_back(arguments[i]);
    } else {
      return usage();
    }
  }
  return run(wanted, report);
}

}  // namespace
}  // namespace hotswap::perf

int main(int argc, char** argv) { return hotswap::perf::start({argv + 1, argv + argc}); }
