#pragma once
// Reading durations that have bounds of their own.

#include <optional>
#include <string_view>

#include "domain/json/reader.hpp"

namespace hotswap {

/// An ISO 8601 duration from `min` to `max`; anything else becomes a mistake of the reader.
[[nodiscard]] std::optional<Duration> bounded_duration(json::ObjectReader& in,
                                                       std::string_view name, Duration min,
                                                       Duration max);

/// What a criterion, policy or strategy writes in lower case and reads in any.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b);

}  // namespace hotswap
