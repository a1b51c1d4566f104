#include "deploy/support/schemas.hpp"

#include <stdexcept>

#include "domain/json/parse.hpp"
#include "domain/schema/schema.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::deploy {
namespace {

json::Value schema_file(const std::string& name) {
  const auto path = std::filesystem::path(e2e::source_folder()) / "tests/deploy/schemas" / name;
  auto value = json::parse(text_of(path));
  if (!value) throw std::runtime_error(path.string() + ": " + value.error().detail);
  return std::move(*value);
}

Findings failures(const json::Value& schema, const json::Value& document) {
  const auto compiled = schema::Schema::compile(schema);
  if (!compiled) throw std::runtime_error("schema: " + compiled.error().detail);
  Findings findings;
  for (const auto& field : schema::fields_of((*compiled)->check(document)))
    findings.push_back(field.path + ": " + field.message);
  return findings;
}

}  // namespace

Findings kubernetes_findings(const json::Value& object) {
  static const json::Value kSchemas = schema_file("kubernetes.json");
  const std::string kind = text_at(object, "/apiVersion") + ' ' + text_at(object, "/kind");
  const auto* reference = at(kSchemas, "/x-kinds")->find(kind);
  if (reference == nullptr) return {"no schema of " + kind};
  auto findings = failures(changed(kSchemas, "add", "/$ref", *reference), object);
  for (auto& finding : findings) finding.insert(0, label_of(object) + ": ");
  return findings;
}

Findings compose_findings(const json::Value& compose) {
  static const json::Value kSchema = schema_file("compose.json");
  return failures(kSchema, compose);
}

}  // namespace hotswap::deploy
