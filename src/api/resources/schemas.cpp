#include "api/etag.hpp"
#include "api/render/config.hpp"
#include "api/render/schema.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/schema_words.hpp"
#include "api/resources/services.hpp"
#include "api/resources/uploads.hpp"
#include "api/resources/words.hpp"
#include "domain/base/limits.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::api {
namespace {

constexpr auto kSchemaType = "application/schema+json";

/// One of a few words, read by `from`; the mistake lists them.
template <class T, class From>
std::optional<T> read_word(json::ObjectReader& in, std::string_view name, From from,
                           std::string_view words) {
  const auto text = in.optional_string(name);
  if (!text) return std::nullopt;
  auto value = from(*text);
  if (!value) in.mistake(name, "enum", "must be " + std::string(words));
  return value;
}

std::optional<bool> asserts_formats(std::string_view text) {
  if (text == "assert") return true;
  if (text == "annotate") return false;
  return std::nullopt;
}

void read_number(json::ObjectReader& in, RegisterSchema& request) {
  const auto text = in.optional_string("version");
  if (!text) return;
  const auto number = SemVer::parse(*text);
  if (number && number->build().empty()) {
    request.number = *number;
  } else if (number) {
    in.mistake("version", "format",
               "has no build metadata for schemas: leave out the part behind the +");
  } else {
    in.mistake("version", "format",
               number.error().detail +
                   "; write it as major.minor.patch, such as 1.2.0, or leave "
                   "it out: then the server chooses by what changed");
  }
}

void read_rules(json::ObjectReader& in, RegisterSchema& request) {
  request.compatibility = read_word<CompatibilityMode>(
      in, "compatibility", compatibility_from_string,
      "NONE, BACKWARD, FORWARD, FULL, BACKWARD_TRANSITIVE, FORWARD_TRANSITIVE or FULL_TRANSITIVE");
  request.policy =
      read_word<schema::Policy>(in, "policy", schema::policy_from_string, "strict or lenient");
  request.assert_formats =
      read_word<bool>(in, "formats", asserts_formats, "assert or annotate").value_or(true);
}

Result<RegisterSchema> read_registration(json::Value body) {
  json::ObjectReader in(body, "$");
  RegisterSchema request;
  request.id = SchemaId(in.required_string("name"));
  const auto* name = body.find("name");
  if (name != nullptr && name->as_string() && !is_name(request.id.str())) {
    in.mistake("name", "pattern",
               "must be lower-case letters, digits, '.', '_' or '-', at most 128 bytes");
  }
  const auto* document = in.required_value("schema");
  if (document != nullptr && !document->as_object() && !document->as_bool()) {
    in.mistake("schema", "type", "must be a JSON Schema: an object, true or false");
  }
  read_number(in, request);
  read_rules(in, request);
  request.description = in.optional_string("description");
  check_length(in, "description", request.description.value_or(""));
  request.message = in.optional_string("message").value_or("");
  check_length(in, "message", request.message);
  request.dry_run = in.optional_bool("dryRun").value_or(false);
  if (auto bad = in.finish("schema.invalid")) return std::unexpected(*bad);
  request.document = std::move(*body.as_object()->find("schema"));
  return request;
}

/// The service speaks of places inside the schema; the caller sent it as a member of the body.
Error within_body(Error error) {
  for (auto& field : error.fields) {
    if (field.path.starts_with('$')) field.path = "$.schema" + field.path.substr(1);
  }
  return error;
}

int status_of(const SchemaVersion& version, bool stored) {
  if (!stored) return 200;
  return version.state == SchemaState::PendingApproval ? 202 : 201;
}

/// A schema as it is read, with the ETag that If-Match takes.
Result<Reply> shown(Services& services, const Call& call) {
  const auto view = services.schemas.get(call.caller, schema_in(call));
  if (!view) return std::unexpected(view.error());
  auto response = json_answer(200, schema_view_json(*view));
  response.headers.push_back({"ETag", etag_of(view->schema.revision, *response.body)});
  return response;
}

}  // namespace

Result<Reply> register_schema(Services& services, Call& call) {
  auto body = read_document(call.request);
  if (!body) return std::unexpected(body.error());
  auto request = read_registration(std::move(*body));
  if (!request) return std::unexpected(request.error());
  const bool dry_run = request->dry_run;
  const auto done = services.schemas.add(call.caller, std::move(*request));
  if (!done) return std::unexpected(within_body(done.error()));
  const auto& version = done->version;
  auto answer = schema_version_json(version, SchemaDetail::Full);
  answer.append("dryRun", dry_run);
  answer.append("impact", impact_json(done->impact));
  const bool stored = done->created && !dry_run;
  if (!stored) return json_answer(200, answer);
  forget_followers(services, version.schema);
  return located(status_of(version, stored), schema_location(version), answer);
}

Result<Reply> list_schemas(Services& services, Call& call) {
  const auto page = call.query.page();
  if (!page) return std::unexpected(page.error());
  SchemaFilter filter;
  filter.text = call.query.text("text");
  if (call.query.has("state")) {
    filter.any = schema_state_from_string(call.query.text("state"));
    if (!filter.any) {
      return fail_field("query.invalid", "?state", "enum",
                        "must be Approved, PendingApproval or Rejected");
    }
  }
  const auto found = services.schemas.list(call.caller, filter, *page);
  if (!found) return std::unexpected(found.error());
  return json_answer(200, page_json(*found, schema_json));
}

Result<Reply> get_schema(Services& services, Call& call) { return shown(services, call); }

Result<Reply> patch_schema(Services& services, Call& call) {
  const auto revision = revision_wanted(call.request.header("If-Match"));
  if (!revision) return std::unexpected(revision.error());
  const auto updated = services.schemas.update(call.caller, schema_in(call), call.body, *revision);
  if (!updated) return std::unexpected(updated.error());
  return shown(services, call);
}

Result<Reply> list_schema_versions(Services& services, Call& call) {
  const auto page = call.query.page();
  if (!page) return std::unexpected(page.error());
  const auto found = services.schemas.versions(call.caller, schema_in(call), *page);
  if (!found) return std::unexpected(found.error());
  return json_answer(200, page_json(*found, [](const SchemaVersion& version) {
                       return schema_version_json(version, SchemaDetail::Summary);
                     }));
}

Result<Reply> get_schema_version(Services& services, Call& call) {
  const auto found = services.schemas.version(call.caller, schema_in(call), call.path[1]);
  if (!found) return std::unexpected(of_a_read(found.error()));
  const bool bare = asks_for(call.request, kSchemaType);
  auto response = bare ? make_response(200, kSchemaType, found->content)
                       : make_response(200, "application/json", schema_version_text(*found));
  response.headers.push_back({"Vary", "Accept"});
  if (bare) {
    response.headers.push_back({"Content-Location", schema_location(*found)});
    response.headers.push_back(
        {"Link", "<" + schema_uri(found->schema, found->number) + ">; rel=\"canonical\""});
  }
  return response;
}

}  // namespace hotswap::api
