#include "api/resources/heartbeat.hpp"

#include <algorithm>
#include <set>

#include "api/resources/handlers.hpp"
#include "api/resources/heartbeat_words.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "domain/secret/mask.hpp"

namespace hotswap::api {
namespace {

/// The token goes on with what the old one was registered for.
std::string renewed(const Services& services, const Principal& who) {
  return services.tokens.mint_instance(*who.instance, who.service.value_or(ServiceName()),
                                       who.environment.value_or(""));
}

bool speaks(const Heartbeat& heartbeat) {
  return !heartbeat.logs.empty() ||
         std::ranges::any_of(heartbeat.observed,
                             [](const Observation& seen) { return !seen.error.empty(); });
}

/// A service may say more than it should of what it was given, and people read it.
void take_secrets_out(Services& services, const Caller& caller, const InstanceId& id,
                      Heartbeat& heartbeat) {
  if (!speaks(heartbeat)) return;
  const auto desired = services.fleet.desired(caller, id);
  if (!desired) return;
  std::set<VersionName> versions;
  for (const Assignment& assignment : *desired) {
    for (const auto& slot : {assignment.active, assignment.staged})
      if (slot) versions.emplace(assignment.profile, slot->version);
    for (const Observation& seen : heartbeat.observed)
      if (seen.profile == assignment.profile && seen.version)
        versions.emplace(seen.profile, *seen.version);
  }
  for (const VersionName& version : versions) {
    const auto secrets = services.streams.frames().secrets_of(version);
    if (secrets->empty()) continue;
    for (LogLine& line : heartbeat.logs) line.message = without_secrets(line.message, *secrets);
    for (Observation& seen : heartbeat.observed)
      if (!seen.error.empty()) seen.error = without_secrets(seen.error, *secrets);
  }
}

}  // namespace

Result<HeartbeatReply> take_heartbeat(Services& services, const Caller& caller,
                                      const InstanceId& id, Heartbeat heartbeat) {
  take_secrets_out(services, caller, id, heartbeat);
  return services.fleet.heartbeat(caller, id, std::move(heartbeat));
}

HeartbeatAnswer answer_of(const Services& services, const Principal& who,
                          const HeartbeatReply& reply) {
  json::Array changed;
  for (const auto& profile : reply.changed) changed.emplace_back(profile.str());
  HeartbeatAnswer answer{
      {{"heartbeatInterval", format_duration(reply.interval)}, {"changed", std::move(changed)}},
      {}};
  if (services.tokens.is_worn(who)) {
    answer.token = renewed(services, who);
    answer.body.set("token", answer.token);
  }
  return answer;
}

Result<Reply> heartbeat(Services& services, Call& call) {
  auto sent = read_heartbeat(call.body, services.clock.wall());
  if (!sent) return std::unexpected(sent.error());
  const auto reply =
      take_heartbeat(services, call.caller, InstanceId(call.path[0]), std::move(*sent));
  if (!reply) return std::unexpected(reply.error());
  return json_answer(200, answer_of(services, call.caller.principal, *reply).body);
}

}  // namespace hotswap::api
