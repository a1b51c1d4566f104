#include "api/resources/schema_words.hpp"

#include "api/resources/services.hpp"
#include "domain/base/limits.hpp"

namespace hotswap::api {

SchemaId schema_in(const Call& call) { return SchemaId(call.path[0]); }

std::string schema_location(const SchemaVersion& version) {
  return "/api/v1/schemas/" + version.schema.str() + "/versions/" +
         percent_encode(version.number.str());
}

void check_length(json::ObjectReader& in, std::string_view name, const std::string& text) {
  if (text.size() <= limits::kDescriptionBytes) return;
  in.mistake(name, "maxLength",
             "must have at most " + std::to_string(limits::kDescriptionBytes) + " bytes");
}

Error of_a_read(Error error) {
  if (error.reason == "schema.none_approved") error.code = ErrorCode::NotFound;
  for (auto& field : error.fields) {
    if (field.path != "$.version") continue;
    field.path = "{version}";
    error.detail = field.path + ": " + field.message;
  }
  return error;
}

void forget_followers(Services& services, const SchemaId& schema) {
  const auto profiles = services.store.profiles_linked(schema);
  if (!profiles) return;  // what they show is at most ReadCache::kFresh old
  for (const auto& profile : *profiles) services.cache.forget(profile.name);
}

}  // namespace hotswap::api
