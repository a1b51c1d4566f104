#include "domain/config/retention.hpp"

namespace hotswap {
namespace {

void add(std::set<SemVer>& numbers, const std::optional<SemVer>& number) {
  if (number) numbers.insert(*number);
}

void add(std::set<SemVer>& numbers, const std::optional<Assignment::Slot>& slot) {
  if (slot) numbers.insert(slot->version);
}

}  // namespace

std::string_view to_string(Retained why) {
  switch (why) {
    case Retained::Archived:
      return "archived";
    case Retained::InUse:
      return "in use";
    case Retained::Tagged:
      return "tagged";
    case Retained::Newest:
      return "newest";
    case Retained::Young:
      return "young";
    case Retained::No:
      return "no";
  }
  return "";
}

std::set<SemVer> versions_in_use(const Profile& profile, const std::vector<Assignment>& assignments,
                                 const std::vector<Observation>& observations,
                                 const std::optional<Deployment>& active) {
  std::set<SemVer> numbers;
  add(numbers, profile.stable);
  for (const Assignment& assignment : assignments) {
    add(numbers, assignment.active);
    add(numbers, assignment.staged);
  }
  for (const Observation& observation : observations) add(numbers, observation.version);
  if (!active) return numbers;
  numbers.insert(active->version);
  add(numbers, active->previous_stable);
  for (const Target& target : active->targets) add(numbers, target.previous);
  return numbers;
}

std::vector<RetentionVerdict> judge_retention(const RetentionPolicy& policy,
                                              const std::vector<Version>& versions,
                                              const std::set<SemVer>& in_use, WallTime now) {
  const WallTime since = now - std::chrono::days(policy.days);
  std::vector<RetentionVerdict> verdicts;
  verdicts.reserve(versions.size());
  for (const Version& version : versions) {
    const bool newest = verdicts.size() < static_cast<std::size_t>(policy.versions);
    Retained why = Retained::No;
    if (version.archived) {
      why = Retained::Archived;
    } else if (in_use.contains(version.number)) {
      why = Retained::InUse;
    } else if (!version.tags.empty()) {
      why = Retained::Tagged;
    } else if (newest) {
      why = Retained::Newest;
    } else if (version.created_at >= since) {
      why = Retained::Young;
    }
    verdicts.push_back({version.number, why});
  }
  return verdicts;
}

}  // namespace hotswap
