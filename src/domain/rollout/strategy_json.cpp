#include "domain/base/limits.hpp"
#include "domain/health/bounded.hpp"
#include "domain/json/path.hpp"
#include "domain/rollout/safeguards_json.hpp"
#include "domain/rollout/share_json.hpp"
#include "domain/rollout/strategy_kinds_json.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;
using rollout::read_duration;
using rollout::read_share;

/// Below it an acknowledgement could not travel even on a healthy network.
constexpr Duration kAckTimeoutMin = 100ms;

FieldError unknown_type(const std::string& path, const std::string& text) {
  const auto names = rollout::kind_names();
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  const auto guess = json::nearest(text, names);
  return {path, "enum",
          "must be one of " + all + (guess ? "; did you mean " + *guess + "?" : std::string())};
}

auto refuse_type(const std::string& path, const std::string& text) {
  auto field = unknown_type(path, text);
  return fail_field("strategy.invalid", field.path, field.keyword, field.message);
}

void read_common(json::ObjectReader& in, Strategy& strategy) {
  strategy.health_check_enabled =
      in.optional_bool("healthCheckEnabled").value_or(strategy.health_check_enabled);
  strategy.bake_time = read_duration(in, "bakeTime", strategy.bake_time);
  strategy.ack_timeout = bounded_duration(in, "ackTimeout", kAckTimeoutMin, limits::kDurationMax)
                             .value_or(strategy.ack_timeout);
  strategy.revert_window = read_duration(in, "revertWindow", strategy.revert_window);
  strategy.failure_budget = read_share(in, "failureBudget", 0).value_or(strategy.failure_budget);
  strategy.delivery_spread = bounded_duration(in, "deliverySpread", 0ms, limits::kDurationMax);
  strategy.safeguards = rollout::read_safeguards(in, "strategy.invalid");
}

}  // namespace

json::Value to_json(const Strategy& strategy) {
  json::Object object;
  object.append("type", kind_name(strategy));
  rollout::write_kind(object, strategy);
  object.append("healthCheckEnabled", strategy.health_check_enabled);
  object.append("bakeTime", format_duration(strategy.bake_time));
  object.append("ackTimeout", format_duration(strategy.ack_timeout));
  object.append("revertWindow", format_duration(strategy.revert_window));
  object.append("failureBudget", rollout::share_json(strategy.failure_budget));
  if (strategy.delivery_spread) {
    object.append("deliverySpread", format_duration(*strategy.delivery_spread));
  }
  rollout::write_safeguards(object, strategy.safeguards);
  return object;
}

Result<Strategy> strategy_from_json(const json::Value& value, const std::string& path) {
  if (const auto* text = value.as_string()) {
    if (!rollout::is_kind(*text)) return refuse_type(path, *text);
    json::Object bare;
    bare.append("type", *text);
    return strategy_from_json(bare, path);
  }
  json::ObjectReader in(value, path);
  const auto type = in.required_string("type");
  const bool known = rollout::is_kind(type);
  // Without the type no parameter can be told known from unknown.
  if (!known && value.find("type") != nullptr && value.find("type")->as_string()) {
    return refuse_type(json::path_member(path, "type"), type);
  }
  if (!known) {
    for (const auto& member : value.as_object() ? *value.as_object() : json::Object{}) {
      static_cast<void>(in.optional_value(member.name));
    }
    return std::unexpected(in.finish("strategy.invalid").value());
  }
  Strategy strategy;
  rollout::read_kind(in, type, strategy);
  read_common(in, strategy);
  if (auto bad = in.finish("strategy.invalid")) return std::unexpected(*bad);
  return strategy;
}

}  // namespace hotswap
