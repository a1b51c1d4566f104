// ./dev bench judge: simulated deployments, ours beside the judges that people use today.

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <string_view>

#include "sim/model/scenarios.hpp"
#include "sim/tables.hpp"

namespace hotswap::sim {
namespace {

struct Options {
  std::size_t healthy_runs = 1000;
  std::size_t faulty_runs = 400;
  std::uint64_t seed = 20'261'123;
  std::string only;  ///< scenarios whose name has this in it
  bool ours = true;
  bool others = true;
  bool why = false;
};

/// What others would have done need not be known as precisely.
constexpr std::size_t kOthersShare = 2;

void explain(const Tally& tally) {
  for (const auto& example : tally.examples) fmt::print(stderr, "    {}\n", example);
}

std::vector<Row> measure_all(const std::vector<Scenario>& scenarios, const Options& options,
                             std::size_t runs, std::string (*cells)(const Row&)) {
  std::vector<Row> rows;
  for (const auto& scenario : scenarios) {
    if (!scenario.name.contains(options.only)) continue;
    Row row{scenario.name, {}};
    for (const auto judge : kJudges) {
      const bool ours = judge == Judge::HotSwap;
      if (!(ours ? options.ours : options.others)) {
        row.judges.emplace_back();
        continue;
      }
      row.judges.push_back(
          measure(scenario, judge, ours ? runs : runs / kOthersShare, options.seed));
    }
    fmt::print(stderr, "{}", cells(row));
    if (options.why) explain(row.judges.front());
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Row> with_sum(std::vector<Row> rows) {
  Row sum{"all of them", {}};
  for (const auto& row : rows) {
    sum.judges.resize(row.judges.size());
    for (std::size_t i = 0; i < row.judges.size(); ++i) sum.judges[i].add_counts(row.judges[i]);
  }
  rows.push_back(std::move(sum));
  return rows;
}

int run(const Options& options) {
  fmt::print(
      "Seed {}; {} healthy and {} faulty deployments a row under our judge, {} and {} under "
      "each other one.\n\n",
      options.seed, options.healthy_runs, options.faulty_runs, options.healthy_runs / kOthersShare,
      options.faulty_runs / kOthersShare);
  fmt::print(
      "False rollbacks per 10,000 healthy deployments [95 % interval]\n\n{}\n",
      healthy_table(with_sum(measure_all(healthy(), options, options.healthy_runs, healthy_row))));
  fmt::print("… where it is harder, or nobody could know\n\n{}\n",
             healthy_table(measure_all(unlucky(), options, options.faulty_runs, healthy_row)));
  fmt::print("Seconds from the fault to the decision: median / p90 / p99 of all deployments\n\n{}",
             faulty_table(measure_all(faulty(), options, options.faulty_runs, faulty_row)));
  return 0;
}

int usage() {
  fmt::print(stderr,
             "usage: bench_judge [--quick] [--runs N] [--seed N] [--only TEXT] [--ours] [--others] "
             "[--why]\n"
             "  --quick   a tenth of the deployments\n"
             "  --runs N  healthy deployments a row (1000), and as many faulty ones, at most 400\n"
             "  --only    scenarios whose name has TEXT in it\n"
             "  --ours    not the other judges; --others: not ours\n"
             "  --why     what our judge said when it rolled back, a few a row\n");
  return 2;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool read(Options& options, const std::vector<std::string_view>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto name = arguments[i];
    const auto value = i + 1 < arguments.size() ? arguments[i + 1] : std::string_view();
    if (name == "--quick") {
      options.healthy_runs = 100;
      options.faulty_runs = 40;
    } else if (name == "--ours") {
      options.others = false;
    } else if (name == "--others") {
      options.ours = false;
    } else if (name == "--why") {
      options.why = true;
    } else if (name == "--only" && !value.empty()) {
      options.only = arguments[++i];
    } else if (const auto count = number(value); name == "--runs" && count && *count >= 4) {
      options.healthy_runs = *count;
      options.faulty_runs = std::min<std::size_t>(400, *count);
      ++i;
    } else if (name == "--seed" && count) {
      options.seed = *count;
      ++i;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace hotswap::sim

int main(int argc, char** argv) {
  hotswap::sim::Options options;
  if (!hotswap::sim::read(options, {argv + 1, argv + argc})) return hotswap::sim::usage();
  return hotswap::sim::run(options);
}
