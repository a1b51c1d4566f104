#include "api/resources/uploads.hpp"

#include "api/formats/toml.hpp"
#include "api/formats/yaml.hpp"
#include "api/resources/words.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::api {
namespace {

bool is_yaml_type(std::string_view type) {
  return type == "application/yaml" || type == "application/x-yaml" || type == "text/yaml";
}

}  // namespace

Result<json::Value> read_document(const Request& request) {
  const auto type = content_type_of(request);
  if (is_json_type(type)) return json::parse(request.body);
  if (is_yaml_type(type)) return yaml_to_json(request.body);
  if (type == "application/toml") return toml_to_json(request.body);
  return fail(ErrorCode::UnsupportedMediaType, "http.media_type",
              "This route takes application/json, application/yaml or application/toml, not '" +
                  type + "'.");
}

}  // namespace hotswap::api
