#pragma once
#include "domain/ports/logger.hpp"
#include "domain/ports/notifier.hpp"

namespace hotswap {

/// Tells the operators through the log, with the severity that the deployment gave.
class LogNotifier : public Notifier {
 public:
  explicit LogNotifier(Logger& logger) : logger_(logger) {}
  [[nodiscard]] Result<void> notify(const std::string& id, const std::string& kind,
                                    const json::Value& payload) override;

 private:
  Logger& logger_;
};

}  // namespace hotswap
