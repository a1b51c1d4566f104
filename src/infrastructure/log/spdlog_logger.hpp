#pragma once
// The log of a running program: to standard error, written by a thread of its own from a bounded
// queue; when that is full the oldest lines are lost and the loss is told.

#include <memory>

#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap {

enum class LogFormat {
  Json,  ///< one object a line: timestamp, level, module, message, then the fields
  Text   ///< for terminals
};

/// Thread-safe. Lines still queued are written by the destructor.
class SpdlogLogger : public Logger {
 public:
  /// `file`: where to append instead of standard error. A file that cannot be opened: standard
  /// error is used and says so.
  SpdlogLogger(const Clock& clock, LogLevel level, LogFormat format, const std::string& file = {});
  ~SpdlogLogger() override;
  SpdlogLogger(const SpdlogLogger&) = delete;
  SpdlogLogger& operator=(const SpdlogLogger&) = delete;

  void write(LogLevel level, std::string_view module, std::string_view message,
             const LogFields& fields) override;
  [[nodiscard]] bool enabled(LogLevel level) const override { return level >= level_; }
  /// Waits until what was written so far is out.
  void flush();

 private:
  struct Backend;
  const Clock& clock_;
  const LogLevel level_;
  const LogFormat format_;
  std::unique_ptr<Backend> backend_;
};

}  // namespace hotswap
