#include "orchestrator/revocation_service.hpp"

namespace hotswap {

RevocationService::RevocationService(Store& store, Committer& committer, const Clock& clock)
    : store_(store), committer_(committer), clock_(clock) {
  committer_.on_revoked([this](const Revocation& revocation) { take(revocation); });
}

Result<void> RevocationService::load() {
  const auto all = store_.revocations();
  if (!all) return std::unexpected(all.error());
  for (const Revocation& revocation : *all) take(revocation);
  return {};
}

Result<Revocation> RevocationService::revoke(const Caller& caller, const InstanceId& id) {
  if (auto ok = authorize(caller.principal, Action::InstanceRevoke); !ok)
    return std::unexpected(ok.error());
  {
    const MutexLock lock(mutex_);
    if (revoked_.size() >= kRevocations && !revoked_.contains(id))
      return fail(ErrorCode::Unavailable, "instance.too_many_revocations",
                  "The limit of " + std::to_string(kRevocations) +
                      " revoked instances is reached: replace the key that signs tokens instead.");
  }
  const Revocation revocation{id, clock_.wall()};
  TimelineEvent event;
  event.at = revocation.at;
  event.kind = "instance.revoked";
  event.instance = id;
  event.actor = caller.principal.subject;
  event.message = "The tokens of instance " + id.value + " were revoked";
  ChangeSet changes;
  changes.push_back(change::PutRevocation{revocation});
  changes.push_back(change::AppendEvent{std::move(event)});
  changes.push_back(change::AppendAudit{
      audit_entry(caller, "instance.revoke", "instances/" + id.value, "", revocation.at)});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  return revocation;
}

bool RevocationService::refuses(const InstanceId& id, std::optional<WallTime> issued) const {
  const MutexLock lock(mutex_);
  const auto found = revoked_.find(id);
  if (found == revoked_.end()) return false;
  // Tokens say whole seconds: one of the same second may be from before.
  return !issued || *issued <= std::chrono::floor<std::chrono::seconds>(found->second);
}

void RevocationService::take(const Revocation& revocation) {
  const MutexLock lock(mutex_);
  auto& at = revoked_[revocation.instance];
  at = std::max(at, revocation.at);
}

}  // namespace hotswap
