// The schema engine beside ajv: the same schema, the same documents, byte for byte.

#include "domain/schema/schema.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "cli/process/child_process.hpp"
#include "cli/session.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "perf/bench/benches.hpp"
#include "perf/bench/yardsticks.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLargeBytes = 1'000'000;
constexpr int kRounds = 3;    ///< in turn with ajv
constexpr int kBatches = 60;  ///< of one round

/// Seconds of one operation by the name of the measure.
using Times = std::map<std::string, double>;

struct Inputs {
  std::string schema;
  std::string small;
  std::string large;
};

std::string source(const std::string& name) {
  return must(cli::read_file(std::string(HS_SOURCE_DIR) + "/tests/perf/schema/" + name), name);
}

/// The small document with its first upstream repeated under other names, ports and weights.
std::string enlarged(const std::string& small) {
  auto document = must(json::parse(small), "config.json");
  auto& upstreams = *document.as_object()->find("upstreams")->as_array();
  const auto pattern = upstreams.front();
  const auto each = json::write(pattern).size();
  for (std::size_t i = 0; (i + 2) * each < kLargeBytes; ++i) {
    auto upstream = pattern;
    auto& members = *upstream.as_object();
    members.set("name", fmt::format("upstream-{}", i));
    members.set("address", fmt::format("node-{}.zone-{}.svc.cluster.local", i, i % 7));
    members.set("port", static_cast<int>(1024 + i * 37 % 60'000));
    members.set("weight", static_cast<double>(i % 400 + 1) / 4);
    members.set("tls", i % 3 != 0);
    upstreams.push_back(std::move(upstream));
  }
  return json::write(document);
}

/// The best of short batches: on a busy machine the one that was interrupted least.
template <class F>
double seconds_of(int per_batch, F&& operation) {
  std::vector<double> times;
  for (int batch = 0; batch < kBatches; ++batch) {
    const auto start = Clock::now();
    for (int i = 0; i < per_batch; ++i) operation();
    times.push_back(seconds_since(start) / per_batch);
  }
  return std::ranges::min(times);
}

Times measure_ours(const Inputs& in) {
  const auto document = must(json::parse(in.schema), "config.schema.json");
  const auto schema = must(schema::Schema::compile(document), "compile");
  const auto small = must(json::parse(in.small), "small");
  const auto large = must(json::parse(in.large), "large");
  const auto accept = [&](const json::Value& value) {
    if (!schema->accepts(value)) give_up("the engine refuses the document");
  };
  return {
      {"validate_small", seconds_of(2'000, [&] { accept(small); })},
      {"validate_large", seconds_of(1, [&] { accept(large); })},
      {"parse_small", seconds_of(1'000, [&] { accept(*json::parse(in.small)); })},
      {"parse_large", seconds_of(1, [&] { accept(*json::parse(in.large)); })},
      {"compile", seconds_of(10, [&] { must(schema::Schema::compile(document), "compile"); })},
  };
}

/// Where tests/perf/run has installed ajv; empty: it could not.
std::string ajv_folder() {
  const auto* folder = std::getenv("HOTSWAP_AJV");
  return folder == nullptr ? "" : folder;
}

Times measure_ajv(const std::string& folder, const std::filesystem::path& inputs) {
  const auto file = [&](const char* name) { return (inputs / name).string(); };
  auto node = must(
      cli::ChildProcess::start(
          {.command = {"node", folder + "/ajv.mjs", file("schema"), file("small"), file("large")},
           .log = inputs / "log"}),
      "node");
  const auto line = must(node.wait_line("validate_small", 60s), "ajv");
  if (node.wait(10s) != 0) give_up("ajv: " + node.output());
  Times times;
  const auto report = must(json::parse(line), "ajv");
  for (const auto& [name, value] : *report.as_object()) times[name.str()] = *value.as_double();
  return times;
}

struct Measured {
  Times ours, ajv, ratio;  ///< medians; the ratio of each round, ours to ajv's in speed
};

Measured measure(const Inputs& in, const std::filesystem::path& folder) {
  std::map<std::string, std::vector<double>> ours, ajv, ratio;
  const auto yardstick = installed("node") ? ajv_folder() : "";
  for (int round = 0; round < kRounds; ++round) {
    const auto mine = measure_ours(in);
    const auto theirs = yardstick.empty() ? Times() : measure_ajv(yardstick, folder);
    for (const auto& [name, seconds] : mine) {
      ours[name].push_back(seconds);
      const auto other = theirs.find(name);
      if (other == theirs.end()) continue;
      ajv[name].push_back(other->second);
      ratio[name].push_back(other->second / seconds);
    }
  }
  const auto medians = [](const auto& all) {
    Times out;
    for (const auto& [name, values] : all) out[name] = median(values);
    return out;
  };
  return {medians(ours), medians(ajv), medians(ratio)};
}

Row rate_row(const Measured& all, const char* name, std::string what, std::string yardstick,
             double bound) {
  Row row{.bench = "schema", .what = std::move(what), .value = 1 / all.ours.at(name), .unit = "/s"};
  if (!all.ajv.contains(name)) return row;
  row.yardstick = std::move(yardstick);
  row.measured = 1 / all.ajv.at(name);
  row.ratio = all.ratio.at(name);
  row.goal = Goal::RatioAtLeast;
  row.bound = bound;
  return row;
}

Row compile_row(const Measured& all) {
  Row row{.bench = "schema",
          .what = "compile the schema, checked against its meta-schema",
          .value = all.ours.at("compile") * 1e3,
          .unit = "ms",
          .goal = Goal::ValueAtMost,
          .bound = 1};
  if (!all.ajv.contains("compile")) return row;
  row.yardstick = "ajv";
  row.measured = all.ajv.at("compile") * 1e3;
  row.ratio = *row.measured > 0 ? row.value / *row.measured : 0;
  return row;
}

}  // namespace

Rows bench_schema() {
  Inputs in{.schema = source("config.schema.json"), .small = source("config.json"), .large = {}};
  in.large = enlarged(in.small);
  const cli::TempFolder folder("hotswap-bench");
  std::ofstream(folder.path() / "schema") << in.schema;
  std::ofstream(folder.path() / "small") << in.small;
  std::ofstream(folder.path() / "large") << in.large;
  const auto all = measure(in, folder.path());
  const std::string parsing = "ajv with JSON.parse";
  return {rate_row(all, "validate_small", "validate, parsed 1 KB", "ajv", 1),
          rate_row(all, "validate_large", "validate, parsed 1 MB", "ajv", 1),
          rate_row(all, "parse_small", "parse and validate, 1 KB", parsing, 2),
          rate_row(all, "parse_large", "parse and validate, 1 MB", parsing, 2), compile_row(all)};
}

}  // namespace hotswap::perf
