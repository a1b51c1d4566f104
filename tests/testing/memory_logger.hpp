#pragma once
#include <string>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap::testing {

/// Keeps what was logged, for tests to look at. Thread-safe.
class MemoryLogger : public Logger {
 public:
  struct Entry {
    LogLevel level;
    std::string module;
    std::string message;
    std::vector<std::pair<std::string, LogValue>> fields;
  };

  [[nodiscard]] bool enabled(LogLevel, LogModule) const override { return true; }
  [[nodiscard]] std::vector<Entry> entries() const;
  /// Whether a line of this level contains the text in its message.
  [[nodiscard]] bool has(LogLevel level, std::string_view text) const;

 private:
  void put(LogLevel level, LogModule module, std::string_view message,
           const LogFields& fields) override;

  mutable Mutex mutex_;
  std::vector<Entry> entries_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::testing
