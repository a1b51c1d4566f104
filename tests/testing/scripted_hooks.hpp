#pragma once
#include <functional>
#include <string>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/ports/hook_caller.hpp"

namespace hotswap::testing {

/// Remembers the calls; answers as the test says (at first: passed). Thread-safe.
class ScriptedHooks : public HookCaller {
 public:
  struct Call {
    std::string url, id;
    json::Value body;
    Duration timeout{};
    std::string traceparent{};
  };
  using Script = std::function<Answer(const Call&)>;

  Answer call(const std::string& url, const std::string& id, const json::Value& body,
              Duration timeout, const std::string& traceparent) override {
    Script script;
    const Call call{url, id, body, timeout, traceparent};
    {
      const MutexLock lock(mutex_);
      calls_.push_back(call);
      script = script_;
    }
    return script ? script(call) : Answer{.passed = true, .detail = "200 OK"};
  }
  void answer_with(Script script) {
    const MutexLock lock(mutex_);
    script_ = std::move(script);
  }
  [[nodiscard]] std::vector<Call> calls() const {
    const MutexLock lock(mutex_);
    return calls_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<Call> calls_ HS_GUARDED_BY(mutex_);
  Script script_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::testing
