#include "domain/health/bounded.hpp"

#include <algorithm>
#include <cctype>

namespace hotswap {

std::optional<Duration> bounded_duration(json::ObjectReader& in, std::string_view name,
                                         Duration min, Duration max) {
  const auto duration = in.optional_duration(name);
  if (!duration || (*duration >= min && *duration <= max)) return duration;
  in.mistake(name, *duration < min ? "minimum" : "maximum",
             "must be from " + format_duration(min) + " to " + format_duration(max));
  return std::nullopt;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

}  // namespace hotswap
