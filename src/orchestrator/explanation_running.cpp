#include "orchestrator/explanation_running.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/rollout/course.hpp"

namespace hotswap::explain {
namespace {

std::string name_of(const Deployment& deployment, std::size_t step) {
  return fmt::format("step {} of {}", step + 1, deployment.plan.steps.size());
}

std::string entered(const Deployment& deployment, std::size_t step) {
  const Step& next = deployment.plan.steps.at(step);
  const std::string name = name_of(deployment, step);
  if (next.mode == AssignMode::Switch) return name + " begins: the traffic goes to the other pool";
  const std::string who = counted(next.cohort, "instance");
  const char* verb = next.cohort == 1 ? "has" : "have";
  const char* what = next.mode == AssignMode::Stage      ? "staged beside the old one"
                     : next.mode == AssignMode::Activate ? "switched to it"
                                                         : "";
  return fmt::format("{} begins: {} ({:.3g} %) {} the version{}{} after it", name, who,
                     next.percentage, verb, *what == '\0' ? "" : " ", what);
}

bool has_promotion_hooks(const Deployment& deployment) {
  return rollout::has_hooks(deployment.plan, HookKind::ConfirmPromotion);
}

std::string the_end(const Deployment& deployment) {
  const std::string stable =
      deployment.partial ? "it succeeds; the stable version stays, since it is partial"
                         : "it succeeds and " + deployment.version.str() + " is the stable version";
  return has_promotion_hooks(deployment) ? "its hooks confirm the promotion, then " + stable
                                         : stable;
}

/// What comes when the step has passed.
std::string after_step(const Deployment& deployment, std::size_t step) {
  if (deployment.plan.steps.at(step).gate == Gate::Manual)
    return "somebody has to promote it to go on";
  if (step + 1 < deployment.plan.steps.size()) return entered(deployment, step + 1);
  if (deployment.plan.bake > Duration::zero())
    return "health is watched for another " + length(deployment.plan.bake) + ", then " +
           the_end(deployment);
  return the_end(deployment);
}

std::string hooks_text(const Deployment& deployment) {
  std::vector<std::string> parts;
  for (const HookCall& call : deployment.hook_calls)
    if (call.state == HookCall::State::Waiting && !rollout::is_polled(deployment, call))
      parts.push_back(fmt::format("{} ({}{})", call.hook, counted(call.attempt, "call"),
                                  call.detail.empty() ? "" : ", last answer " + call.detail));
  return parts.empty() ? "its hooks" : "the hook " + joined(parts);
}

/// What a gate does when nobody answers.
std::string gate_text(const Deployment& deployment) {
  const auto deadline = rollout::gate_deadline(deployment);
  if (!deadline) return "";
  const auto act = deployment.plan.safeguards.on_gate_timeout;
  return fmt::format("; if nobody answers by {} it {}", clock_of(*deadline),
                     act == OnGateTimeout::Rollback  ? "rolls back"
                     : act == OnGateTimeout::Promote ? "goes on"
                                                     : "is paused");
}

std::string standstill_text(const Deployment& deployment) {
  const auto deadline = rollout::progress_deadline(deployment);
  return deadline ? fmt::format("; if nothing moves by {} it rolls back", clock_of(*deadline)) : "";
}

/// `2 of 3 instances failed that are tolerated, one more…`; empty without any.
std::string budget_text(const Deployment& deployment) {
  const auto failed = rollout::failures(deployment);
  const auto budget = deployment.plan.failure_budget;
  if (deployment.plan.continue_on_failure)
    return failed == 0 ? ""
                       : counted(failed, "instance") +
                             " failed; this strategy goes on all "
                             "the same";
  if (failed == 0 && budget == 0) return "";
  return fmt::format("{} failed so far, {} tolerated: {}", counted(failed, "instance"), budget,
                     failed >= budget ? "one more rolls back" : "more than that rolls back");
}

/// Who is not told yet because too many are away at once.
std::string held_text(const Deployment& deployment, const Running& at) {
  const auto& limit = deployment.plan.safeguards.max_unavailable;
  const Step& step = deployment.plan.steps.at(at.step);
  const auto end = std::min(step.cohort, deployment.targets.size());
  const auto held = std::count_if(
      deployment.targets.begin(), deployment.targets.begin() + static_cast<std::ptrdiff_t>(end),
      [](const Target& target) { return target.state == TargetState::Waiting; });
  if (!limit || held == 0) return "";
  return counted(static_cast<std::size_t>(held), "instance") +
         " of the step are held back by maxUnavailable and told as others confirm";
}

void add(std::vector<std::string>& sentences, std::string text) {
  if (!text.empty()) sentences.push_back(std::move(text));
}

Wait assigning(const Deployment& deployment, const Running& at) {
  Wait wait;
  add(wait.details, budget_text(deployment));
  add(wait.details, held_text(deployment, at));
  const auto& pools = deployment.pools;
  const bool switching = deployment.plan.steps.at(at.step).mode == AssignMode::Switch ||
                         (pools && pools->state == PoolSwitch::State::Switching);
  if (pools && switching) {
    wait.what = "the traffic router to switch to pool " + pools->to + because(pools->error);
    wait.next =
        "confirmed by the router, " + after_step(deployment, at.step) + standstill_text(deployment);
    return wait;
  }
  const auto open =
      count(deployment, TargetState::Assigned) + count(deployment, TargetState::Received);
  wait.what = open > 0 ? counted(open, "instance") + " to confirm " + name_of(deployment, at.step)
                       : "an instance of " + name_of(deployment, at.step) +
                             " to be there: nobody owes an answer now";
  const Step& step = deployment.plan.steps.at(at.step);
  const std::string then = step.soak > Duration::zero() ? "it is watched for " + length(step.soak)
                                                        : after_step(deployment, at.step);
  wait.next = fmt::format(
      "confirmed, {}; who stays silent for {} is told again{}, then counts as "
      "failed{}",
      then, length(deployment.plan.ack_timeout),
      deployment.plan.safeguards.ack_retries == 1
          ? ""
          : fmt::format(" {} times", deployment.plan.safeguards.ack_retries),
      standstill_text(deployment));
  return wait;
}

/// The last judgement in a few words, so that a soak shows what it is worth so far.
void add_judgement(const Deployment& deployment, std::vector<std::string>& sentences) {
  if (!deployment.judgement) return;
  for (const CriterionVerdict& verdict : deployment.judgement->verdicts) {
    std::string text =
        "So far " + verdict.criterion + ": " + std::string(to_string(verdict.outcome));
    if (!verdict.error.empty())
      text += ", its source could not be asked: " + verdict.error;
    else if (verdict.no_data)
      text += ", no data yet";
    else if (verdict.value)
      text += fmt::format(", {:.4g}{} at {} (threshold {:.4g})", *verdict.value,
                          verdict.baseline ? fmt::format(" against {:.4g}", *verdict.baseline) : "",
                          counted(static_cast<std::size_t>(verdict.samples), "sample"),
                          verdict.threshold);
    sentences.push_back(std::move(text));
  }
}

Wait soaking(const Deployment& deployment, const Running& at, WallTime now) {
  const Step& step = deployment.plan.steps.at(at.step);
  Wait wait;
  const Duration left = std::max(at.since + step.soak - now, Duration::zero());
  add_judgement(deployment, wait.figures);
  add(wait.details, budget_text(deployment));
  wait.what = fmt::format("{} to have been watched for {}, {} left", name_of(deployment, at.step),
                          length(step.soak), length(left));
  wait.next = (step.judged ? "then health is judged; passed, " : "then ") +
              after_step(deployment, at.step) +
              (step.judged ? "; a proven failure rolls back at once" : "");
  return wait;
}

Wait judging(const Deployment& deployment, const Running& at) {
  Wait wait;
  add_judgement(deployment, wait.figures);
  const bool passed = deployment.judgement && deployment.judgement->overall == Outcome::Pass;
  wait.what = passed ? hooks_text(deployment) + " to answer after " + name_of(deployment, at.step)
                     : "enough evidence to judge " + name_of(deployment, at.step);
  wait.next = fmt::format(
      "passed, {}; failed, it rolls back; undecided by {}, it is paused for a "
      "person",
      after_step(deployment, at.step), clock_of(at.since + rollout::judging_limit(deployment)));
  return wait;
}

Wait confirming(const Deployment& deployment, const Running& at) {
  const bool end = rollout::is_at_the_end(deployment);
  const std::string where = end ? "it end" : name_of(deployment, at.step) + " begin";
  Wait wait;
  wait.what = hooks_text(deployment) + " to let " + where;
  wait.next = "once all have passed, " + (end ? "it succeeds" : entered(deployment, at.step)) +
              gate_text(deployment) + standstill_text(deployment);
  return wait;
}

Wait promotion(const Deployment& deployment, const Running& at) {
  Wait wait;
  add_judgement(deployment, wait.figures);
  wait.what = "somebody to promote it (hotswap deployment promote " + deployment.id.value + ")";
  const bool last = at.step + 1 == deployment.plan.steps.size();
  wait.next = "promoted, " + (last ? the_end(deployment) : entered(deployment, at.step + 1)) +
              gate_text(deployment);
  return wait;
}

Wait baking(const Deployment& deployment, const Running& at, WallTime now) {
  Wait wait;
  add_judgement(deployment, wait.figures);
  const Duration left = std::max(at.since + deployment.plan.bake - now, Duration::zero());
  wait.what =
      fmt::format("health to hold for another while after the last step, {} in all, {} left",
                  length(deployment.plan.bake), length(left));
  wait.next = "then " + the_end(deployment) + "; a proven failure rolls back at once";
  return wait;
}

}  // namespace

Wait wait_of(const Deployment& deployment, const Running& at, WallTime now) {
  switch (at.phase) {
    case Phase::Confirming:
      return confirming(deployment, at);
    case Phase::Assigning:
      return assigning(deployment, at);
    case Phase::Soaking:
      return soaking(deployment, at, now);
    case Phase::Judging:
      return judging(deployment, at);
    case Phase::AwaitingPromotion:
      return promotion(deployment, at);
    case Phase::Baking:
      return baking(deployment, at, now);
  }
  return {};
}

std::string first_step(const Deployment& deployment) {
  if (deployment.plan.steps.empty()) return "the first step begins";
  return entered(deployment, 0);
}

std::string after_resume(const Deployment& deployment, const Paused& at) {
  const std::string name = name_of(deployment, at.at.step);
  if (at.at.phase == Phase::Soaking || at.at.phase == Phase::Baking) {
    const bool soaks = at.at.phase == Phase::Soaking;
    const Duration whole = soaks ? deployment.plan.steps.at(at.at.step).soak : deployment.plan.bake;
    const Duration left = std::max(whole - at.elapsed, Duration::zero());
    return fmt::format("resumed, {} is watched for another {}", soaks ? name : "the whole of it",
                       length(left));
  }
  return fmt::format("resumed, {} goes on where it was ({})", name, to_string(at.at.phase));
}

std::string restored_text(const Deployment& deployment) {
  const auto told = std::ranges::count_if(
      deployment.targets, [](const Target& target) { return target.generation > 0; });
  const auto count = static_cast<std::size_t>(told);
  return count == 0 ? "nobody has to be given anything"
                    : counted(count, "instance") + (count == 1 ? " gets its" : " get their") +
                          " version of before";
}

}  // namespace hotswap::explain
