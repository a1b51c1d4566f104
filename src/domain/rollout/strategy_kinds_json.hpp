#pragma once
// The parameters of each kind of strategy as JSON. Internal to domain/rollout.

#include "domain/json/reader.hpp"
#include "domain/rollout/strategy.hpp"

namespace hotswap::rollout {

/// `Canary`, `BlueGreen`, …
[[nodiscard]] bool is_kind(std::string_view type);
[[nodiscard]] std::vector<std::string> kind_names();
/// Reads the parameters of kind `type`, which is_kind(), and sets the defaults that depend on it.
void read_kind(json::ObjectReader& in, std::string_view type, Strategy& strategy);
/// Appends all parameters of the strategy's kind.
void write_kind(json::Object& out, const Strategy& strategy);

}  // namespace hotswap::rollout
