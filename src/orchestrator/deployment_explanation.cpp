#include "orchestrator/deployment_explanation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/base/overloaded.hpp"
#include "domain/rollout/decide.hpp"
#include "domain/secret/mask.hpp"
#include "orchestrator/deployment_report.hpp"

namespace hotswap {
namespace {

std::string clock_of(WallTime at) { return format_time(at).substr(11, 8); }

std::string length(Duration duration) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(duration).count();
  if (duration < std::chrono::seconds(1)) return fmt::format("{} ms", duration.count());
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200)
    return seconds % 60 == 0 ? fmt::format("{} min", seconds / 60)
                             : fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{:.1f} h", static_cast<double>(seconds) / 3600);
}

std::string counted(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i)
    out += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
  return out;
}

/// With an end that makes it a sentence.
std::string sentence(std::string text) {
  if (!text.empty() && !text.ends_with('.') && !text.ends_with('?')) text += '.';
  return text;
}

std::string because(const std::string& reason) { return reason.empty() ? "" : ": " + reason; }

class Explainer {
 public:
  Explainer(const DeploymentHistory& history, WallTime now)
      : history_(history), deployment_(history.deployment), now_(now) {}

  json::Value make(const std::vector<std::string>& secrets) {
    tell_plan();
    for (std::size_t i = 0; i < deployment_.plan.steps.size(); ++i) tell_step(i);
    tell_targets();
    tell_actions();
    tell_end();
    json::Array lines;
    for (const std::string& text : sentences_)
      lines.push_back(without_secrets(history_.named(text), secrets));
    return json::Object{
        {"deployment", deployment_.id.value},
        {"configName", deployment_.profile.value},
        {"version", deployment_.version.str()},
        {"state", std::string(state_name(deployment_.state))},
        {"waitsFor",
         waits_for_.empty() ? json::Value() : json::Value(without_secrets(waits_for_, secrets))},
        {"sentences", std::move(lines)},
        {"steps", std::move(steps_)},
        {"actions", std::move(actions_)}};
  }

 private:
  void say(std::string text) { sentences_.push_back(sentence(std::move(text))); }

  void tell_plan() {
    const Plan& plan = deployment_.plan;
    std::vector<std::string> shares;
    for (const Step& step : plan.steps) shares.push_back(fmt::format("{:.3g} %", step.percentage));
    if (shares.size() > 8) shares = {shares.front(), "…", shares.back()};
    say(fmt::format("{} started {} {} of {} {} at {}{}", deployment_.created_by,
                    kind_name(deployment_.strategy) == "Exponential" ? "an" : "a",
                    kind_name(deployment_.strategy), deployment_.profile.value,
                    deployment_.version.str(), format_time(deployment_.created_at),
                    because(deployment_.reason)));
    say(fmt::format("It was planned for {} in {} ({})",
                    counted(deployment_.targets.size(), "instance"),
                    counted(plan.steps.size(), "step"), joined(shares)));
    tell_criteria();
    if (deployment_.forced) say("It was forced: objections were overruled");
    tell_approval();
    if (!deployment_.proof.possible)
      say("It was known beforehand that it could not be rolled back everywhere: " +
          joined(deployment_.proof.obstacles));
    if (deployment_.baseline && deployment_.baseline->all.requests > 0)
      say(
          fmt::format("Before, the instances had answered {} requests, {:.3g} % of them with an "
                      "error, p99 {:.4g} ms",
                      deployment_.baseline->all.requests,
                      100.0 * static_cast<double>(deployment_.baseline->all.errors) /
                          static_cast<double>(deployment_.baseline->all.requests),
                      deployment_.baseline->all.latency.quantile(0.99).value_or(0)));
  }

  void tell_approval() {
    const auto& approval = deployment_.approval;
    if (!approval) return;
    switch (approval->state) {
      case Approval::State::Waiting:
        return say("It needed a second person");
      case Approval::State::Approved:
        return say(fmt::format("{} approved it at {}{}", approval->by, clock_of(approval->at),
                               because(approval->reason)));
      case Approval::State::BreakGlass:
        return say(fmt::format("{} broke the glass: it started without a second person{}",
                               approval->by, because(approval->reason)));
    }
  }

  void tell_criteria() {
    const bool judged =
        std::ranges::any_of(deployment_.plan.steps, [](const Step& step) { return step.judged; });
    if (!judged) return say("Health was not to be judged");
    std::vector<std::string> names;
    for (const Criterion& criterion : deployment_.health.criteria)
      names.push_back(criterion.name + (criterion.dry_run ? " (observed only)" : ""));
    say("Health was judged by " + joined(names));
  }

  /// The last verdict that was recorded in a step; of the last one reached, the one that failed.
  [[nodiscard]] const HealthRecord* verdict_of(std::size_t step) const {
    const HealthRecord* last = nullptr;
    for (const HealthRecord& record : history_.records) {
      if (record.step != step || record.judgement.verdicts.empty()) continue;
      if (record.phase == "RollingBack") continue;
      last = &record;
      if (record.judgement.overall == Outcome::Fail) return last;
    }
    return last;
  }

  [[nodiscard]] const TimelineEvent* step_event(std::string_view kind, std::size_t step) const {
    const auto found = std::ranges::find_if(history_.events, [&](const TimelineEvent& event) {
      const auto* number = event.kind == kind ? event.data.find("step") : nullptr;
      return number != nullptr && number->as_int() == static_cast<std::int64_t>(step);
    });
    return found == history_.events.end() ? nullptr : &*found;
  }

  void tell_step(std::size_t index) {
    const TimelineEvent* assigning = step_event("step.assigning", index);
    if (assigning == nullptr) return;
    const Step& step = deployment_.plan.steps[index];
    const TimelineEvent* soaking = step_event("step.soaking", index);
    const std::string name = fmt::format("Step {} of {}", index + 1, deployment_.plan.steps.size());
    std::string text = fmt::format("{} ({:.3g} %, {}) began at {}", name, step.percentage,
                                   counted(step.cohort, "instance"), clock_of(assigning->at));
    if (soaking != nullptr)
      text += fmt::format(" and was confirmed by its instances after {}",
                          length(soaking->at - assigning->at));
    say(text);
    json::Object fact{{"step", static_cast<std::uint64_t>(index)},
                      {"percentage", step.percentage},
                      {"instances", static_cast<std::uint64_t>(step.cohort)},
                      {"startedAt", format_time(assigning->at)}};
    const HealthRecord* record = verdict_of(index);
    fact.append("verdict", record == nullptr ? json::Value() : to_json(record->judgement));
    if (record != nullptr) {
      say(fmt::format("Its verdict at {}: {}", clock_of(record->at),
                      to_string(record->judgement.overall)));
      for (const CriterionVerdict& verdict : record->judgement.verdicts) tell_verdict(verdict);
    }
    steps_.push_back(std::move(fact));
  }

  void tell_verdict(const CriterionVerdict& verdict) {
    std::string text = fmt::format("{}: {}{}", verdict.criterion, to_string(verdict.outcome),
                                   verdict.dry_run ? " (observed only, decides nothing)" : "");
    if (!verdict.error.empty())
      text += ", because its source could not be asked: " + verdict.error;
    else if (!verdict.explanation.empty())
      text += ". " + verdict.explanation;
    say(text);
    // Explanations of requests and checks hold it already.
    if (verdict.statistic && !verdict.explanation.contains("evidence"))
      say(fmt::format("The evidence that it became worse is {:.2f}; {:.2f} is what proves it{}",
                      *verdict.statistic, verdict.required,
                      *verdict.statistic >= verdict.required ? ", which is reached" : ""));
    if (verdict.outcome == Outcome::Fail && !verdict.drivers.empty())
      say("It comes from " + drivers_text(verdict.drivers));
    if (!verdict.outliers.empty())
      say("Left out, as bad before or flapping: " + drivers_text(verdict.outliers));
  }

  [[nodiscard]] std::string drivers_text(const std::vector<Driver>& drivers) const {
    std::vector<std::string> parts;
    for (const Driver& driver : drivers) {
      std::string part = fmt::format("{} ({:.4g}", history_.name_of(driver.instance), driver.value);
      if (driver.before) part += fmt::format(", before {:.4g}", *driver.before);
      if (driver.share > 0) part += fmt::format(", {:.0f} % of the harm", 100 * driver.share);
      parts.push_back(part + ")");
    }
    return joined(parts);
  }

  void tell_targets() {
    const auto mishaps = history_.mishaps();
    for (const TargetState state :
         {TargetState::Rejected, TargetState::Failed, TargetState::Unreachable}) {
      std::vector<std::string> names;
      std::size_t all = 0;
      for (const auto& [id, mishap] : mishaps) {
        if (mishap.state != state || ++all > 5) continue;
        names.push_back(history_.name_of(id) + because(mishap.reason));
      }
      if (all == 0) continue;
      const char* what = state == TargetState::Rejected ? "refused the version"
                         : state == TargetState::Failed ? "did not confirm in time"
                                                        : "could not be reached";
      say(fmt::format("{} {}: {}", counted(all, "instance"), what, joined(names)));
    }
  }

  void tell_actions() {
    for (const TimelineEvent& event : history_.events) {
      const bool by_person = !event.actor.empty() && event.actor != "system";
      if (!by_person || event.kind == "deployment.planned") continue;
      say(fmt::format("At {} {} did this: {}", clock_of(event.at), event.actor, event.message));
      actions_.push_back(json::Object{{"at", format_time(event.at)},
                                      {"by", event.actor},
                                      {"action", event.kind},
                                      {"message", event.message}});
    }
  }

  void tell_end() {
    std::visit(
        Overloaded{
            [&](const Planned&) { tell_planned(); }, [&](const Running& s) { tell_running(s); },
            [&](const Paused& s) { tell_paused(s); },
            [&](const RollingBack& s) { tell_rolling_back(s); },
            [&](const Succeeded& s) { tell_succeeded(s); },
            [&](const RolledBack& s) { tell_rolled_back(s); },
            [&](const Failed& s) { say("It failed at " + clock_of(s.at) + because(s.reason)); },
            [&](const Cancelled& s) {
              say("It was cancelled at " + clock_of(s.at) + because(s.reason) +
                  ". Everything stays as it was then");
            }},
        deployment_.state);
  }

  void wait_for(std::string what) {
    waits_for_ = what;
    const auto due = next_deadline(deployment_);
    say("It waits for " + std::move(what) +
        (due && *due > now_ ? fmt::format("; it looks again by itself at {}, in {}", clock_of(*due),
                                          length(*due - now_))
                            : std::string()));
  }

  void tell_planned() {
    if (awaits_approval(deployment_))
      return wait_for("somebody else than " + deployment_.created_by +
                      " among its operators to approve it");
    if (deployment_.start_at && *deployment_.start_at > now_)
      return wait_for("its start at " + format_time(*deployment_.start_at));
    wait_for("its first step");
  }

  [[nodiscard]] std::string waiting_hooks() const {
    std::vector<std::string> parts;
    for (const HookCall& call : deployment_.hook_calls)
      if (call.state == HookCall::State::Waiting)
        parts.push_back(fmt::format("{} ({}{})", call.hook, counted(call.attempt, "call"),
                                    call.detail.empty() ? "" : ", last answer " + call.detail));
    return parts.empty() ? "its hooks" : "the hook " + joined(parts);
  }

  void tell_running(const Running& at) {
    const Step& step = deployment_.plan.steps.at(at.step);
    const std::string where =
        fmt::format("step {} of {}", at.step + 1, deployment_.plan.steps.size());
    switch (at.phase) {
      case Phase::Confirming:
        return wait_for(waiting_hooks() + " to let " + where + " begin");
      case Phase::Assigning: {
        if (deployment_.pools && deployment_.pools->state == PoolSwitch::State::Switching)
          return wait_for("the traffic router to switch to pool " + deployment_.pools->to +
                          because(deployment_.pools->error));
        const auto open =
            count(deployment_, TargetState::Assigned) + count(deployment_, TargetState::Received);
        return wait_for(counted(open, "instance") + " to confirm " + where);
      }
      case Phase::Soaking:
        return wait_for(fmt::format("{} to have been watched for {}", where, length(step.soak)));
      case Phase::Judging:
        return wait_for("enough evidence to judge " + where);
      case Phase::AwaitingPromotion:
        return wait_for("somebody to promote it (hotswap deployment promote " +
                        deployment_.id.value + ")");
      case Phase::Baking:
        return wait_for(
            fmt::format("health to hold for another while after the last step, {} in "
                        "all",
                        length(deployment_.plan.bake)));
    }
  }

  void tell_paused(const Paused& s) {
    say(fmt::format("It is paused since {}{}", clock_of(s.since), because(s.reason)));
    say("Health is still watched: a clear failure rolls back even now");
    wait_for("somebody to resume or roll it back (hotswap deployment resume " +
             deployment_.id.value + ")");
  }

  void tell_rolling_back(const RollingBack& s) {
    say(fmt::format("It has been rolling back since {}{}", clock_of(s.since), because(s.reason)));
    const auto open =
        count(deployment_, TargetState::Assigned) + count(deployment_, TargetState::Received);
    if (open > 0) return wait_for(counted(open, "instance") + " to confirm the old version");
    wait_for("health to be within its thresholds of the baseline again");
  }

  void tell_succeeded(const Succeeded& s) {
    say(fmt::format("It succeeded at {}, {} after its start: every judged step passed",
                    clock_of(s.at), length(s.at - deployment_.created_at)));
  }

  void tell_rolled_back(const RolledBack& s) {
    const TimelineEvent* detected = history_.first("rollback.detected");
    say("It rolled back" + because(brief(s.reason)));
    if (detected == nullptr) return;
    say(
        fmt::format("From the decision at {} until everybody ran the old version again and health "
                    "was verified it took {}",
                    clock_of(detected->at), length(s.at - detected->at)));
  }

  /// The verdicts were told in full before.
  [[nodiscard]] std::string brief(const std::string& reason) const {
    if (!reason.starts_with("health failed") || !deployment_.judgement) return reason;
    std::vector<std::string> names;
    for (const CriterionVerdict& verdict : deployment_.judgement->verdicts)
      if (verdict.outcome == Outcome::Fail && !verdict.dry_run) names.push_back(verdict.criterion);
    return names.empty() ? reason : "health failed by " + joined(names);
  }

  const DeploymentHistory& history_;
  const Deployment& deployment_;
  const WallTime now_;
  std::vector<std::string> sentences_;
  std::string waits_for_;
  json::Array steps_, actions_;
};

}  // namespace

json::Value make_explanation(const DeploymentHistory& history,
                             const std::vector<std::string>& secrets, WallTime now) {
  return Explainer(history, now).make(secrets);
}

}  // namespace hotswap
