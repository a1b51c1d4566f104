// Comparisons as JSON and back, and the words of their enumerations.
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"
#include "domain/schema/compat/compare.hpp"

namespace hotswap::schema {
namespace {

constexpr const char* kInvalid = "schema.invalid";

/// Appends the two verdicts with their examples.
void write_sides(json::Object& out, const auto& judged) {
  out.append("backward", to_string(judged.backward));
  out.append("forward", to_string(judged.forward));
  if (judged.backward_example) out.append("backwardExample", *judged.backward_example);
  if (judged.forward_example) out.append("forwardExample", *judged.forward_example);
}

json::Value to_json(const Change& change) {
  json::Object out{{"kind", change.kind}, {"path", change.path}, {"where", change.where}};
  write_sides(out, change);
  out.append("reason", change.reason);
  return out;
}

Effect read_effect(json::ObjectReader& in, std::string_view name) {
  const auto text = in.required_string(name);
  for (const auto effect : {Effect::Compatible, Effect::Breaking, Effect::Unknown}) {
    if (to_string(effect) == text) return effect;
  }
  if (in.has(name)) in.mistake(name, "enum", "must be Compatible, Breaking or Unknown");
  return Effect::Unknown;
}

std::optional<json::Value> read_example(json::ObjectReader& in, std::string_view name) {
  const auto* value = in.optional_value(name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

void read_sides(json::ObjectReader& in, auto& judged) {
  judged.backward = read_effect(in, "backward");
  judged.forward = read_effect(in, "forward");
  judged.backward_example = read_example(in, "backwardExample");
  judged.forward_example = read_example(in, "forwardExample");
}

Result<Change> change_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  Change change;
  change.kind = in.required_string("kind");
  change.path = in.required_string("path");
  change.where = in.required_string("where");
  read_sides(in, change);
  change.reason = in.required_string("reason");
  if (auto bad = in.finish(kInvalid)) return std::unexpected(*bad);
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
  switch (policy) {
    case Policy::Strict:
      return "strict";
    case Policy::Lenient:
      return "lenient";
  }
  return "";
}

std::optional<Policy> policy_from_string(std::string_view text) {
  for (const auto policy : {Policy::Strict, Policy::Lenient}) {
    if (to_string(policy) == text) return policy;
  }
  return std::nullopt;
}

json::Value to_json(const Comparison& comparison) {
  json::Array changes;
  changes.reserve(comparison.changes.size());
  for (const auto& change : comparison.changes) changes.push_back(to_json(change));
  json::Object out;
  write_sides(out, comparison);
  out.append("changes", std::move(changes));
  out.append("truncated", comparison.truncated);
  return out;
}

Result<Comparison> comparison_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  Comparison comparison;
  read_sides(in, comparison);
  if (const auto* changes = in.optional_array("changes")) {
    for (std::size_t i = 0; i < changes->size(); ++i) {
      auto change = change_from_json((*changes)[i], json::path_item("$.changes", i));
      if (change) {
        comparison.changes.push_back(std::move(*change));
      } else {
        in.absorb(change.error());
      }
    }
  }
  comparison.truncated = in.optional_bool("truncated").value_or(false);
  if (auto bad = in.finish(kInvalid)) return std::unexpected(*bad);
  return comparison;
}

}  // namespace hotswap::schema
