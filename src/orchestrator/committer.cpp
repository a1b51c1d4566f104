#include "orchestrator/committer.hpp"

#include "domain/base/overloaded.hpp"

namespace hotswap {
namespace {

/// What the listeners need to hear of a change set.
struct Touched {
  std::set<ProfileName> profiles;
  std::vector<ProfileName> deleted;
  std::vector<Assignment> assignments;
  std::vector<Traffic> traffics;
};

Touched touched_by(const ChangeSet& changes) {
  Touched touched;
  const auto profile = [&](const ProfileName& name) { touched.profiles.insert(name); };
  for (const Change& change : changes) {
    std::visit(Overloaded{[&](const change::InsertProfile& c) { profile(c.profile.name); },
                          [&](const change::UpdateProfile& c) { profile(c.profile.name); },
                          [&](const change::DeleteProfile& c) {
                            profile(c.name);
                            touched.deleted.push_back(c.name);
                          },
                          [&](const change::AdvanceProfile& c) { profile(c.name); },
                          [&](const change::InsertVersion& c) { profile(c.version.profile); },
                          [&](const change::MarkVersion& c) { profile(c.profile); },
                          [&](const change::PutTag& c) { profile(c.profile); },
                          [&](const change::DeleteTag& c) { profile(c.profile); },
                          [&](const change::InsertDeployment& c) { profile(c.deployment.profile); },
                          [&](const change::UpdateDeployment& c) { profile(c.deployment.profile); },
                          [&](const change::PutAssignments& c) {
                            touched.assignments.insert(touched.assignments.end(),
                                                       c.assignments.begin(), c.assignments.end());
                          },
                          [](const change::PutTargets&) {},
                          [](const change::PutObservations&) {},
                          [](const change::PutInstance&) {},
                          [](const change::TouchInstances&) {},
                          [](const change::SetInstanceStatus&) {},
                          [](const change::DeleteInstance&) {},
                          [](const change::AppendEvent&) {},
                          [](const change::AppendAudit&) {},
                          [](const change::EnqueueOutbox&) {},
                          [](const change::FinishOutbox&) {},
                          [](const change::DeferOutbox&) {},
                          [](const change::BuryOutbox&) {},
                          [](const change::ReviveOutbox&) {},
                          [](const change::PutChannel&) {},
                          [](const change::DeleteChannel&) {},
                          [](const change::AppendHealthRecord&) {},
                          [](const change::PutCalendarEntry&) {},
                          [](const change::DeleteCalendarEntry&) {},
                          [&](const change::PutTraffic& c) {
                            touched.traffics.push_back(c.traffic);
                            ++touched.traffics.back().revision;
                          },
                          [](const change::InsertSchema&) {},
                          [](const change::UpdateSchema&) {},
                          [](const change::InsertSchemaVersion&) {},
                          [](const change::UpdateSchemaVersion&) {},
                          [](const change::PutIdempotent&) {}},
               change);
  }
  return touched;
}

bool is_failure(const Error& error) {
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::Timeout ||
         error.code == ErrorCode::Internal;
}

}  // namespace

void Committer::on_profile_changed(std::function<void(const ProfileName&)> listener) {
  profile_listeners_.push_back(std::move(listener));
}
void Committer::on_profile_deleted(std::function<void(const ProfileName&)> listener) {
  deletion_listeners_.push_back(std::move(listener));
}
void Committer::on_assigned(std::function<void(const std::vector<Assignment>&)> listener) {
  assignment_listeners_.push_back(std::move(listener));
}
void Committer::on_events(std::function<void(const std::vector<TimelineEvent>&)> listener) {
  event_listeners_.push_back(std::move(listener));
}
void Committer::on_traffic_changed(std::function<void(const Traffic&)> listener) {
  traffic_listeners_.push_back(std::move(listener));
}

void Committer::on_failure(std::function<void(const Error&)> listener) {
  failure_listeners_.push_back(std::move(listener));
}

Result<Committed> Committer::commit(ChangeSet changes) {
  const Touched touched = touched_by(changes);
  auto committed = store_.commit(std::move(changes));
  if (!committed) {
    if (is_failure(committed.error()))
      for (const auto& listener : failure_listeners_) listener(committed.error());
    return committed;
  }
  for (const ProfileName& name : touched.deleted)
    for (const auto& listener : deletion_listeners_) listener(name);
  if (!touched.assignments.empty())
    for (const auto& listener : assignment_listeners_) listener(touched.assignments);
  for (const ProfileName& name : touched.profiles)
    for (const auto& listener : profile_listeners_) listener(name);
  for (const Traffic& traffic : touched.traffics)
    for (const auto& listener : traffic_listeners_) listener(traffic);
  if (!committed->events.empty())
    for (const auto& listener : event_listeners_) listener(committed->events);
  return committed;
}

}  // namespace hotswap
