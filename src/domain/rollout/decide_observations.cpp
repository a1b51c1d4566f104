#include <algorithm>
#include <unordered_map>

#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

/// Finds targets by instance; an index pays off only for more than a few questions.
class TargetIndex {
 public:
  TargetIndex(const Course& course, std::size_t questions) : targets_(course.targets()) {
    if (questions <= kFew) return;
    by_instance_.reserve(targets_.size());
    for (std::size_t i = 0; i < targets_.size(); ++i)
      by_instance_.emplace(targets_[i].instance.value, i);
  }

  [[nodiscard]] std::optional<std::size_t> find(const InstanceId& instance) const {
    if (!by_instance_.empty()) {
      const auto found = by_instance_.find(instance.value);
      return found == by_instance_.end() ? std::nullopt : std::optional(found->second);
    }
    const auto found = std::ranges::find(targets_, instance, &Target::instance);
    if (found == targets_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - targets_.begin());
  }

 private:
  static constexpr std::size_t kFew = 8;
  const std::vector<Target>& targets_;
  std::unordered_map<std::string_view, std::size_t> by_instance_;
};

void take_rejection(Course& course, std::size_t index, const std::string& reason) {
  if (course.targets()[index].state == TargetState::Rejected) return;
  course.set_target(index, TargetState::Rejected, reason.empty() ? "gave no reason" : reason);
  course.record_target("target.rejected", index,
                       "refused the version: " + course.targets()[index].reason);
}

/// Also of one who was given up for lost: an answer is due again.
void take_received(Course& course, std::size_t index) {
  const auto state = course.targets()[index].state;
  const bool back = state == TargetState::Unreachable && !is_terminal(course.state());
  if (state == TargetState::Assigned || back) course.set_target(index, TargetState::Received);
}

/// Only a plan that stages waits for it; elsewhere it is one more sign of life.
void take_staged(Course& course, std::size_t index) {
  const auto& steps = course.plan().steps;
  if (steps.front().mode != AssignMode::Stage) return take_received(course, index);
  const auto step = begun_step(course.deployment());
  const bool staging = step && steps.at(*step).mode == AssignMode::Stage;
  const auto state = course.targets()[index].state;
  const bool waits_for_it = state == TargetState::Assigned || state == TargetState::Failed ||
                            state == TargetState::Unreachable ||
                            (staging && state == TargetState::Received);
  if (waits_for_it) course.set_target(index, TargetState::Staged);
}

void take_forward(Course& course, std::size_t index, const TargetReport& report) {
  switch (report.state) {
    case TargetState::Received:
      return take_received(course, index);
    case TargetState::Staged:
      return take_staged(course, index);
    case TargetState::Applied:
      return course.set_target(index, TargetState::Applied);
    case TargetState::Rejected:
      return take_rejection(course, index, report.reason);
    case TargetState::Waiting:
    case TargetState::Assigned:
    case TargetState::Failed:
    case TargetState::Unreachable:
    case TargetState::Restored:
      return;  // nothing that an instance can say
  }
}

void take_restore(Course& course, std::size_t index, const TargetReport& report) {
  switch (report.state) {
    case TargetState::Received:
    case TargetState::Staged:
      return take_received(course, index);
    case TargetState::Applied:
      return course.set_target(index, TargetState::Restored);
    case TargetState::Rejected:
      return take_rejection(course, index, report.reason);
    case TargetState::Waiting:
    case TargetState::Assigned:
    case TargetState::Failed:
    case TargetState::Unreachable:
    case TargetState::Restored:
      return;  // nothing that an instance can say
  }
}

/// Whether the targets' last assignment took the version back.
bool is_restoring(const DeploymentState& state) {
  return std::visit(
      Overloaded{[](const Planned&) { return false; }, [](const Running&) { return false; },
                 [](const Paused&) { return false; }, [](const RollingBack&) { return true; },
                 [](const Succeeded&) { return false; }, [](const RolledBack&) { return true; },
                 [](const Failed&) { return true; }, [](const Cancelled&) { return false; }},
      state);
}

bool is_away(const Target& target) {
  return target.state == TargetState::Unreachable ||
         (target.state == TargetState::Waiting && target.offline_at_start);
}

/// Whether somebody is told something at this time.
bool is_driven(const DeploymentState& state) {
  return std::holds_alternative<Running>(state) || std::holds_alternative<RollingBack>(state);
}

/// An instance that registered anew may run the baseline under the very generation of its target.
bool speaks_of(const TargetReport& report, const std::optional<SemVer>& version) {
  return !report.version || !version || *report.version == *version;
}

void take_one_vanished(Course& course, std::size_t index) {
  const auto& target = course.targets()[index];
  switch (target.state) {
    case TargetState::Waiting:
      return course.set_target_offline(index, true);
    case TargetState::Unreachable:
    case TargetState::Restored:
      return;
    case TargetState::Assigned:
    case TargetState::Received:
    case TargetState::Staged:
    case TargetState::Applied:
    case TargetState::Rejected:
    case TargetState::Failed:
      break;
  }
  const auto before =
      std::string(to_string(target.state)) + (target.reason.empty() ? "" : ": " + target.reason);
  course.set_target(index, TargetState::Unreachable, "vanished (was " + before + ")");
  course.record_target("target.unreachable", index, "vanished");
}

}  // namespace

void take_reports(Course& course, const Reported& reported) {
  const TargetIndex index(course, reported.reports.size());
  const bool restoring = is_restoring(course.state());
  std::vector<std::size_t> returned;
  for (const auto& report : reported.reports) {
    const auto at = index.find(report.instance);
    if (!at) continue;
    const auto& target = course.targets()[*at];
    const auto told = restoring ? target.previous : std::optional(course.deployment().version);
    if (target.state == TargetState::Waiting || report.generation != target.generation ||
        !speaks_of(report, told)) {
      if (is_away(target)) returned.push_back(*at);
    } else if (restoring) {
      take_restore(course, *at, report);
    } else {
      take_forward(course, *at, report);
    }
  }
  if (is_driven(course.state())) welcome_back(course, returned);
  if (std::holds_alternative<Paused>(course.state())) roll_back_over_budget(course);
}

void take_vanished(Course& course, const Vanished& vanished) {
  if (is_terminal(course.state())) return;
  const TargetIndex index(course, vanished.instances.size());
  for (const auto& instance : vanished.instances) {
    if (const auto at = index.find(instance)) take_one_vanished(course, *at);
  }
  if (std::holds_alternative<Paused>(course.state())) roll_back_over_budget(course);
}

}  // namespace hotswap::rollout
