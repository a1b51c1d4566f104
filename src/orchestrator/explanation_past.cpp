#include "orchestrator/explanation_past.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "orchestrator/explanation_words.hpp"

namespace hotswap::explain {
namespace {

class Teller {
 public:
  explicit Teller(const DeploymentHistory& history)
      : history_(history), deployment_(history.deployment) {}

  Past tell() {
    tell_plan();
    for (std::size_t i = 0; i < deployment_.plan.steps.size(); ++i) tell_step(i);
    tell_targets();
    tell_actions();
    return std::move(past_);
  }

 private:
  void say(std::string text) { past_.sentences.push_back(sentence(std::move(text))); }

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
    tell_baseline();
  }

  void tell_baseline() {
    if (!deployment_.baseline || deployment_.baseline->all.requests == 0) return;
    const Sample& all = deployment_.baseline->all;
    const double errors = static_cast<double>(all.errors) / static_cast<double>(all.requests);
    say(
        fmt::format("Before, the instances had answered {} requests, {:.3g} % of them with an "
                    "error, p99 {:.4g} ms",
                    all.requests, 100.0 * errors, all.latency.quantile(0.99).value_or(0)));
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

  /// Whether this step has been handed out and has not passed yet.
  [[nodiscard]] bool goes_on(std::size_t step) const {
    const auto* at = std::get_if<Running>(&deployment_.state);
    return at != nullptr && at->step == step && at->phase != Phase::Confirming &&
           at->phase != Phase::Assigning;
  }

  /// The last verdict that was recorded in a step; of one that is over, the one that failed.
  [[nodiscard]] const HealthRecord* verdict_of(std::size_t step) const {
    const HealthRecord* last = nullptr;
    for (const HealthRecord& record : history_.records) {
      if (record.step != step || record.judgement.verdicts.empty()) continue;
      if (record.phase == "RollingBack") continue;
      last = &record;
      if (record.judgement.overall == Outcome::Fail && !goes_on(step)) return last;
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
    if (record != nullptr) tell_record(*record, goes_on(index));
    past_.steps.push_back(std::move(fact));
  }

  void tell_record(const HealthRecord& record, bool of_now) {
    past_.health_told = past_.health_told || of_now;
    const auto* at = std::get_if<Running>(&deployment_.state);
    const bool undecided = of_now && at->phase != Phase::AwaitingPromotion;
    say(fmt::format("{} at {}: {}", undecided ? "Health so far," : "Its verdict",
                    clock_of(record.at), to_string(record.judgement.overall)));
    for (const CriterionVerdict& verdict : record.judgement.verdicts) tell_verdict(verdict);
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
      past_.actions.push_back(json::Object{{"at", format_time(event.at)},
                                           {"by", event.actor},
                                           {"action", event.kind},
                                           {"message", event.message}});
    }
  }

  const DeploymentHistory& history_;
  const Deployment& deployment_;
  Past past_;
};

}  // namespace

Past past_of(const DeploymentHistory& history) { return Teller(history).tell(); }

}  // namespace hotswap::explain
