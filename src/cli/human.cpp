#include "cli/human.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace hotswap::cli {
namespace {

struct Unit {
  std::int64_t milliseconds;
  std::string_view name;
};
constexpr std::array kUnits = {Unit{86'400'000, "d"}, Unit{3'600'000, "h"}, Unit{60'000, "m"},
                               Unit{1000, "s"}};

std::string short_number(double number) {
  auto text = fmt::format("{:.1f}", number);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace

std::string human_duration(Duration duration) {
  const auto total = duration.count();
  if (total == 0) return "0s";
  if (total < 0) return "-" + human_duration(-duration);
  if (total < 1000) return fmt::format("{}ms", total);
  if (total < 60'000) return short_number(static_cast<double>(total) / 1000.0) + "s";
  std::string out;
  int written = 0;
  auto rest = total;
  for (const auto& unit : kUnits) {
    const auto count = rest / unit.milliseconds;
    rest %= unit.milliseconds;
    if (count > 0 && written < 2) out += fmt::format("{}{}", count, unit.name);
    if (count > 0 || written > 0) ++written;
  }
  return out;
}

std::string human_duration(std::string_view iso) {
  const auto duration = parse_duration(iso);
  return duration ? human_duration(*duration) : std::string(iso);
}

std::string human_age(std::string_view time, WallTime now) {
  if (time.empty()) return "-";
  const auto at = parse_time(time);
  if (!at) return std::string(time);
  const auto age = std::chrono::floor<std::chrono::seconds>(now - *at);
  if (age.count() < -1) return "in " + human_duration(Duration(-age));
  return human_duration(std::max(Duration(age), Duration(0))) + " ago";
}

std::string clock_time(std::string_view time) {
  return time.size() >= 19 && time[10] == 'T' ? std::string(time.substr(11, 8)) : std::string(time);
}

std::string human_bytes(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  const auto kib = static_cast<double>(bytes) / 1024.0;
  if (kib < 1024) return short_number(kib) + " KiB";
  return short_number(kib / 1024.0) + " MiB";
}

std::string human_percent(double percent) { return short_number(percent) + " %"; }

std::string progress_bar(double fraction, std::size_t width) {
  static constexpr std::array<std::string_view, 8> kEighths = {"",  "▏", "▎", "▍",
                                                               "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(
      std::lround(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(width) * 8.0));
  std::string out;
  for (std::size_t i = 0; i < eighths / 8; ++i) out += "█";
  out += kEighths[eighths % 8];
  const auto used = eighths / 8 + (eighths % 8 == 0 ? 0 : 1);
  out.append(width - used, ' ');
  return out;
}

std::string short_id(std::string_view id) { return std::string(id.substr(0, 8)); }

}  // namespace hotswap::cli
