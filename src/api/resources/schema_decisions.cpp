// What people ask of two versions, of a document, and what they decide.
#include "api/render/schema.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/schema_words.hpp"
#include "api/resources/services.hpp"
#include "api/resources/uploads.hpp"
#include "api/resources/words.hpp"

namespace hotswap::api {
namespace {

struct ValidationRequest {
  json::Value data;
  std::string selector = "latest";
  std::optional<schema::Output> output;
};

std::optional<schema::Output> output_from(std::string_view text) {
  if (text == "flag") return schema::Output::Flag;
  if (text == "basic") return schema::Output::Basic;
  if (text == "detailed") return schema::Output::Detailed;
  return std::nullopt;
}

Result<ValidationRequest> read_validation(json::Value body) {
  json::ObjectReader in(body, "$");
  ValidationRequest request;
  static_cast<void>(in.required_value("data"));
  request.selector = in.optional_string("version").value_or("latest");
  if (const auto output = in.optional_string("output")) {
    request.output = output_from(*output);
    if (!request.output) {
      in.mistake("output", "enum",
                 "must be flag, basic or detailed; leave it out for errors by JSONPath");
    }
  }
  if (auto bad = in.finish("schema.invalid")) return std::unexpected(*bad);
  request.data = std::move(*body.as_object()->find("data"));
  return request;
}

/// Required, with the place where the caller finds it.
std::string read_seen(json::ObjectReader& in, std::string_view name, std::string_view remedy) {
  const auto text = in.optional_string(name);
  if (!in.has(name) || (text && text->empty())) {
    in.mistake(name, "required", "is required: " + std::string(remedy));
  }
  return text.value_or("");
}

Result<SchemaService::Decide> read_decision(const Call& call, bool approve) {
  json::ObjectReader in(call.body, "$");
  SchemaService::Decide decision;
  decision.id = schema_in(call);
  decision.approve = approve;
  const auto version = read_seen(in, "version", "the number that you decide on, such as 2.0.0");
  if (!version.empty()) {
    const auto number = SemVer::parse(version);
    if (number) {
      decision.number = *number;
    } else {
      in.mistake("version", "format", number.error().detail + "; name an exact version");
    }
  }
  decision.hash = read_seen(in, "hash",
                            "the `hash` of the version that you looked at, so that you decide "
                            "on exactly that content");
  decision.comment = read_seen(in, "comment", "say in a sentence why, for the audit");
  check_length(in, "comment", decision.comment);
  if (auto bad = in.finish("schema.invalid")) return std::unexpected(*bad);
  return decision;
}

Result<Reply> decide(Services& services, const Call& call, bool approve) {
  const auto decision = read_decision(call, approve);
  if (!decision) return std::unexpected(decision.error());
  const auto decided = services.schemas.decide(call.caller, *decision);
  if (!decided) return std::unexpected(decided.error());
  if (approve) forget_followers(services, decided->schema);
  return json_answer(200, schema_version_json(*decided, SchemaDetail::Full));
}

}  // namespace

Result<Reply> approve_schema(Services& services, Call& call) {
  return decide(services, call, true);
}

Result<Reply> reject_schema(Services& services, Call& call) {
  return decide(services, call, false);
}

Result<Reply> validate_against_schema(Services& services, Call& call) {
  auto body = read_document(call.request);
  if (!body) return std::unexpected(body.error());
  const auto request = read_validation(std::move(*body));
  if (!request) return std::unexpected(request.error());
  const auto done =
      services.schemas.validate(call.caller, schema_in(call), request->selector, request->data);
  if (!done) return std::unexpected(done.error());
  auto response = request->output
                      ? json_answer(200, schema::to_json(done->report, *request->output))
                      : json_answer(200, validation_json(*done));
  response.headers.push_back(
      {"Link", "<" + schema_uri(done->schema.id, done->schema.number) + ">; rel=\"describedby\""});
  return response;
}

Result<Reply> diff_schemas(Services& services, Call& call) {
  const auto diff = services.schemas.diff(call.caller, schema_in(call), call.path[1], call.path[2]);
  if (!diff) return std::unexpected(of_a_read(diff.error()));
  return json_answer(200, schema_diff_json(*diff));
}

Result<Reply> schema_impact(Services& services, Call& call) {
  const auto number = SemVer::parse(call.path[1]);
  if (!number) {
    return fail_field("version.invalid", "{version}", "format",
                      number.error().detail + "; name an exact version such as 1.2.0");
  }
  const auto impact = services.schemas.impact(call.caller, schema_in(call), *number);
  if (!impact) return std::unexpected(impact.error());
  auto answer = impact_json(*impact);
  answer.append("name", call.path[0]);
  answer.append("version", number->str());
  return json_answer(200, answer);
}

}  // namespace hotswap::api
