#include "domain/flow/bandwidth.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

constexpr std::uint64_t kMost = 1'000'000;  // of a unit

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 3> kUnits{
    {{"kbit", 1'000 / 8}, {"Mbit", 1'000'000 / 8}, {"Gbit", 1'000'000'000 / 8}}};

}  // namespace

Bandwidth Bandwidth::times(double share) const {
  if (!limited()) return {};
  const auto bytes = static_cast<std::uint64_t>(static_cast<double>(bytes_per_second) * share);
  return {std::max<std::uint64_t>(bytes, 1)};
}

Result<Bandwidth> read_bandwidth(std::string_view text) {
  if (text == "0" || text == "none") return Bandwidth{};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.ends_with("/s")) unit.remove_suffix(2);
  const auto known = std::ranges::find(kUnits, unit, [](const auto& each) { return each.first; });
  if (error != std::errc{} || number == 0 || number > kMost || known == kUnits.end())
    return fail(ErrorCode::Invalid, "bandwidth.invalid",
                "'" + std::string(text) +
                    "' is no bandwidth: give a whole number and kbit/s, Mbit/s or Gbit/s, such as "
                    "100Mbit/s, or 0 for no limit");
  return Bandwidth{number * known->second};
}

Duration transfer_time(std::uint64_t bytes, Bandwidth bandwidth) {
  if (!bandwidth.limited()) return {};
  const double seconds =
      static_cast<double>(bytes) / static_cast<double>(bandwidth.bytes_per_second);
  constexpr std::chrono::duration<double> kLongest = limits::kDurationMax;
  return std::chrono::ceil<Duration>(std::min(std::chrono::duration<double>(seconds), kLongest));
}

}  // namespace hotswap
