#include "orchestrator/touched.hpp"

#include "domain/base/overloaded.hpp"

namespace hotswap {
namespace {

/// One overload for each kind that somebody hears of.
struct Gatherer {
  Touched& touched;

  void profile(const ProfileName& name) const { touched.profiles.insert(name); }
  void deployment(const Deployment& row) const {
    profile(row.profile);
    touched.deployments.insert(row.id);
  }

  void operator()(const change::InsertProfile& c) const { profile(c.profile.name); }
  void operator()(const change::UpdateProfile& c) const { profile(c.profile.name); }
  void operator()(const change::DeleteProfile& c) const {
    profile(c.name);
    touched.deleted.push_back(c.name);
  }
  void operator()(const change::AdvanceProfile& c) const { profile(c.name); }
  void operator()(const change::InsertVersion& c) const { profile(c.version.profile); }
  void operator()(const change::MarkVersion& c) const { profile(c.profile); }
  void operator()(const change::ArchiveVersions& c) const { profile(c.profile); }
  void operator()(const change::RestoreVersion& c) const { profile(c.profile); }
  void operator()(const change::PutTag& c) const { profile(c.profile); }
  void operator()(const change::DeleteTag& c) const { profile(c.profile); }
  void operator()(const change::InsertDeployment& c) const { deployment(c.deployment); }
  void operator()(const change::UpdateDeployment& c) const { deployment(c.deployment); }
  void operator()(const change::PutAssignments& c) const {
    touched.assigned.push_back({c.assignments, Assigned::Telling{c.mode, c.spread}});
  }
  void operator()(const change::AssignRest& c) const { touched.reassigned.insert(c.profile); }
  void operator()(const change::PutObservations& c) const {
    for (const auto* list : {&c.observations, &c.told})
      touched.observed.insert(touched.observed.end(), list->begin(), list->end());
  }
  void operator()(const change::PutInstance& c) const { touched.instances.insert(c.instance.id); }
  void operator()(const change::TouchInstances& c) const {
    touched.heard.insert(touched.heard.end(), c.news.begin(), c.news.end());
  }
  void operator()(const change::SetInstanceStatus& c) const { touched.instances.insert(c.id); }
  void operator()(const change::DeleteInstance& c) const { touched.removed.push_back(c.id); }
  void operator()(const change::AppendEvent&) const { touched.events = true; }
  void operator()(const change::PutTraffic& c) const {
    touched.traffics.push_back(c.traffic);
    ++touched.traffics.back().revision;
  }
  void operator()(const change::PutTexts& c) const {
    for (const auto& item : c.items) {
      const auto& key = item.now.key[0];
      if (c.place == erasure::Place::Profiles || c.place == erasure::Place::Versions)
        profile(ProfileName(key));
      if (c.place == erasure::Place::Deployments) touched.deployments.insert(DeploymentId(key));
      if (c.place == erasure::Place::Instances) touched.instances.insert(InstanceId(key));
    }
  }
  void operator()(const change::EraseVersions& c) const { profile(c.profile); }
  void operator()(const change::EraseHistory& c) const { profile(c.profile); }
  void operator()(const change::SealVersion& c) const { profile(c.version.first); }
  void operator()(const change::PutSecretReference& c) const {
    touched.secrets.insert(c.state.reference);
  }
  /// Nobody keeps a copy of anything else.
  void operator()(const auto&) const {}
};

}  // namespace

bool Touched::empty() const {
  return profiles.empty() && deleted.empty() && assigned.empty() && reassigned.empty() &&
         observed.empty() && instances.empty() && heard.empty() && removed.empty() &&
         deployments.empty() && traffics.empty() && secrets.empty() && !events;
}

Touched touched_by(const ChangeSet& changes) {
  Touched touched;
  for (const Change& change : changes) std::visit(Gatherer{touched}, change);
  return touched;
}

}  // namespace hotswap
