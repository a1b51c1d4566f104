#include "domain/base/short_duration.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

std::optional<double> unit_milliseconds(std::string_view unit) {
  if (unit == "ms") return 1.0;
  if (unit == "s") return 1e3;
  if (unit == "m") return 60e3;
  if (unit == "h") return 3600e3;
  if (unit == "d") return 86400e3;
  return std::nullopt;
}

}  // namespace

Result<Duration> read_duration(std::string_view text) {
  if (text.starts_with('P')) return parse_duration(text);
  const auto refuse = [&] {
    return fail(ErrorCode::Invalid, "duration.invalid",
                "\"" + std::string(text) +
                    "\" is no duration; write e.g. 90s, 1m30s, 500ms, 2h "
                    "or PT90S");
  };
  double total = 0;
  auto rest = text;
  if (rest.empty()) return refuse();
  while (!rest.empty()) {
    double amount = 0;
    const auto [stop, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), amount, std::chars_format::fixed);
    if (error != std::errc() || amount < 0) return refuse();
    rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
    const auto length = std::min(rest.find_first_of("0123456789."), rest.size());
    const auto unit = unit_milliseconds(rest.substr(0, length));
    if (!unit) return refuse();
    total += amount * *unit;
    rest.remove_prefix(length);
  }
  const auto max = std::chrono::duration_cast<Duration>(limits::kDurationMax).count();
  if (total > static_cast<double>(max)) return refuse();
  return Duration(static_cast<Duration::rep>(std::llround(total)));
}

std::string format_short(Duration duration) {
  constexpr std::int64_t kDay = 86'400'000, kHour = 3'600'000, kMinute = 60'000, kSecond = 1000;
  std::int64_t left = duration.count();
  std::string out = left < 0 ? "-" : "";
  left = std::abs(left);
  if (left == 0) return "0s";
  if (left < kSecond) return out + std::to_string(left) + "ms";
  for (const auto& [unit, name] : {std::pair(kDay, 'd'), {kHour, 'h'}, {kMinute, 'm'}}) {
    if (left >= unit) out += std::to_string(left / unit) + name;
    left %= unit;
  }
  if (left == 0) return out;
  out += std::to_string(left / kSecond);
  if (const auto fraction = left % kSecond; fraction != 0) {
    auto digits = std::to_string(kSecond + fraction).substr(1);
    while (digits.ends_with('0')) digits.pop_back();
    out += '.' + digits;
  }
  return out + 's';
}

}  // namespace hotswap
