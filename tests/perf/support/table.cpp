#include "perf/support/table.hpp"

#include <fmt/format.h>

#include <fstream>
#include <thread>

namespace hotswap::perf {
namespace {

/// Three or four digits that mean something.
std::string shown(double value) {
  if (value >= 1000) return fmt::format("{:.0f}", value);
  if (value >= 100) return fmt::format("{:.0f}", value);
  if (value >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

std::string goal_text(const Row& row) {
  switch (row.goal) {
    case Goal::None:
      return "";
    case Goal::ValueAtMost:
      return fmt::format("≤ {:g} {}", row.bound, row.unit);
    case Goal::RatioAtLeast:
      return fmt::format("ratio ≥ {:g}", row.bound);
    case Goal::RatioAtMost:
      return fmt::format("ratio ≤ {:g}", row.bound);
  }
  return "";
}

std::string yardstick_text(const Row& row) {
  if (!row.measured) return row.yardstick;
  return fmt::format("{} {}", row.yardstick, shown(*row.measured));
}

std::string verdict_text(const Row& row) {
  const auto met = row.met();
  if (!met) return "";
  return *met ? "ok" : "MISS";
}

std::string value_after_colon(const char* file, std::string_view key) {
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    if (!line.starts_with(key)) continue;
    const auto start = line.find_first_not_of(" \t", line.find(':') + 1);
    return start == std::string::npos ? "" : line.substr(start);
  }
  return "unknown";
}

json::Value row_json(const Row& row) {
  json::Object out{
      {"bench", row.bench}, {"what", row.what}, {"value", row.value}, {"unit", row.unit}};
  if (row.measured)
    out.set("yardstick", json::Object{{"what", row.yardstick}, {"value", *row.measured}});
  if (row.ratio) out.set("ratio", *row.ratio);
  if (const auto met = row.met()) {
    out.set("goal", goal_text(row));
    out.set("ok", *met);
  }
  return out;
}

}  // namespace

std::optional<bool> Row::met() const {
  switch (goal) {
    case Goal::None:
      return std::nullopt;
    case Goal::ValueAtMost:
      return value <= bound;
    case Goal::RatioAtLeast:
      return ratio.value_or(0) >= bound;
    case Goal::RatioAtMost:
      return ratio && *ratio <= bound;
  }
  return std::nullopt;
}

std::string table_text(const Rows& rows) {
  constexpr auto kLine = "{:<9}{:<48}{:>9} {:<7} {:<36}{:>6}  {:<15}{}\n";
  auto out = fmt::format(kLine, "bench", "figure", "value", "", "yardstick, same run", "ratio",
                         "goal", "");
  for (const auto& row : rows) {
    out += fmt::format(kLine, row.bench, row.what, shown(row.value), row.unit, yardstick_text(row),
                       row.ratio ? shown(*row.ratio) : "", goal_text(row), verdict_text(row));
  }
  return out;
}

std::string table_markdown(const std::string& machine, const Rows& rows) {
  std::string out = fmt::format("# What was measured\n\n{}\n", machine);
  std::string_view bench;
  for (const auto& row : rows) {
    if (row.bench != bench) {
      bench = row.bench;
      out += fmt::format(
          "\n## {}\n\n| figure | value | yardstick, same run | ratio | goal | |\n"
          "| --- | --- | --- | --- | --- | --- |\n",
          bench);
    }
    out += fmt::format("| {} | {} {} | {} | {} | {} | {} |\n", row.what, shown(row.value), row.unit,
                       yardstick_text(row), row.ratio ? shown(*row.ratio) : "", goal_text(row),
                       verdict_text(row));
  }
  return out;
}

json::Value table_json(const std::string& machine, const Rows& rows) {
  json::Array items;
  for (const auto& row : rows) items.push_back(row_json(row));
  return json::Object{{"machine", machine}, {"rows", std::move(items)}};
}

std::string machine_text() {
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  const auto memory = std::atof(value_after_colon("/proc/meminfo", "MemTotal").c_str()) / (1 << 20);
  return fmt::format("{}, {} cores, {:.0f} GiB, load {:.1f} at the start",
                     value_after_colon("/proc/cpuinfo", "model name"),
                     std::thread::hardware_concurrency(), memory, load);
}

}  // namespace hotswap::perf
