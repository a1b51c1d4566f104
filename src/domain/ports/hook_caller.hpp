#pragma once
#include <string>

#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// Calls a hook of a deployment: POST, signed (`X-HotSwap-Signature`), with `X-HotSwap-Id` = id,
/// and in a trace with `traceparent`, unless that is empty.
class HookCaller {
 public:
  struct Answer {
    bool passed = false;  ///< 2xx
    std::string detail;   ///< status and the start of the body, or why there is none
  };
  virtual ~HookCaller() = default;
  /// Blocking, limited by `timeout`.
  [[nodiscard]] virtual Answer call(const std::string& url, const std::string& id,
                                    const json::Value& body, Duration timeout,
                                    const std::string& traceparent) = 0;
};

}  // namespace hotswap
