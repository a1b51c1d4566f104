// Comparisons as JSON.

#include <array>

#include "domain/schema/compat/compare.hpp"

namespace hotswap::schema {
namespace {

constexpr std::array kEffects{Effect::Compatible, Effect::Breaking, Effect::Unknown};

std::optional<Effect> effect_from(const json::Value* value) {
  const auto* const text = value == nullptr ? nullptr : value->as_string();
  for (const auto effect : kEffects) {
    if (text != nullptr && *text == to_string(effect)) return effect;
  }
  return std::nullopt;
}

void set_example(json::Object& members, std::string name,
                 const std::optional<json::Value>& example) {
  if (example) members.append(std::move(name), *example);
}

std::optional<json::Value> example_from(const json::Value& value, std::string_view name) {
  const auto* const found = value.find(name);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

json::Value to_json(const Change& change) {
  json::Object members{{"kind", change.kind},
                       {"path", change.path},
                       {"where", change.where},
                       {"backward", to_string(change.backward)},
                       {"forward", to_string(change.forward)},
                       {"reason", change.reason}};
  set_example(members, "backwardExample", change.backward_example);
  set_example(members, "forwardExample", change.forward_example);
  return members;
}

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::Malformed, "schema.comparison",
              "not a comparison of schemas: " + std::string(what));
}

Result<Change> change_from(const json::Value& value) {
  Change change;
  const std::array texts{std::pair("kind", &change.kind), std::pair("path", &change.path),
                         std::pair("where", &change.where), std::pair("reason", &change.reason)};
  for (const auto& [name, target] : texts) {
    const auto* const member = value.find(name);
    if (member == nullptr || member->as_string() == nullptr) return malformed(name);
    *target = *member->as_string();
  }
  const auto backward = effect_from(value.find("backward"));
  const auto forward = effect_from(value.find("forward"));
  if (!backward || !forward) return malformed("effect of a change");
  change.backward = *backward;
  change.forward = *forward;
  change.backward_example = example_from(value, "backwardExample");
  change.forward_example = example_from(value, "forwardExample");
  return change;
}

}  // namespace

std::string_view to_string(Effect effect) {
  switch (effect) {
    case Effect::Compatible:
      return "Compatible";
    case Effect::Breaking:
      return "Breaking";
    case Effect::Unknown:
      return "Unknown";
  }
  return "";
}

std::string_view to_string(Policy policy) {
  return policy == Policy::Strict ? "Strict" : "Lenient";
}

std::optional<Policy> policy_from_string(std::string_view text) {
  for (const auto policy : {Policy::Strict, Policy::Lenient}) {
    if (text == to_string(policy)) return policy;
  }
  return std::nullopt;
}

json::Value to_json(const Comparison& comparison) {
  json::Array changes;
  for (const auto& change : comparison.changes) changes.push_back(to_json(change));
  json::Object members{{"backward", to_string(comparison.backward)},
                       {"forward", to_string(comparison.forward)},
                       {"changes", std::move(changes)},
                       {"truncated", comparison.truncated}};
  set_example(members, "backwardExample", comparison.backward_example);
  set_example(members, "forwardExample", comparison.forward_example);
  return members;
}

Result<Comparison> comparison_from_json(const json::Value& value) {
  Comparison comparison;
  const auto backward = effect_from(value.find("backward"));
  const auto forward = effect_from(value.find("forward"));
  if (!backward || !forward) return malformed("effect");
  comparison.backward = *backward;
  comparison.forward = *forward;
  const auto* const changes = value.find("changes");
  if (changes == nullptr || changes->as_array() == nullptr) return malformed("changes");
  for (const auto& each : *changes->as_array()) {
    auto change = change_from(each);
    if (!change) return std::unexpected(std::move(change.error()));
    comparison.changes.push_back(std::move(*change));
  }
  const auto* const truncated = value.find("truncated");
  comparison.truncated = truncated != nullptr && truncated->as_bool() && *truncated->as_bool();
  comparison.backward_example = example_from(value, "backwardExample");
  comparison.forward_example = example_from(value, "forwardExample");
  return comparison;
}

}  // namespace hotswap::schema
