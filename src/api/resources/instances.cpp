#include <algorithm>

#include "api/render/config.hpp"
#include "api/render/instance.hpp"
#include "api/resources/desired.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/secret_free.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"
#include "domain/base/utf8.hpp"
#include "domain/fleet/health_url.hpp"
#include "domain/json/reader.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

constexpr std::size_t kUrlBytes = 2048;

bool is_instance_id(std::string_view text) {
  return !text.empty() && text.size() <= limits::kNameBytes &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

/// Optional text with a bound.
std::string short_text(json::ObjectReader& in, std::string_view name, std::size_t max) {
  auto text = in.optional_string(name).value_or("");
  if (text.size() > max) {
    in.mistake(name, "maxLength", "must have at most " + std::to_string(max) + " bytes");
  }
  return text;
}

void read_place(json::ObjectReader& in, Instance& instance) {
  instance.service = ServiceName(in.required_string("serviceName"));
  if (!instance.service.empty() && !is_name(instance.service.str())) {
    in.mistake("serviceName", "pattern",
               "must be lower-case letters, digits, '.', '_' or '-', at most 128 bytes");
  }
  instance.environment = in.required_string("environment");
  if (!instance.environment.empty() && !is_environment(instance.environment)) {
    in.mistake("environment", "enum", "must be Development, Staging or Production");
  }
}

void read_labels(json::ObjectReader& in, Instance& instance) {
  const auto* labels = in.optional_object("labels");
  if (labels == nullptr) return;
  if (labels->size() > limits::kLabels) {
    in.mistake("labels", "maxProperties",
               "must have at most " + std::to_string(limits::kLabels) + " labels");
    return;
  }
  for (const auto& [key, value] : *labels) {
    const auto* text = value.as_string();
    if (text == nullptr || key.empty() || key.size() > limits::kNameBytes ||
        text->size() > limits::kLabelValueBytes) {
      in.mistake("labels", "type",
                 "label '" + clip_utf8(key, limits::kNameBytes) + "' must be text of at most " +
                     std::to_string(limits::kLabelValueBytes) + " bytes under a name");
      continue;
    }
    instance.labels.emplace(key, *text);
  }
}

void read_schemas(json::ObjectReader& in, Instance& instance) {
  const auto* schemas = in.optional_object("schemas");
  if (schemas == nullptr) return;
  if (schemas->size() > limits::kInstanceSchemas) {
    in.mistake("schemas", "maxProperties",
               "must name at most " + std::to_string(limits::kInstanceSchemas) + " schemas");
    return;
  }
  for (const auto& [id, value] : *schemas) {
    const auto* number = value.as_string();
    if (!is_name(id) || number == nullptr || !SemVer::parse(*number)) {
      in.mistake("schemas", "format",
                 "'" + clip_utf8(id, limits::kNameBytes) +
                     "' must be the name of a schema with the version that the program was built "
                     R"(for, such as {"payments":"1.2.0"})");
      continue;
    }
    instance.schemas.emplace(id, *number);
  }
}

Result<Registration> read_registration(const json::Value& body) {
  json::ObjectReader in(body, "$");
  Registration request;
  auto& instance = request.instance;
  if (const auto id = in.optional_string("id")) {
    if (!is_instance_id(*id)) {
      in.mistake("id", "pattern", "must be letters, digits, '.', '_' or '-', at most 128 bytes");
    }
    request.id = InstanceId(*id);
  }
  read_place(in, instance);
  instance.hostname = short_text(in, "hostname", limits::kLabelValueBytes);
  instance.port = static_cast<int>(in.optional_int("port", 0, 65535).value_or(0));
  instance.version = short_text(in, "version", limits::kNameBytes);
  instance.health_url = short_text(in, "healthUrl", kUrlBytes);
  const auto& url = instance.health_url;
  if (!url.empty() && !parse_health_url(url)) {
    in.mistake("healthUrl", "format", "must be an http:// or https:// URL, or tcp://host:port");
  }
  read_labels(in, instance);
  read_schemas(in, instance);
  instance.pool = short_text(in, "pool", limits::kNameBytes);
  instance.zone = short_text(in, "zone", limits::kNameBytes);
  if (auto bad = in.finish("instance.invalid")) return std::unexpected(*bad);
  return request;
}

/// A repeated registration without an id, but with the same Idempotency-Key, is the same instance.
/// Its answer is never stored, because it holds a token.
void derive_id(const Call& call, Registration& request) {
  const auto key = call.request.header("Idempotency-Key");
  if (request.id || key.empty()) return;
  auto digest = sha256_hex(call.caller.principal.subject + '\n' + std::string(key));
  digest[12] = '8';  // a version 8 GUID: made by an own rule
  digest[16] = 'a';
  request.id =
      InstanceId(digest.substr(0, 8) + '-' + digest.substr(8, 4) + '-' + digest.substr(12, 4) +
                 '-' + digest.substr(16, 4) + '-' + digest.substr(20, 12));
}

Result<void> check_identity(const Principal& who, const Registration& request) {
  if (!who.instance || request.id == who.instance) return {};
  return fail(ErrorCode::Forbidden, "instance.other",
              "This token speaks for instance " + who.instance->str() +
                  " only: register under that id, or with a bootstrap token.");
}

}  // namespace

Result<Reply> register_instance(Services& services, Call& call) {
  auto request = read_registration(call.body);
  if (!request) return std::unexpected(request.error());
  derive_id(call, *request);
  if (auto own = check_identity(call.caller.principal, *request); !own) {
    return std::unexpected(own.error());
  }
  const auto done = services.fleet.register_instance(call.caller, std::move(*request));
  if (!done) return std::unexpected(done.error());
  const auto configs =
      desired_text(services.streams.frames(), done->desired, fit_for_secrets(call.request));
  if (!configs) return std::unexpected(configs.error());
  const auto& instance = done->instance;
  auto text = json::write(json::Object{
      {"id", instance.id.str()},
      {"token", services.tokens.mint_instance(instance.id, instance.service, instance.environment)},
      {"heartbeatInterval", format_duration(services.fleet.heartbeat_interval())}});
  text.pop_back();
  text += ",\"configs\":" + *configs + '}';
  auto response = make_response(done->created ? 201 : 200, "application/json", std::move(text));
  response.headers.push_back({"Location", "/api/v1/instances/" + instance.id.str()});
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

Result<Reply> list_instances(Services& services, Call& call) {
  const auto page = call.query.page();
  if (!page) return std::unexpected(page.error());
  const auto label = label_filter(call.query);
  if (!label) return std::unexpected(label.error());
  InstanceFilter filter;
  filter.service = call.query.text("service");
  filter.environment = call.query.text("environment");
  filter.status = call.query.text("status");
  filter.label_key = label->first;
  filter.label_value = label->second;
  if (!filter.status.empty() && !instance_status_from_string(filter.status)) {
    return fail_field("query.invalid", "?status", "enum", "must be Healthy, Degraded or Removed");
  }
  const auto found = services.fleet.list(call.caller, filter, *page);
  if (!found) return std::unexpected(found.error());
  return json_answer(200, page_json(*found, instance_json));
}

Result<Reply> get_instance(Services& services, Call& call) {
  const auto view = services.fleet.get(call.caller, InstanceId(call.path[0]));
  if (!view) return std::unexpected(view.error());
  return json_answer(200, instance_json(*view));
}

Result<Reply> remove_instance(Services& services, Call& call) {
  const InstanceId id(call.path[0]);
  if (auto done = services.fleet.remove(call.caller, id); !done) {
    return std::unexpected(done.error());
  }
  services.streams.remove(id);
  return no_content();
}

}  // namespace hotswap::api
