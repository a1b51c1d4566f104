#include "api/etag.hpp"
#include "api/problem.hpp"
#include "api/resources/desired.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/secret_free.hpp"
#include "api/resources/services.hpp"
#include "api/resources/stream_messages.hpp"
#include "api/resources/words.hpp"
#include "api/server/upgrade.hpp"

namespace hotswap::api {
namespace {

Result<Response> configs_now(Services& services, const Caller& caller, const InstanceId& id,
                             bool secrets) {
  const auto desired = services.fleet.desired(caller, id);
  if (!desired) return std::unexpected(desired.error());
  auto configs = desired_text(services.streams.frames(), *desired, secrets);
  if (!configs) return std::unexpected(configs.error());
  auto response = make_response(200, "application/json", "{\"configs\":" + *configs + '}');
  response.headers.push_back({"ETag", desired_etag(services.streams.frames(), *desired)});
  return response;
}

/// What a held poll needs after its request is gone.
struct HeldPoll {
  Services& services;
  Caller caller;
  InstanceId instance;
  std::string path;
  std::string known_etag;  ///< the request's If-None-Match
  bool secrets = false;    ///< may be among the answer
  std::weak_ptr<PendingReply> reply;

  [[nodiscard]] Response changed() const {
    // Its token may have been revoked while it waited.
    const bool refused = services.revocations.refuses(instance, caller.principal.issued_at);
    auto response = refused ? std::unexpected(unauthenticated("revoked while it waited"))
                            : configs_now(services, caller, instance, secrets);
    return response ? std::move(*response) : problem(response.error(), path, caller.trace_id);
  }
  [[nodiscard]] Response unchanged() const {
    Response response;
    response.status = 304;
    response.headers.push_back({"ETag", known_etag});
    return response;
  }
  [[nodiscard]] bool still_same() const {
    const auto desired = services.fleet.desired(caller, instance);
    return desired &&
           none_match_hits(known_etag, desired_etag(services.streams.frames(), *desired));
  }
};

LongPoll hold(std::chrono::milliseconds wait, std::shared_ptr<HeldPoll> poll) {
  LongPoll held;
  held.timeout = wait;
  held.on_open = [poll](const std::shared_ptr<PendingReply>& reply) {
    poll->reply = reply;
    poll->services.streams.hold(poll->instance, reply, [poll] { return poll->changed(); });
    // What changed between the first look and the registration is answered at once.
    if (!poll->still_same()) reply->complete(poll->changed());
  };
  held.on_timeout = [poll] { return poll->unchanged(); };
  held.on_close = [poll] { poll->services.streams.release(poll->instance, poll->reply); };
  return held;
}

}  // namespace

Result<Reply> instance_stream(Services& services, Call& call) {
  const InstanceId id(call.path[0]);
  const auto known = services.fleet.desired(call.caller, id);
  if (!known) return std::unexpected(known.error());
  auto& hub = services.streams;
  if (services.moves != nullptr && !call.request.header("HotSwap-Moved").empty())
    services.moves->arrived(id);
  const auto opened = std::make_shared<std::weak_ptr<EventStream>>();
  StreamStart start;
  start.on_open = [&services, &hub, id, opened, caller = call.caller,
                   secrets = call.caller.fit_for_secrets](
                      const std::shared_ptr<EventStream>& connection) {
    const auto stream = secrets ? connection : secret_free(connection, services.logger, id.str());
    *opened = stream;
    hub.open(id, stream, [&services, &caller, &id] { return services.fleet.desired(caller, id); });
    // Revoked between the look at the token and now.
    if (services.revocations.refuses(id, caller.principal.issued_at)) hub.remove(id);
  };
  start.on_close = [&hub, id, opened] { hub.closed(id, *opened); };
  if (asks_for_websocket(call.request)) start.messages = services.messages->taker(call);
  return start;
}

Result<Reply> instance_configs(Services& services, Call& call) {
  const InstanceId id(call.path[0]);
  const auto wait = call.query.duration("wait");
  if (!wait) return std::unexpected(wait.error());
  const bool secrets = call.caller.fit_for_secrets;
  auto now = configs_now(services, call.caller, id, secrets);
  if (!now) return std::unexpected(now.error());
  const std::string known(call.request.header("If-None-Match"));
  const bool hold_it =
      *wait && **wait > Duration::zero() && none_match_hits(known, header_of(*now, "ETag"));
  if (!hold_it) return std::move(*now);
  return hold(**wait, std::make_shared<HeldPoll>(HeldPoll{
                          services, call.caller, id, call.request.path, known, secrets, {}}));
}

}  // namespace hotswap::api
