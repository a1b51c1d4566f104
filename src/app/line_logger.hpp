#pragma once
#include <unistd.h>

#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "infrastructure/log/line.hpp"

namespace hotswap {

/// A program that says little: each line is written at once to standard error, with no thread and
/// no queue, which would wake a sleeping agent and cost it memory.
class LineLogger final : public Logger {
 public:
  explicit LineLogger(const Clock& clock) : clock_(clock) {}

  void write(LogLevel level, std::string_view module, std::string_view message,
             const LogFields& fields) override {
    if (!enabled(level)) return;
    const auto line = log::text_line({clock_.wall(), level, module, message, fields}) + '\n';
    static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) < 0);
  }
  [[nodiscard]] bool enabled(LogLevel level) const override { return level >= LogLevel::Info; }

 private:
  const Clock& clock_;
};

}  // namespace hotswap
