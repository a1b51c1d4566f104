// Hooks: which are asked where, what their answers do, and how people go on without them.
#include <fmt/format.h>

#include <algorithm>

#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

using State = HookCall::State;

const Hook* find_hook(const Plan& plan, const std::string& name) {
  const auto found = std::ranges::find(plan.safeguards.hooks, name, &Hook::name);
  return found == plan.safeguards.hooks.end() ? nullptr : &*found;
}

const HookCall* find_call(const Deployment& deployment, const Hook& hook, std::size_t step) {
  const auto found = std::ranges::find_if(deployment.hook_calls, [&](const HookCall& call) {
    return call.hook == hook.name && (hook.kind == HookKind::Rollback || call.step == step);
  });
  return found == deployment.hook_calls.end() ? nullptr : &*found;
}

bool counts_failures(HookKind kind) {
  return kind == HookKind::PreRollout || kind == HookKind::EachStep;
}

/// What is asked in this phase, one kind after the other.
std::vector<HookKind> kinds_at(const Deployment& deployment, const Running& at) {
  if (at.phase == Phase::Judging) return {HookKind::EachStep};
  if (at.phase != Phase::Confirming) return {};
  if (is_at_the_end(deployment)) return {HookKind::ConfirmPromotion};
  if (at.step > 0) return {HookKind::ConfirmStep};
  return {HookKind::ConfirmRollout, HookKind::PreRollout};
}

struct Asked {
  const Hook* hook;
  const HookCall* call;
};

/// Calls that wait for an answer now, or for their next turn.
std::vector<Asked> asked_now(const Deployment& deployment) {
  std::vector<Asked> asked;
  const auto* at = position(deployment.state);
  if (at == nullptr || deployment.plan.safeguards.hooks.empty()) return asked;
  const bool running = std::holds_alternative<Running>(deployment.state);
  const auto kinds = kinds_at(deployment, *at);
  for (const auto& call : deployment.hook_calls) {
    const auto* hook = find_hook(deployment.plan, call.hook);
    if (hook == nullptr || call.state != State::Waiting) continue;
    const bool in_turn =
        running && call.step == at->step && std::ranges::find(kinds, hook->kind) != kinds.end();
    if (in_turn || hook->kind == HookKind::Rollback) asked.push_back({hook, &call});
  }
  return asked;
}

json::Value call_data(const HookCall& call) {
  json::Object data;
  data.append("hook", call.hook);
  data.append("step", call.step);
  data.append("attempt", std::uint64_t{call.attempt});
  data.append("failing", std::uint64_t{call.failing});
  data.append("detail", call.detail);
  return data;
}

std::string because(const std::string& detail) { return detail.empty() ? "" : ": " + detail; }

void take_passed(Course& course, const Hook& hook, HookCall call) {
  call.state = State::Passed;
  course.record("hook.passed", "hook " + hook.name + " passed" + because(call.detail),
                call_data(call));
  const auto detail = call.detail;
  course.put_call(std::move(call));
  course.progress();
  if (hook.kind != HookKind::Rollback) return;
  start_rollback(course, Trigger::Hook,
                 "hook " + hook.name + " asks for a rollback" + because(detail));
}

void take_counted_failure(Course& course, const Hook& hook, HookCall call) {
  const bool over = call.failing > hook.failure_limit;
  if (over) call.state = State::Failed;
  const auto what =
      fmt::format("hook {} failed {}, {} tolerated{}", hook.name, counted(call.failing, "time"),
                  hook.failure_limit, because(call.detail));
  course.record("hook.failed", what, call_data(call));
  course.put_call(std::move(call));
  if (over) start_rollback(course, Trigger::Hook, what);
}

void take_refusal(Course& course, const Hook& hook, HookCall call, const HookCall& before) {
  // A gate is asked again and again: only news are worth a line.
  if (hook.kind != HookKind::Rollback && (before.attempt == 0 || before.detail != call.detail)) {
    course.record("hook.failed",
                  "hook " + hook.name + " does not confirm yet" + because(call.detail),
                  call_data(call));
  }
  course.put_call(std::move(call));
}

}  // namespace

bool is_polled(const Deployment& deployment, const HookCall& call) {
  const auto* hook = find_hook(deployment.plan, call.hook);
  return hook != nullptr && hook->kind == HookKind::Rollback;
}

void take_answer(Course& course, const HookAnswered& answer) {
  const auto* at = position(course.state());
  const auto* hook = find_hook(course.plan(), answer.hook);
  if (at == nullptr || hook == nullptr) return;
  const auto* known = find_call(course.deployment(), *hook, answer.step);
  if (known == nullptr || known->state != State::Waiting) return;
  if (answer.attempt != known->attempt + 1) return;
  const auto before = *known;
  auto call = before;
  call.attempt = answer.attempt;
  call.detail = answer.detail;
  call.due = course.now() + hook->interval;
  if (hook->kind == HookKind::Rollback) call.step = at->step;
  if (answer.passed) return take_passed(course, *hook, std::move(call));
  ++call.failing;
  if (counts_failures(hook->kind)) return take_counted_failure(course, *hook, std::move(call));
  take_refusal(course, *hook, std::move(call), before);
}

bool has_hooks(const Plan& plan, HookKind kind) {
  return std::ranges::find(plan.safeguards.hooks, kind, &Hook::kind) != plan.safeguards.hooks.end();
}

bool ask_hooks(Course& course, HookKind kind) {
  const auto step = position(course.state())->step;
  bool passed = true;
  for (const auto& hook : course.plan().safeguards.hooks) {
    if (hook.kind != kind) continue;
    const auto* call = find_call(course.deployment(), hook, step);
    if (call != nullptr && call->state == State::Passed) continue;
    passed = false;
    if (call == nullptr) course.put_call({hook.name, step, State::Waiting, 0, 0, course.now(), {}});
  }
  return passed;
}

bool hooks_passed(Course& course) {
  const auto kinds = kinds_at(course.deployment(), *position(course.state()));
  return std::ranges::all_of(kinds, [&](HookKind kind) { return ask_hooks(course, kind); });
}

void skip_hooks(Course& course, const std::string& why) {
  std::vector<HookCall> skipped;
  for (const auto& [hook, call] : asked_now(course.deployment())) {
    if (hook->kind != HookKind::Rollback) skipped.push_back(*call);
  }
  for (auto& call : skipped) {
    call.state = State::Passed;
    call.detail = why;
    course.put_call(std::move(call));
    course.progress();
  }
}

bool is_at_the_end(const Deployment& deployment) {
  const auto* at = position(deployment.state);
  // The gate before the end stands at the last step, as the gate before that step did.
  return at != nullptr && at->phase == Phase::Confirming &&
         std::ranges::any_of(deployment.hook_calls, [&](const HookCall& call) {
           const auto* hook = find_hook(deployment.plan, call.hook);
           return hook != nullptr && hook->kind == HookKind::ConfirmPromotion;
         });
}

std::string waiting_hooks(const Deployment& deployment) {
  std::string names;
  for (const auto& [hook, call] : asked_now(deployment)) {
    if (hook->kind != HookKind::Rollback) names += (names.empty() ? "" : ", ") + hook->name;
  }
  return names;
}

bool waits_at_gate(const Deployment& deployment) {
  return std::ranges::any_of(asked_now(deployment), [](const Asked& asked) {
    return asked.hook->kind != HookKind::Rollback && !counts_failures(asked.hook->kind);
  });
}

std::optional<WallTime> hook_deadline(const Deployment& deployment, WallTime asked) {
  std::optional<WallTime> first;
  for (const auto& [hook, call] : asked_now(deployment)) {
    if (call->due <= asked) continue;
    first = first ? std::min(*first, call->due) : call->due;
  }
  return first;
}

}  // namespace hotswap::rollout

namespace hotswap {

std::vector<DueHook> due_hooks(const Deployment& deployment, WallTime now) {
  std::vector<DueHook> due;
  const auto* at = rollout::position(deployment.state);
  for (const auto& [hook, call] : rollout::asked_now(deployment)) {
    // A Rollback hook is told where the deployment stands; the others where they were first asked.
    if (call->due <= now) due.push_back({*hook, at->step, call->attempt + 1});
  }
  return due;
}

}  // namespace hotswap
