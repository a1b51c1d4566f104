#include "orchestrator/traffic_service.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"
#include "orchestrator/traffic_events.hpp"

namespace hotswap {
namespace {

constexpr int kConflictRetries = 5;

Result<void> check_names(const ServiceName& service, const std::string& environment) {
  if (!is_name(service.str()))
    return fail_field("traffic.invalid", "{service}", "pattern", kNameRule);
  if (!is_environment(environment))
    return fail_field("traffic.invalid", "{environment}", "enum",
                      "must be Development, Staging or Production");
  return {};
}

/// A service's own token sees its own service.
Result<void> may_read(const Principal& principal, const ServiceName& service,
                      const std::string& environment) {
  if (auto ok = authorize(principal, Action::TrafficRead); !ok) return ok;
  const bool other = (principal.service && *principal.service != service) ||
                     (principal.environment && *principal.environment != environment);
  if (!other) return {};
  return fail(ErrorCode::Forbidden, "access.forbidden", "This token is for another service.");
}

bool is_stale(const Error& error) { return error.reason == "traffic.changed"; }

std::unexpected<Error> changed_meanwhile() {
  return fail(ErrorCode::PreconditionFailed, "traffic.changed",
              "The traffic has changed since you read it: read it again and repeat the change.");
}

}  // namespace

TrafficService::TrafficService(const Parts& parts)
    : store_(parts.store),
      committer_(parts.committer),
      router_(parts.router),
      may_work_(parts.may_work),
      logger_(parts.logger),
      time_(parts.clock) {
  committer_.on_traffic_changed([this](const Traffic& traffic) { note(traffic); });
  // The commit may have been made, and only its answer lost.
  committer_.on_failure([this](const Error&) {
    const std::lock_guard lock(mutex_);
    read_wanted_ = true;
  });
}

TrafficService::~TrafficService() { stop(); }

Result<Traffic> TrafficService::get(const Caller& caller, const ServiceName& service,
                                    const std::string& environment) {
  if (auto ok = may_read(caller.principal, service, environment); !ok)
    return std::unexpected(ok.error());
  return store_.traffic(service, environment);
}

Result<std::optional<Traffic>> TrafficService::of(const ServiceName& service,
                                                  const std::string& environment) {
  auto found = store_.traffic(service, environment);
  if (found) return std::optional(std::move(*found));
  if (found.error().code == ErrorCode::NotFound) return std::nullopt;
  return std::unexpected(found.error());
}

Result<void> TrafficService::refuse_while_deployed(const Key& key) {
  PageRequest page{.limit = limits::kPageMax, .cursor = {}};
  do {
    auto found = store_.deployments({.profile = {}, .state = {}, .active_only = true}, page);
    if (!found) return std::unexpected(found.error());
    for (const Deployment& deployment : found->items)
      if (deployment.pools && deployment.service == key.first &&
          deployment.environment == key.second)
        return fail(ErrorCode::Conflict, "traffic.in_use",
                    "Deployment " + deployment.id.str() +
                        " switches these pools: promote it, roll it back or cancel it first.");
    page.cursor = found->next_cursor;
  } while (!page.cursor.empty());
  return {};
}

Result<Traffic> TrafficService::merged(const Key& key, const json::Value& body,
                                       std::optional<std::uint64_t> if_match) {
  auto described = traffic_from_json(body);
  if (!described) return described;
  auto stored = of(key.first, key.second);
  if (!stored) return std::unexpected(stored.error());
  if (if_match && *if_match != (*stored ? (*stored)->revision : 0)) return changed_meanwhile();
  if (!*stored) {
    described->service = key.first;
    described->environment = key.second;
    described->generation = 1;
    return described;
  }
  Traffic next = **stored;
  const bool named = body.find("live") != nullptr;
  const bool keeps = std::ranges::find(described->pools, next.desired) != described->pools.end();
  const std::string wanted = named || !keeps ? described->desired : next.desired;
  if (wanted != next.desired || described->pools != next.pools)
    if (auto ok = refuse_while_deployed(key); !ok) return std::unexpected(ok.error());
  // Another router has confirmed nothing yet.
  if (described->router != next.router || described->pools != next.pools) next.confirmed = 0;
  if (wanted != next.desired) ++next.generation;
  next.desired = wanted;
  next.pools = std::move(described->pools);
  next.router = std::move(described->router);
  return next;
}

Result<Traffic> TrafficService::put(const Caller& caller, const ServiceName& service,
                                    const std::string& environment, const json::Value& body,
                                    std::optional<std::uint64_t> if_match) {
  if (auto ok = authorize(caller.principal, Action::TrafficWrite); !ok)
    return std::unexpected(ok.error());
  if (auto ok = check_names(service, environment); !ok) return std::unexpected(ok.error());
  const Key key(service, environment);
  for (int tries = 0;; ++tries) {
    auto next = merged(key, body, if_match);
    if (!next) return next;
    const auto stored = of(service, environment);
    if (stored && *stored && **stored == *next) return next;
    auto saved = save(caller, *next, next->revision == 0 ? "configured" : "reconfigured", "");
    if (saved || !is_stale(saved.error())) return saved;
    if (if_match) return changed_meanwhile();
    if (tries == kConflictRetries) return saved;
  }
}

Result<Traffic> TrafficService::switch_to(const Caller& caller, const ServiceName& service,
                                          const std::string& environment, const std::string& pool,
                                          const std::string& reason) {
  if (auto ok = authorize(caller.principal, Action::TrafficWrite); !ok)
    return std::unexpected(ok.error());
  const Key key(service, environment);
  for (int tries = 0;; ++tries) {
    auto traffic = store_.traffic(service, environment);
    if (!traffic) return traffic;
    if (std::ranges::find(traffic->pools, pool) == traffic->pools.end())
      return fail_field("traffic.invalid", "$.pool", "enum",
                        "must be " + traffic->pools[0] + " or " + traffic->pools[1]);
    if (pool == traffic->desired) {
      if (traffic->confirmed != traffic->generation) try_now(key);
      return traffic;
    }
    if (auto ok = refuse_while_deployed(key); !ok) return std::unexpected(ok.error());
    traffic->desired = pool;
    ++traffic->generation;
    auto saved = save(caller, *traffic, "switched by hand", reason);
    if (saved || !is_stale(saved.error()) || tries == kConflictRetries) return saved;
  }
}

Result<Traffic> TrafficService::save(const Caller& caller, Traffic traffic, const std::string& what,
                                     const std::string& reason) {
  traffic.changed_by = caller.principal.subject;
  traffic.changed_at = time_.now();
  const bool pending = traffic.confirmed != traffic.generation;
  if (pending) traffic.error.clear();
  const std::string why = reason.empty() ? what : what + ": " + reason;
  ChangeSet changes;
  changes.push_back(change::PutTraffic{traffic});
  changes.push_back(change::AppendEvent{traffic_event(
      traffic, pending ? "traffic.switching" : "traffic.configured", traffic.changed_by,
      "Traffic of " + traffic_name(traffic) + " goes to " + traffic.desired + " (" + why + ")",
      traffic.changed_at)});
  changes.push_back(
      change::AppendAudit{audit_entry(caller, "traffic.write", traffic_resource(traffic),
                                      traffic.desired + ", " + why, traffic.changed_at)});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  ++traffic.revision;
  if (pending) try_now({traffic.service, traffic.environment});
  return traffic;
}

}  // namespace hotswap
