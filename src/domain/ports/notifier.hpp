#pragma once
#include <string>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// Tells people. Called from the outbox: at least once per id, so receivers drop known ids.
class Notifier {
 public:
  virtual ~Notifier() = default;
  /// An error means: try again later.
  [[nodiscard]] virtual Result<void> notify(const std::string& id, const std::string& kind,
                                            const json::Value& payload) = 0;
};

}  // namespace hotswap
