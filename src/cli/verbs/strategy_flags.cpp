#include "cli/verbs/strategy_flags.hpp"

#include <charconv>

#include "cli/api_client.hpp"
#include "cli/definitions/command_spec.hpp"
#include "domain/base/short_duration.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::cli {
namespace {

std::unexpected<Error> usage(std::string detail) {
  return fail(ErrorCode::Invalid, "usage", std::move(detail));
}

Result<json::Array> percentages(const std::string& text) {
  json::Array out;
  std::size_t at = 0;
  while (at <= text.size()) {
    const auto end = std::min(text.find(',', at), text.size());
    double number = 0;
    const auto* stop = text.data() + end;
    const auto [read, error] = std::from_chars(text.data() + at, stop, number);
    if (error != std::errc() || read != stop) {
      return usage("--phases: write percentages such as 10,50,100, not \"" + text + "\"");
    }
    out.emplace_back(number);
    at = end + 1;
  }
  return out;
}

Result<void> set_duration(json::Object& strategy, const std::string& name, const std::string& flag,
                          const std::string& text) {
  if (text.empty()) return {};
  const auto duration = read_duration(text);
  if (!duration) return usage(flag + ": " + duration.error().detail);
  strategy.set(name, format_duration(*duration));
  return {};
}

Result<json::Object> named(const StrategyFlags& flags) {
  if (flags.strategy.starts_with('{')) {
    auto value = json::parse(flags.strategy);
    if (!value) return usage("--strategy: " + value.error().detail);
    return std::move(*value->as_object());
  }
  if (!flags.strategy.empty()) return json::Object{{"type", flags.strategy}};
  if (!flags.phases.empty() || !flags.phase_interval.empty())
    return json::Object{{"type", "Canary"}};
  if (!flags.batch_size.empty() || !flags.batch_interval.empty()) {
    return json::Object{{"type", "Rolling"}};
  }
  if (!flags.verification_period.empty() || !flags.switch_mode.empty() || !flags.keep_blue.empty())
    return json::Object{{"type", "BlueGreen"}};
  return json::Object{};
}

/// `confirm-rollout=https://…`: named after its type, and counted from the second one on.
Result<json::Array> hooks_from(const std::vector<std::string>& items) {
  json::Array hooks;
  std::map<std::string, int> seen;
  for (const auto& item : items) {
    const auto equals = item.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == item.size()) {
      return usage("--hook: write TYPE=URL, e.g. confirm-rollout=https://…, not \"" + item + "\"");
    }
    const auto type = item.substr(0, equals);
    const int count = ++seen[type];
    hooks.emplace_back(
        json::Object{{"name", count == 1 ? type : type + "-" + std::to_string(count)},
                     {"type", type},
                     {"url", item.substr(equals + 1)}});
  }
  return hooks;
}

/// A number, or a percentage as text.
json::Value amount(const std::string& text) {
  const auto number = json::parse(text);
  return number && number->as_number() != nullptr ? *number : json::Value(text);
}

}  // namespace

void add_safeguard_flags(CLI::App& command, StrategyFlags& flags) {
  command
      .add_option("--gate-timeout", flags.gate_timeout,
                  "how long a gate waits for an answer; it waits for ever without this")
      ->type_name(kind::kDuration);
  command.add_option("--on-gate-timeout", flags.on_gate_timeout,
                     "then: rollback (at first), promote or pause");
  command
      .add_option("--progress-deadline", flags.progress_deadline,
                  "roll back when nothing moves for this long")
      ->type_name(kind::kDuration);
  command.add_option("--max-unavailable", flags.max_unavailable,
                     "instances, or a percentage, that may be silent or failed at once");
  command.add_option("--ack-retries", flags.ack_retries,
                     "deliveries repeated to one who stays silent");
  command
      .add_option("--verify-timeout", flags.verify_timeout,
                  "how long a rollback waits for health to be back")
      ->type_name(kind::kDuration);
  command.add_option("--hook", flags.hooks,
                     "TYPE=URL of confirm-rollout, pre-rollout, confirm-step, each-step,\n"
                     "confirm-promotion, post-rollout or rollback; may be repeated");
}

void add_strategy_flags(CLI::App& command, StrategyFlags& flags) {
  command
      .add_option("--strategy", flags.strategy,
                  "Canary, BlueGreen, Rolling, Direct, Linear, Exponential, or a JSON object")
      ->type_name(kind::kStrategy);
  command.add_option("--phases", flags.phases, "Canary: percentages, e.g. 10,50,100");
  command.add_option("--phase-interval", flags.phase_interval, "Canary: watch each phase, e.g. 5m")
      ->type_name(kind::kDuration);
  command.add_option("--batch-size", flags.batch_size, "Rolling: number or percentage, e.g. 25%");
  command.add_option("--batch-interval", flags.batch_interval, "Rolling: watch each batch")
      ->type_name(kind::kDuration);
  command
      .add_option("--verification-period", flags.verification_period, "BlueGreen: watch this long")
      ->type_name(kind::kDuration);
  command.add_option("--bake-time", flags.bake_time, "watch this long after the last step")
      ->type_name(kind::kDuration);
  command.add_option("--ack-timeout", flags.ack_timeout, "an instance must apply within this time")
      ->type_name(kind::kDuration);
  command.add_option("--switch-mode", flags.switch_mode,
                     "BlueGreen: slot (in every instance) or pool (by the traffic)");
  command.add_option("--keep-blue", flags.keep_blue, "BlueGreen: keep the old one warm this long")
      ->type_name(kind::kDuration);
  add_safeguard_flags(command, flags);
}

Result<json::Value> strategy_from(const StrategyFlags& flags) {
  auto strategy = named(flags);
  if (!strategy) return std::unexpected(strategy.error());
  if (!flags.phases.empty()) {
    auto phases = percentages(flags.phases);
    if (!phases) return std::unexpected(phases.error());
    strategy->set("phases", std::move(*phases));
  }
  if (!flags.batch_size.empty()) strategy->set("batchSize", amount(flags.batch_size));
  const std::pair<std::pair<const char*, const char*>, const std::string&> durations[] = {
      {{"phaseInterval", "--phase-interval"}, flags.phase_interval},
      {{"batchInterval", "--batch-interval"}, flags.batch_interval},
      {{"verificationPeriod", "--verification-period"}, flags.verification_period},
      {{"bakeTime", "--bake-time"}, flags.bake_time},
      {{"ackTimeout", "--ack-timeout"}, flags.ack_timeout},
      {{"keepBlueDuration", "--keep-blue"}, flags.keep_blue},
      {{"gateTimeout", "--gate-timeout"}, flags.gate_timeout},
      {{"progressDeadline", "--progress-deadline"}, flags.progress_deadline},
      {{"verifyTimeout", "--verify-timeout"}, flags.verify_timeout}};
  for (const auto& [names, text] : durations) {
    if (auto set = set_duration(*strategy, names.first, names.second, text); !set) {
      return std::unexpected(set.error());
    }
  }
  if (!flags.switch_mode.empty()) strategy->set("switchMode", flags.switch_mode);
  if (!flags.on_gate_timeout.empty()) strategy->set("onGateTimeout", flags.on_gate_timeout);
  if (!flags.max_unavailable.empty()) {
    strategy->set("maxUnavailable", amount(flags.max_unavailable));
  }
  if (!flags.ack_retries.empty()) strategy->set("ackRetries", amount(flags.ack_retries));
  if (!flags.hooks.empty()) {
    auto hooks = hooks_from(flags.hooks);
    if (!hooks) return std::unexpected(hooks.error());
    strategy->set("hooks", std::move(*hooks));
  }
  if (strategy->empty()) return json::Value();
  if (strategy->find("type") == nullptr) {
    return usage("these flags need --strategy as well, e.g. --strategy Canary");
  }
  return json::Value(std::move(*strategy));
}

Result<json::Object> labels_from(const std::vector<std::string>& items) {
  json::Object out;
  for (const auto& item : items) {
    const auto equals = item.find('=');
    if (equals == std::string::npos || equals == 0) {
      return usage("write key=value, not \"" + item + "\"");
    }
    out.set(item.substr(0, equals), item.substr(equals + 1));
  }
  return out;
}

Result<json::Value> targets_from(const std::vector<std::string>& items) {
  if (items.empty()) return json::Value();
  if (items.size() == 1 && items.front().ends_with('%')) {
    const auto text = items.front().substr(0, items.front().size() - 1);
    const auto number = json::parse(text);
    if (!number || number->as_number() == nullptr) {
      return usage("--target: \"" + items.front() + "\" is no percentage");
    }
    return json::Value(json::Object{{"percentage", *number}});
  }
  if (items.front().contains('=')) {
    auto labels = labels_from(items);
    if (!labels) return std::unexpected(labels.error());
    return json::Value(json::Object{{"selector", std::move(*labels)}});
  }
  json::Array ids;
  for (const auto& item : items) ids.emplace_back(item);
  return json::Value(json::Object{{"instances", std::move(ids)}});
}

std::string query(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string out;
  for (const auto& [name, value] : items) {
    if (!value.empty()) out += (out.empty() ? "?" : "&") + name + "=" + encode(value);
  }
  return out;
}

}  // namespace hotswap::cli
