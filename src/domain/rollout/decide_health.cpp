// What a judgement does while the version is rolled out: counted against its budgets, on the
// timeline where something changed.
#include <algorithm>

#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

/// A cohort that is watched stays watched at the gate before the next step.
bool is_watched(const Course& course, const Running& at) {
  const auto& steps = course.plan().steps;
  const auto reached = static_cast<std::ptrdiff_t>(at.step) + 1;
  return std::any_of(steps.begin(), steps.begin() + reached,
                     [](const Step& step) { return step.judged; });
}

bool waits_for_people(const Running& at) {
  return at.phase == Phase::AwaitingPromotion || at.phase == Phase::Confirming;
}

bool same_outcomes(const std::optional<Judgement>& before, const Judgement& after) {
  return before && before->overall == after.overall &&
         std::ranges::equal(before->verdicts, after.verdicts, {}, &CriterionVerdict::outcome,
                            &CriterionVerdict::outcome);
}

const CriterionVerdict* verdict_of(const std::optional<Judgement>& judgement,
                                   const std::string& criterion) {
  if (!judgement) return nullptr;
  const auto found =
      std::ranges::find(judgement->verdicts, criterion, &CriterionVerdict::criterion);
  return found == judgement->verdicts.end() ? nullptr : &*found;
}

/// When a source stops answering, and when it answers again; whether there was such news.
bool record_sources(Course& course, const std::optional<Judgement>& before,
                    const Judgement& after) {
  bool news = false;
  for (const auto& verdict : after.verdicts) {
    const auto* known = verdict_of(before, verdict.criterion);
    const bool failed = known != nullptr && !known->error.empty();
    if (failed == !verdict.error.empty()) continue;
    news = true;
    json::Object data;
    data.append("criterion", verdict.criterion);
    if (!verdict.query.empty()) data.append("query", verdict.query);
    if (!verdict.error.empty()) data.append("error", verdict.error);
    course.record("health.source_error",
                  verdict.criterion + (failed ? ": the source answers again"
                                              : ": the source cannot be asked: " + verdict.error),
                  std::move(data));
  }
  return news;
}

void record_judgement(Course& course, const Judgement& judgement) {
  const auto before = course.deployment().judgement;
  const bool same = same_outcomes(before, judgement);
  const bool news = record_sources(course, before, judgement);
  if (same && !news) return;
  course.set_judgement(judgement);
  if (same) return;
  course.record("health.verdict",
                "health " + std::string(to_string(judgement.overall)) + reasons(judgement),
                to_json(judgement));
}

/// Where failing measurements are tolerated, how many there were is part of the reason.
std::string health_failed(const Course& course, const Judgement& judgement,
                          const std::string& counted) {
  const bool tolerant = std::ranges::any_of(course.deployment().health.criteria,
                                            [](const Criterion& c) { return c.failure_limit > 0; });
  return "health failed" + (tolerant ? ": " + counted : reasons(judgement));
}

}  // namespace

std::string reasons(const Judgement& judgement) {
  std::string text;
  if (judgement.overall == Outcome::Pass) return text;
  for (const auto& verdict : judgement.verdicts) {
    if (verdict.dry_run || verdict.outcome != judgement.overall) continue;
    text += (text.empty() ? ": " : "; ") + verdict.criterion + ": " + verdict.explanation;
  }
  return text;
}

void take_judgement(Course& course, const Judged& judged) {
  const auto& judgement = judged.judgement;
  if (std::holds_alternative<RollingBack>(course.state())) {
    return take_verification(course, judgement);
  }
  const auto* at = position(course.state());
  if (at == nullptr || !is_watched(course, *at)) return;
  record_judgement(course, judgement);
  auto tallies = course.deployment().tallies;
  const auto counted =
      count_judgement(tallies, course.deployment().health, judgement, course.now());
  course.set_tallies(std::move(tallies));
  switch (counted.breach) {
    case BudgetBreach::None:
      return;
    case BudgetBreach::Failing:
      course.set_judgement(judgement);
      return start_rollback(course, Trigger::Health,
                            health_failed(course, judgement, counted.reason));
    case BudgetBreach::Inconclusive:
    case BudgetBreach::Erroring:
      // Who waits for a person already is not asked again.
      if (!std::holds_alternative<Running>(course.state()) || waits_for_people(*at)) return;
      return pause_for(course, step_name(course) + ": " + counted.reason +
                                   "; promote, resume to go on judging, or roll back");
  }
}

void forgive_inconclusive(Course& course) {
  auto tallies = course.deployment().tallies;
  for (auto& [criterion, tally] : tallies) tally.inconclusive = tally.erroring = 0;
  course.set_tallies(std::move(tallies));
}

}  // namespace hotswap::rollout
