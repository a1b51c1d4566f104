#pragma once
// Reading and writing what several parts of a strategy have in common. Internal to domain/rollout.

#include "domain/json/reader.hpp"
#include "domain/rollout/strategy.hpp"

namespace hotswap::rollout {

/// `3`, or `"25%"`.
[[nodiscard]] json::Value share_json(const Share& share);
/// A number (count) or a text such as "25%"; anything else, or less than `min`, becomes a mistake.
[[nodiscard]] std::optional<Share> read_share(json::ObjectReader& in, std::string_view name,
                                              double min);
/// From nothing to limits::kDurationMax; `otherwise` if absent or a mistake.
[[nodiscard]] Duration read_duration(json::ObjectReader& in, std::string_view name,
                                     Duration otherwise);

}  // namespace hotswap::rollout
