#include "domain/schema/checker.hpp"

#include "domain/schema/evaluator.hpp"
#include "domain/schema/explanation.hpp"
#include "domain/schema/trace.hpp"

namespace hotswap::schema {
namespace {

/// An explanation costs far more per step than an answer, so it gets fewer.
constexpr std::size_t kExplainedSteps = 1'000'000;

template <class Trace>
bool run(const Program& program, const json::Value& value, Trace trace, Abort& aborted) {
  Evaluator evaluator(program, trace, limits::kEvaluationSteps);
  const bool valid = evaluator.run(value);
  aborted = evaluator.aborted();
  return valid && aborted == Abort::None;
}

void hide(const json::Value& value, PlainView& hidden) {
  hidden.secret.insert(&value);
  if (const auto* array = value.as_array())
    for (const auto& item : *array) hide(item, hidden);
  if (const auto* object = value.as_object())
    for (const auto& member : *object) hide(member.value, hidden);
}

/// What was meant as a secret, `{"type":"secret","value":…}` with a member too many or a value of
/// the wrong kind, is plain data to the schema, but nothing to show.
void hide_meant(const json::Value& value, PlainView& hidden) {
  if (const auto* array = value.as_array())
    for (const auto& item : *array) hide_meant(item, hidden);
  const auto* object = value.as_object();
  if (object == nullptr) return;
  const auto* type = object->find("type");
  const auto* word = type != nullptr ? type->as_string() : nullptr;
  if (word != nullptr && *word == "secret" && object->find("value") != nullptr)
    return hide(value, hidden);
  for (const auto& member : *object) hide_meant(member.value, hidden);
}

Report explain(const Program& program, const json::Value& value, const CheckOptions& options,
               bool aborted) {
  const auto look = [&](Explanation& explanation) {
    Evaluator evaluator(program, explanation, kExplainedSteps);
    static_cast<void>(evaluator.run(value));
  };
  PlainView hidden;
  if (options.secrets != nullptr) hidden.secret = options.secrets->secret;
  hide_meant(value, hidden);
  Explanation first(program, options, &hidden);
  look(first);
  if (first.exposed().empty()) return std::move(first).report(aborted);
  // What should have been a secret is no less one for standing in the open: told anew without it.
  for (const auto* exposed : first.exposed()) hide(*exposed, hidden);
  Explanation second(program, options, &hidden);
  look(second);
  return std::move(second).report(aborted);
}

}  // namespace

bool accepts(const Program& program, const json::Value& value) {
  auto aborted = Abort::None;
  const bool valid = run(program, value, FastTrace(), aborted);
  Scratch::of_thread().trim();
  return valid;
}

Report check(const Program& program, const json::Value& value, const CheckOptions& options) {
  auto aborted = Abort::None;
  const bool demands = options.demand_secrets && program.demands_secrets;
  const bool guarded = options.secrets != nullptr || demands;
  const bool valid = guarded ? run(program, value, GuardedTrace(options.secrets), aborted)
                             : run(program, value, FastTrace(), aborted);
  Report report;
  if (!valid) report = explain(program, value, options, aborted != Abort::None);
  Scratch::of_thread().trim();
  return report;
}

}  // namespace hotswap::schema
