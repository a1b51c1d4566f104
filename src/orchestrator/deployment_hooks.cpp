#include "orchestrator/deployment_hooks.hpp"

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

/// `Soaking`, or the state's name where there is no phase.
std::string_view phase_of(const DeploymentState& state) {
  if (const auto* running = std::get_if<Running>(&state)) return to_string(running->phase);
  if (const auto* paused = std::get_if<Paused>(&state)) return to_string(paused->at.phase);
  return state_name(state);
}

json::Value previous_of(const Deployment& deployment) {
  if (!deployment.previous_stable) return {};
  return deployment.previous_stable->str();
}

}  // namespace

json::Object hook_body(const Deployment& deployment, const DueHook& due) {
  const auto& steps = deployment.plan.steps;
  const double percentage = due.step < steps.size() ? steps[due.step].percentage : 0.0;
  return json::Object{{"deployment", deployment.id.value},
                      {"profile", deployment.profile.value},
                      {"service", deployment.service.value},
                      {"environment", deployment.environment},
                      {"version", deployment.version.str()},
                      {"previousVersion", previous_of(deployment)},
                      {"state", state_name(deployment.state)},
                      {"step", static_cast<std::uint64_t>(due.step)},
                      {"percentage", percentage},
                      {"phase", phase_of(deployment.state)},
                      {"hook", due.hook.name},
                      {"attempt", static_cast<std::uint64_t>(due.attempt)}};
}

std::string hook_id(const DeploymentId& deployment, const DueHook& due) {
  return deployment.value + '/' + due.hook.name + '/' + std::to_string(due.step) + '/' +
         std::to_string(due.attempt);
}

HookPool::HookPool(HookCaller& caller, Answered answered)
    : caller_(caller), answered_(std::move(answered)) {}

HookPool::~HookPool() { stop(); }

bool HookPool::submit(Call call) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= limits::kHooksWaiting) return false;
    waiting_.push_back(std::move(call));
  }
  wake_.notify_one();
  return true;
}

void HookPool::start(int threads) {
  for (int i = 0; i < threads; ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

void HookPool::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  wake_.notify_all();
  threads_.clear();
}

void HookPool::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, stop, [this] { return !waiting_.empty(); });
    }
    if (stop.stop_requested()) return;
    if (const auto call = take()) make(*call);
  }
}

std::optional<HookPool::Call> HookPool::take() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  Call call = std::move(waiting_.front());
  waiting_.pop_front();
  return call;
}

void HookPool::make(const Call& call) {
  const Hook& hook = call.due.hook;
  auto answer = caller_.call(hook.url, hook_id(call.deployment, call.due), call.body, hook.timeout,
                             call.traceparent);
  answered_(call.deployment, {.hook = hook.name,
                              .step = call.due.step,
                              .attempt = call.due.attempt,
                              .passed = answer.passed,
                              .detail = std::move(answer.detail)});
}

bool HookPool::run_waiting() {
  bool any = false;
  while (const auto call = take()) {
    make(*call);
    any = true;
  }
  return any;
}

}  // namespace hotswap
