// The end of a rollback: whether everything is as it was, and what it took.
#include <fmt/format.h>

#include <algorithm>

#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

constexpr std::size_t kTargetsNamed = 20;  ///< in one event's data

const RollingBack& rollback(const Course& course) { return std::get<RollingBack>(course.state()); }

/// Where nobody came back, or nothing was measured before, there is nothing to compare.
bool awaits_health(const Deployment& deployment) {
  const bool measured = deployment.baseline && deployment.baseline->all.requests > 0;
  return deployment.strategy.health_check_enabled && measured &&
         std::ranges::any_of(deployment.targets, [](const Target& target) {
           return target.state == TargetState::Restored && target.previous;
         });
}

/// Who runs what after the rollback, in one sentence.
std::string outcome(const Course& course, const std::string& health) {
  const auto& state = rollback(course);
  const auto restored = count(course.deployment(), TargetState::Restored);
  const auto away = count(course.deployment(), TargetState::Unreachable);
  const auto first_ever =
      static_cast<std::size_t>(std::ranges::count_if(course.targets(), [](const Target& target) {
        return target.state == TargetState::Restored && !target.previous;
      }));
  std::string text = counted(restored - first_ever, "instance") +
                     " back on the previous version after " +
                     format_duration(*state.verifying - state.since);
  if (first_ever > 0) text += fmt::format("; {} had none and keep what they hold", first_ever);
  if (away > 0) text += fmt::format("; {} away, converging on return", away);
  const auto& pools = course.deployment().pools;
  if (pools && pools->state == PoolSwitch::State::Back) {
    text += "; traffic is back at pool " + pools->from;
  }
  return text + health;
}

json::Value report_data(const Course& course) {
  const auto& state = rollback(course);
  json::Object data;
  data.append("reason", state.reason);
  data.append("step", state.step);
  data.append("restored", count(course.deployment(), TargetState::Restored));
  data.append("unreachable", count(course.deployment(), TargetState::Unreachable));
  data.append("took", format_duration(course.now() - state.since));
  data.append("confirmedAfter", format_duration(*state.verifying - state.since));
  data.append("verifiedAfter", format_duration(course.now() - *state.verifying));
  if (const auto& judgement = course.deployment().judgement) {
    data.append("judgement", to_json(*judgement));
  }
  return data;
}

void finish(Course& course, const std::string& health) {
  const auto state = rollback(course);
  const auto took = format_duration(course.now() - state.since);
  const auto message = outcome(course, health);
  auto data = report_data(course);
  course.end(RolledBack{state.reason, course.now()});
  course.record("rollback.verified", message);
  course.record(
      "rollback.reported",
      "the report of this rollback is ready; from the alarm to the verification it took " + took,
      std::move(data));
  course.notify("info", "rolled back and verified after " + took);
}

std::string router_silent(const Course& course) {
  const auto& pools = *course.deployment().pools;
  return "the router did not confirm within " +
         format_duration(course.plan().safeguards.verify_timeout) +
         " that traffic is back at pool " + pools.from +
         (pools.error.empty() ? "" : ": " + pools.error) + "; look at the router yourself";
}

/// Proven, but not for long enough to be a failure: no reason to call the rollback verified.
std::string doubts(const Judgement& judgement) {
  std::string text;
  for (const auto& verdict : judgement.verdicts) {
    const bool proven = verdict.statistic && *verdict.statistic >= verdict.required;
    if (verdict.dry_run || verdict.outcome != Outcome::Inconclusive || !proven) continue;
    text += (text.empty() ? ": " : "; ") + verdict.criterion + ": " + verdict.explanation;
  }
  return text;
}

}  // namespace

json::Value failed_targets(const Course& course) {
  json::Array items;
  for (const auto& target : course.targets()) {
    if (!has_failed(target)) continue;
    if (items.size() == kTargetsNamed) break;
    json::Object item;
    item.append("instance", target.instance.str());
    item.append("state", to_string(target.state));
    item.append("reason", target.reason);
    items.emplace_back(std::move(item));
  }
  return items;
}

void fail_rollback(Course& course, const std::string& why) {
  const auto message = "the rollback could not be verified: " + why;
  const auto reason = rollback(course).reason;
  json::Object data;
  data.append("reason", reason);
  data.append("failedTargets", failed_targets(course));
  course.end(Failed{reason + "; " + message, course.now()});
  course.record("deployment.failed", message, std::move(data));
  course.notify("critical", message);
}

bool verify(Course& course) {
  const auto& deployment = course.deployment();
  if (!rollback(course).verifying) {
    auto state = rollback(course);
    state.verifying = course.now();
    course.enter(std::move(state));
  }
  const auto timeout = course.plan().safeguards.verify_timeout;
  const bool late = course.now() >= *rollback(course).verifying + timeout;
  const bool home = traffic_is_home(deployment);
  const bool unjudged = !awaits_health(deployment);
  if (home && unjudged) {
    finish(course, "");
  } else if (!late) {
    return false;
  } else if (!home) {
    fail_rollback(course, router_silent(course));
  } else if (const auto unhealthy = rollback(course).unhealthy; !unhealthy.empty()) {
    fail_rollback(course,
                  fmt::format("everybody is back on the previous version, but health is not "
                              "within its thresholds after {}{}; look at the service yourself",
                              format_duration(timeout), unhealthy));
  } else {
    finish(course, "; health could not be judged within " + format_duration(timeout) +
                       " (too little was measured), so the confirmations count");
  }
  return true;
}

void take_verification(Course& course, const Judgement& judgement) {
  auto state = rollback(course);
  if (!state.verifying || !awaits_health(course.deployment())) return;
  if (judgement.overall == Outcome::Pass && traffic_is_home(course.deployment())) {
    return finish(course, "; health is within its thresholds again, " +
                              format_duration(course.now() - *state.verifying) + " later");
  }
  auto unhealthy = judgement.overall == Outcome::Fail ? reasons(judgement) : doubts(judgement);
  // The figures change with every look; whether it is bad is what counts.
  if (unhealthy.empty() == state.unhealthy.empty()) return;
  state.unhealthy = std::move(unhealthy);
  course.enter(std::move(state));
}

}  // namespace hotswap::rollout
