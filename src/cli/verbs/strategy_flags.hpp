#pragma once
// Flags that several verbs share: strategies, labels, targets.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

struct StrategyFlags {
  std::string strategy{};  ///< a type's name or a JSON object
  std::string phases{}, phase_interval{}, batch_size{}, batch_interval{}, verification_period{};
  std::string bake_time{}, ack_timeout{}, keep_blue{}, switch_mode{};
  std::string gate_timeout{}, on_gate_timeout{}, progress_deadline{}, verify_timeout{};
  std::string max_unavailable{}, ack_retries{};
  std::vector<std::string> hooks{};  ///< `TYPE=URL`
};

void add_strategy_flags(CLI::App& command, StrategyFlags& flags);

/// The strategy's JSON for the server, which checks it; null if no flag was given. Flags without
/// `--strategy` imply the type that knows them.
[[nodiscard]] Result<json::Value> strategy_from(const StrategyFlags& flags);

/// `key=value` items as an object.
[[nodiscard]] Result<json::Object> labels_from(const std::vector<std::string>& items);

/// `25%`, `key=value` or instance ids, not mixed; null for none.
[[nodiscard]] Result<json::Value> targets_from(const std::vector<std::string>& items);

/// `?a=b&c=d` of what is not empty.
[[nodiscard]] std::string query(const std::vector<std::pair<std::string, std::string>>& items);

}  // namespace hotswap::cli
