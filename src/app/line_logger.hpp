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

  [[nodiscard]] bool enabled(LogLevel level, LogModule) const override {
    return level >= LogLevel::Info;
  }

 private:
  void put(LogLevel level, LogModule module, std::string_view message,
           const LogFields& fields) override {
    const log::Line line{clock_.wall(), level, module.name(), message, fields};
    auto text = log::text_line(line, style_) + '\n';
    if (style_.journal) text.insert(0, log::journal_prefix(level));
    static_cast<void>(::write(STDERR_FILENO, text.data(), text.size()) < 0);
  }

  const log::Style style_ = log::style_of(STDERR_FILENO);
  const Clock& clock_;
};

}  // namespace hotswap
