#pragma once
// Calls the hooks of deployments beside their driving threads, so that a slow one holds up nobody.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "domain/ports/hook_caller.hpp"
#include "domain/rollout/decide.hpp"

namespace hotswap {

/// What a hook is told: which deployment, where it stands.
[[nodiscard]] json::Object hook_body(const Deployment& deployment, const DueHook& due);
/// Names a call for ever, so that a receiver may drop a repeated one.
[[nodiscard]] std::string hook_id(const DeploymentId& deployment, const DueHook& due);

/// Thread-safe.
class HookPool {
 public:
  struct Call {
    DeploymentId deployment;
    DueHook due;
    json::Value body;
    std::string traceparent{};  ///< empty: none
  };
  using Answered = std::function<void(const DeploymentId&, HookAnswered)>;

  HookPool(HookCaller& caller, Answered answered);
  ~HookPool();
  HookPool(const HookPool&) = delete;
  HookPool& operator=(const HookPool&) = delete;

  /// False when too many are waiting: try again later.
  [[nodiscard]] bool submit(Call call);
  void start(int threads);
  /// Waits for calls on the way; those that wait are dropped.
  void stop();
  /// Without threads: makes the waiting calls on this one. Whether there were any.
  bool run_waiting();

 private:
  void work(const std::stop_token& stop);
  [[nodiscard]] std::optional<Call> take();
  void make(const Call& call);

  HookCaller& caller_;
  const Answered answered_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Call> waiting_;
  std::vector<std::jthread> threads_;
};

}  // namespace hotswap
