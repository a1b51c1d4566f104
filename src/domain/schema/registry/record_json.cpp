#include "domain/schema/registry/record_json.hpp"

#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr const char* kInvalid = "schema.invalid";

Result<ComparedWith> compared_item(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  ComparedWith with;
  if (auto number = SemVer::parse(in.required_string("version"))) {
    with.number = std::move(*number);
  } else {
    in.mistake("version", "format", number.error().detail);
  }
  if (const auto* text = in.required_value("comparison")) {
    if (auto comparison = schema::comparison_from_json(*text)) {
      with.comparison = std::move(*comparison);
    } else {
      in.absorb(comparison.error());
    }
  }
  if (auto bad = in.finish(kInvalid)) return std::unexpected(*bad);
  return with;
}

}  // namespace

json::Value to_json(const SchemaDecision& decision) {
  return json::Object{{"by", decision.by},
                      {"at", format_time(decision.at)},
                      {"comment", decision.comment},
                      {"hash", decision.hash}};
}

Result<SchemaDecision> schema_decision_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$.decision");
  SchemaDecision decision;
  decision.by = in.required_string("by");
  decision.at = in.optional_time("at").value_or(WallTime{});
  decision.comment = in.required_string("comment");
  decision.hash = in.required_string("hash");
  if (auto bad = in.finish(kInvalid)) return std::unexpected(*bad);
  return decision;
}

json::Value compared_to_json(const std::vector<ComparedWith>& compared) {
  json::Array items;
  items.reserve(compared.size());
  for (const auto& with : compared) {
    items.push_back(json::Object{{"version", with.number.str()},
                                 {"comparison", schema::to_json(with.comparison)}});
  }
  return items;
}

Result<std::vector<ComparedWith>> compared_from_json(const json::Value& value) {
  const std::string path = "$.compared";
  const auto* items = value.as_array();
  if (items == nullptr) return fail_field(kInvalid, path, "type", "must be an array");
  std::vector<ComparedWith> compared;
  for (std::size_t i = 0; i < items->size(); ++i) {
    auto with = compared_item((*items)[i], json::path_item(path, i));
    if (!with) return std::unexpected(with.error());
    compared.push_back(std::move(*with));
  }
  return compared;
}

}  // namespace hotswap
