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
  if (!valid) {
    Explanation explanation(program, options);
    Evaluator evaluator(program, explanation, kExplainedSteps);
    static_cast<void>(evaluator.run(value));
    report = std::move(explanation).report(aborted != Abort::None);
  }
  Scratch::of_thread().trim();
  return report;
}

}  // namespace hotswap::schema
