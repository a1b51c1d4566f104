#include "orchestrator/committer.hpp"

namespace hotswap {
namespace {

/// What was chosen within the commit is known now.
void add_chosen(Touched& touched, const Committed& committed) {
  if (!committed.first.empty()) touched.assigned.push_back({committed.first, std::nullopt});
  if (!committed.rest.empty())
    touched.assigned.push_back({committed.rest, Assigned::Telling{AssignMode::Deliver, {}}});
}

}  // namespace

bool is_failure(const Error& error) {
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::Timeout ||
         error.code == ErrorCode::Internal;
}

void Committer::log_changes(std::string node, const Clock& clock, std::function<void()> wake) {
  node_ = std::move(node);
  clock_ = &clock;
  wake_ = std::move(wake);
}

void Committer::on_profile_changed(std::function<void(const ProfileName&)> listener) {
  profile_listeners_.push_back(std::move(listener));
}
void Committer::on_profile_deleted(std::function<void(const ProfileName&)> listener) {
  deletion_listeners_.push_back(std::move(listener));
}
void Committer::on_assigned(std::function<void(const Assigned&)> listener) {
  assignment_listeners_.push_back(std::move(listener));
}
void Committer::on_events(std::function<void(const std::vector<TimelineEvent>&)> listener) {
  event_listeners_.push_back(std::move(listener));
}
void Committer::on_timeline(std::function<void()> listener) {
  timeline_listeners_.push_back(std::move(listener));
}
void Committer::on_traffic_changed(std::function<void(const Traffic&)> listener) {
  traffic_listeners_.push_back(std::move(listener));
}

void Committer::on_revoked(std::function<void(const Revocation&)> listener) {
  revocation_listeners_.push_back(std::move(listener));
}

void Committer::on_secret_changed(std::function<void(const std::string&)> listener) {
  secret_listeners_.push_back(std::move(listener));
}

void Committer::on_failure(std::function<void(const Error&)> listener) {
  failure_listeners_.push_back(std::move(listener));
}

void Committer::salt(ChangeSet& changes) {
  if (random_ == nullptr) return;
  for (Change& change : changes) {
    auto* append = std::get_if<change::AppendAudit>(&change);
    if (append == nullptr) continue;
    append->entry.salt = random_->guid();
    std::erase(append->entry.salt, '-');
  }
}

void Committer::complete(ChangeSet& changes, UnderWay& it) {
  salt(changes);
  it.touched = touched_by(changes);
  it.logged = !node_.empty() && !it.touched.empty();
  if (it.logged)
    changes.push_back(change::AppendChange{node_, to_json(it.touched), clock_->wall()});
}

Result<Committed> Committer::commit(ChangeSet changes) {
  UnderWay it;
  complete(changes, it);
  it.result = store_.commit(std::move(changes));
  return end(it);
}

void Committer::begin(ChangeSet changes, UnderWay& it, std::move_only_function<void()> ready) {
  complete(changes, it);
  store_.commit_later(std::move(changes),
                      [&it, ready = std::move(ready)](Result<Committed> result) mutable {
                        it.result = std::move(result);
                        ready();
                      });
}

Result<Committed> Committer::end(UnderWay& it) {
  if (!it.result) {
    if (is_failure(it.result.error()))
      for (const auto& listener : failure_listeners_) listener(it.result.error());
    return std::move(it.result);
  }
  if (it.logged) wake_();
  add_chosen(it.touched, *it.result);
  tell(it.touched);
  if (!it.result->events.empty())
    for (const auto& listener : event_listeners_) listener(it.result->events);
  return std::move(it.result);
}

void Committer::hear(const Touched& touched) { tell(touched); }

void Committer::tell(const Touched& touched) {
  for (const ProfileName& name : touched.deleted)
    for (const auto& listener : deletion_listeners_) listener(name);
  for (const Assigned& assigned : touched.assigned)
    for (const auto& listener : assignment_listeners_) listener(assigned);
  for (const ProfileName& name : touched.profiles)
    for (const auto& listener : profile_listeners_) listener(name);
  for (const Traffic& traffic : touched.traffics)
    for (const auto& listener : traffic_listeners_) listener(traffic);
  for (const Revocation& revocation : touched.revoked)
    for (const auto& listener : revocation_listeners_) listener(revocation);
  for (const std::string& reference : touched.secrets)
    for (const auto& listener : secret_listeners_) listener(reference);
  if (touched.events)
    for (const auto& listener : timeline_listeners_) listener();
}

}  // namespace hotswap
