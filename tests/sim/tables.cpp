#include "sim/tables.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hotswap::sim {
namespace {

constexpr double kOf = 10'000;

std::string header() {
  std::string line = "| deployments |";
  std::string rule = "| --- |";
  for (const auto judge : kJudges) {
    line += fmt::format(" {} |", title(judge));
    rule += " --- |";
  }
  return line + '\n' + rule + '\n';
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string asked(const Tally& tally) {
  if (tally.paused == 0) return {};
  return fmt::format(", {:.3g} % paused", 100 * share(tally.paused, tally.runs));
}

/// Two significant digits, never as a power of ten.
std::string plain_number(double value) {
  if (value == 0) return "0";
  if (value >= 10) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}f}", value, value >= 1 ? 1 : 2);
}

std::string blamed_cell(const Tally& tally) {
  if (tally.runs == 0) return "not run";
  const auto interval = proportion_interval(tally.blamed, tally.runs);
  return fmt::format("{} [{}, {}]{}", plain_number(kOf * share(tally.blamed, tally.runs)),
                     plain_number(kOf * interval.lower), plain_number(kOf * interval.upper),
                     asked(tally));
}

std::string seconds(const std::optional<double>& value) {
  return value ? fmt::format("{:.0f}", std::ceil(*value)) : "–";
}

std::string detected_cell(const Tally& tally) {
  if (tally.runs == 0) return "not run";
  auto cell =
      fmt::format("{} / {} / {}", seconds(tally.detected_within(0.5)),
                  seconds(tally.detected_within(0.9)), seconds(tally.detected_within(0.99)));
  if (tally.missed() > 0) {
    cell += fmt::format(", {:.3g} % missed", 100 * share(tally.missed(), tally.runs));
  }
  if (tally.blamed > 0) {
    cell += fmt::format(", {:.3g} % too early", 100 * share(tally.blamed, tally.runs));
  }
  return cell + asked(tally);
}

std::string line(const Row& row, std::string (*cell)(const Tally&)) {
  auto text = fmt::format("| {} |", row.scenario);
  for (const auto& tally : row.judges) text += fmt::format(" {} |", cell(tally));
  return text + '\n';
}

std::string table(const std::vector<Row>& rows, std::string (*line_of)(const Row&)) {
  auto text = header();
  for (const auto& row : rows) text += line_of(row);
  return text;
}

}  // namespace

std::string healthy_row(const Row& row) { return line(row, blamed_cell); }
std::string faulty_row(const Row& row) { return line(row, detected_cell); }
std::string healthy_table(const std::vector<Row>& rows) { return table(rows, healthy_row); }
std::string faulty_table(const std::vector<Row>& rows) { return table(rows, faulty_row); }

}  // namespace hotswap::sim
