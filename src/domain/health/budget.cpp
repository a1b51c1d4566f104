#include "domain/health/budget.hpp"

#include <fmt/format.h>

#include "domain/base/assert.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr int kErrorsPerInterval = 3;

/// Whether a verdict that comes now is a measurement of its own.
bool is_due(const Tally& tally, const Criterion& criterion, const CriterionVerdict& verdict,
            WallTime now) {
  if (tally.counted == WallTime{}) return true;
  const auto since = now - tally.counted;
  if (since >= criterion.interval) return true;
  if (verdict.outcome == Outcome::Fail) return criterion.failure_limit == 0;
  return !verdict.error.empty() && since >= criterion.interval / kErrorsPerInterval;
}

void count_verdict(Tally& tally, const CriterionVerdict& verdict, WallTime now) {
  tally.counted = now;
  if (!verdict.error.empty()) {
    ++tally.erroring;
    return;
  }
  tally.erroring = 0;
  if (verdict.outcome == Outcome::Fail) ++tally.failing;
  if (verdict.outcome == Outcome::Inconclusive) ++tally.inconclusive;
}

std::string times(std::uint32_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

Counted breach_of(const Tally& tally, const Criterion& criterion, const CriterionVerdict& verdict) {
  const auto because = verdict.explanation.empty() ? "" : ": " + verdict.explanation;
  if (tally.failing > criterion.failure_limit) {
    return {BudgetBreach::Failing,
            criterion.failure_limit == 0
                ? fmt::format("`{}` failed{}", criterion.name, because)
                : fmt::format("`{}` failed {}, {} is tolerated{}", criterion.name,
                              times(tally.failing), times(criterion.failure_limit), because)};
  }
  if (tally.erroring > criterion.error_limit) {
    return {BudgetBreach::Erroring,
            fmt::format("`{}` could not be measured {} in a row: {}", criterion.name,
                        times(tally.erroring), verdict.error)};
  }
  if (criterion.inconclusive_limit && tally.inconclusive > *criterion.inconclusive_limit) {
    return {BudgetBreach::Inconclusive, fmt::format("`{}` was inconclusive {}{}", criterion.name,
                                                    times(tally.inconclusive), because)};
  }
  return {};
}

/// A failing criterion rolls back, which no other breach may hide.
int badness(BudgetBreach breach) {
  switch (breach) {
    case BudgetBreach::None:
      return 0;
    case BudgetBreach::Inconclusive:
      return 1;
    case BudgetBreach::Erroring:
      return 2;
    case BudgetBreach::Failing:
      return 3;
  }
  return 0;
}

Result<Tally> tally_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  Tally tally;
  const auto count = [&](std::string_view name) {
    return static_cast<std::uint32_t>(in.optional_int(name, 0, UINT32_MAX).value_or(0));
  };
  tally.failing = count("failing");
  tally.inconclusive = count("inconclusive");
  tally.erroring = count("erroring");
  tally.counted = in.optional_time("counted").value_or(WallTime{});
  if (auto bad = in.finish("tallies.invalid")) return std::unexpected(*bad);
  return tally;
}

}  // namespace

Counted count_judgement(Tallies& tallies, const HealthPolicy& policy, const Judgement& judgement,
                        WallTime now) {
  HS_ASSERT(judgement.verdicts.size() == policy.criteria.size());
  Counted worst;
  for (std::size_t i = 0; i < policy.criteria.size(); ++i) {
    const auto& criterion = policy.criteria[i];
    const auto& verdict = judgement.verdicts[i];
    if (criterion.dry_run) continue;
    auto& tally = tallies[criterion.name];
    if (!is_due(tally, criterion, verdict, now)) continue;
    count_verdict(tally, verdict, now);
    auto breach = breach_of(tally, criterion, verdict);
    if (breach.breach == BudgetBreach::None) continue;
    if (badness(breach.breach) > badness(worst.breach)) {
      worst = std::move(breach);
    } else if (breach.breach == worst.breach) {
      worst.reason += "; " + breach.reason;
    }
  }
  return worst;
}

json::Value to_json(const Tallies& tallies) {
  json::Object object;
  for (const auto& [name, tally] : tallies) {
    object.append(name, json::Object{{"failing", std::uint64_t{tally.failing}},
                                     {"inconclusive", std::uint64_t{tally.inconclusive}},
                                     {"erroring", std::uint64_t{tally.erroring}},
                                     {"counted", format_time(tally.counted)}});
  }
  return object;
}

Result<Tallies> tallies_from_json(const json::Value& value) {
  const auto* object = value.as_object();
  if (object == nullptr) {
    return fail_field("tallies.invalid", "$", "type", "must be an object");
  }
  Tallies tallies;
  for (const auto& [name, entry] : *object) {
    auto tally = tally_from_json(entry, json::path_member("$", name));
    if (!tally) return std::unexpected(tally.error());
    tallies.emplace(name, *tally);
  }
  return tallies;
}

}  // namespace hotswap
