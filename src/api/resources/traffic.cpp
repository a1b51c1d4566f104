#include "api/etag.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "domain/base/limits.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::api {
namespace {

/// Which traffic: the first two path values.
struct Whose {
  ServiceName service;
  std::string environment;
};
Whose whose(const Call& call) { return {ServiceName(call.path[0]), call.path[1]}; }

Response shown(const Call& call, const Traffic& traffic, int status) {
  const bool writer = authorize(call.caller.principal, Action::TrafficWrite).has_value();
  auto response = json_answer(status, traffic_json(traffic, writer));
  response.headers.push_back({"ETag", etag_of(traffic.revision, *response.body)});
  return response;
}

Reply follow(Services& services, const Call& call, Whose of) {
  auto& hub = services.traffic_hub;
  const auto id = hub.new_id();
  StreamStart start;
  start.on_open = [&services, &hub, id, of,
                   caller = call.caller](std::shared_ptr<EventStream> stream) {
    hub.open(id, of.service, of.environment, std::move(stream),
             [&] { return services.traffic.get(caller, of.service, of.environment); });
  };
  start.on_close = [&hub, id] { hub.close(id); };
  return start;
}

}  // namespace

Result<Reply> get_traffic(Services& services, Call& call) {
  const auto of = whose(call);
  const auto traffic = services.traffic.get(call.caller, of.service, of.environment);
  if (!traffic) return std::unexpected(traffic.error());
  if (asks_for(call.request, "text/event-stream")) return follow(services, call, of);
  return shown(call, *traffic, 200);
}

Result<Reply> put_traffic(Services& services, Call& call) {
  const auto revision = revision_wanted(call.request.header("If-Match"));
  if (!revision) return std::unexpected(revision.error());
  const auto of = whose(call);
  const auto traffic =
      services.traffic.put(call.caller, of.service, of.environment, call.body, *revision);
  if (!traffic) return std::unexpected(traffic.error());
  return shown(call, *traffic, traffic->revision == 1 ? 201 : 200);
}

Result<Reply> switch_traffic(Services& services, Call& call) {
  json::ObjectReader in(call.body, "$");
  const auto pool = in.required_string("pool");
  const auto reason = in.optional_string("reason").value_or("");
  if (reason.size() > limits::kDescriptionBytes)
    in.mistake("reason", "maxLength", "must be at most 4096 bytes");
  if (auto bad = in.finish("traffic.invalid")) return std::unexpected(*bad);
  const auto of = whose(call);
  const auto traffic =
      services.traffic.switch_to(call.caller, of.service, of.environment, pool, reason);
  if (!traffic) return std::unexpected(traffic.error());
  return shown(call, *traffic, 202);
}

}  // namespace hotswap::api
