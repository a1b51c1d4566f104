#include "unit/api/contract.hpp"

#include "api/resources/documents.hpp"
#include "api/resources/routes.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api::testing {
namespace {

constexpr std::string_view kComponents = "#/components/schemas/";

/// The same with references to definitions beside it.
json::Value relocated(const json::Value& value) {
  if (const auto* items = value.as_array()) {
    json::Array out;
    for (const auto& item : *items) out.emplace_back(relocated(item));
    return out;
  }
  const auto* object = value.as_object();
  if (object == nullptr) return value;
  json::Object out;
  for (const auto& [name, member] : *object) {
    const auto* text = member.as_string();
    const bool moved = name == "$ref" && text != nullptr && text->starts_with(kComponents);
    out.append(std::string(name),
               moved ? json::Value("#/$defs/" + std::string(text->substr(kComponents.size())))
                     : relocated(member));
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::tolower(c));
  return out;
}

/// What a `$ref` inside the document leads to, or the value itself.
const json::Value* followed(const json::Value* value) {
  const auto* reference = value == nullptr ? nullptr : value->find("$ref");
  if (reference == nullptr) return value;
  const auto* at = &openapi_document();
  std::istringstream parts(std::string(reference->as_string()->substr(2)));
  for (std::string part; at != nullptr && std::getline(parts, part, '/');) at = at->find(part);
  return at;
}

}  // namespace

Contract::Contract()
    : router_(routes()),
      definitions_(relocated(*openapi_document().find("components")->find("schemas"))) {}

const json::Value* Contract::documented(const Route& route, int status) const {
  const auto* path = openapi_document().find("paths")->find(route.pattern);
  const auto* operation = path == nullptr ? nullptr : path->find(lower(to_string(route.method)));
  const auto* responses = operation == nullptr ? nullptr : operation->find("responses");
  return responses == nullptr ? nullptr : followed(responses->find(std::to_string(status)));
}

Contract::Compiled Contract::compiled(const json::Value& schema) {
  auto& known = compiled_[json::write(schema)];
  if (known) return known;
  json::Object document{{"allOf", json::Array{relocated(schema)}}, {"$defs", definitions_}};
  schema::CompileOptions options;
  options.assert_formats = true;
  auto result = schema::Schema::compile(document, options);
  if (result) known = *result;
  return known;
}

std::string Contract::against(const json::Value& schema, const std::string& body) {
  const auto value = json::parse(body, {.bytes = 16 << 20});
  if (!value) return "the body is no JSON: " + value.error().detail;
  const auto program = compiled(schema);
  if (!program) return "the documented schema does not compile: " + json::write(schema);
  std::string out;
  for (const auto& field : schema::fields_of(program->check(*value))) {
    out += field.path + ": " + field.message + "\n";
  }
  return out;
}

std::string Contract::complaint(const Request& request, const Response& response) {
  if (response.status == 304) return {};
  const auto match = router_.match(request.method, request.path);
  // What is no route is refused in the same words everywhere.
  const json::Value* found =
      match ? documented(*match->route, response.status)
            : openapi_document().find("components")->find("responses")->find("NotFound");
  if (found == nullptr)
    return "the status " + std::to_string(response.status) + " is not documented";
  const auto* content = found->find("content");
  const auto type = response.content_type.substr(0, response.content_type.find(';'));
  if (content == nullptr) return type.empty() ? "" : "a body is not documented";
  const auto* media = content->find(type);
  if (media == nullptr) return "the media type " + type + " is not documented";
  if (!type.ends_with("json") || type.ends_with("ndjson")) return {};
  return against(*media->find("schema"), *response.body);
}

Contract& contract() {
  static Contract instance;
  return instance;
}

}  // namespace hotswap::api::testing
