#pragma once
// The log of a running program, written by a thread of its own from a bounded queue; when that is
// full the oldest lines are lost and the loss is told. What is said again and again is counted.

#include <memory>
#include <mutex>

#include "domain/log/book.hpp"
#include "domain/log/repeats.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "infrastructure/log/line.hpp"

namespace hotswap {

enum class LogFormat {
  Json,  ///< one object a line: timestamp, level, module, message, then the fields
  Text   ///< for terminals and the journal
};

struct LogOptions {
  LogFormat format = LogFormat::Text;
  std::string file{};  ///< appended to instead of standard error
  RepeatRule repeats{};
};

/// Thread-safe. Lines still queued are written by the destructor.
class SpdlogLogger : public Logger {
 public:
  /// A file that cannot be opened: standard error is used and says so.
  SpdlogLogger(const Clock& clock, LogBook& book, LogOptions options);
  ~SpdlogLogger() override;
  SpdlogLogger(const SpdlogLogger&) = delete;
  SpdlogLogger& operator=(const SpdlogLogger&) = delete;

  [[nodiscard]] bool enabled(LogLevel level, LogModule module) const override {
    return book_.now.lets_pass(level, module);
  }
  /// Waits until what was written so far is out.
  void flush();
  /// Opens the file by its name again, after it was moved away. False: there is none.
  bool reopen();
  /// Tells what was held back meanwhile; to be called about every second.
  void tick();

 private:
  struct Backend;

  void put(LogLevel level, LogModule module, std::string_view message,
           const LogFields& fields) override;
  void emit(LogLevel level, LogModule module, std::string_view message, const LogFields& fields);
  void tell(const std::vector<Repeated>& held);
  void tell_lost();
  [[nodiscard]] std::string formatted(const log::Line& line, const std::string& json) const;

  const Clock& clock_;
  LogBook& book_;
  const LogOptions options_;
  log::Style style_;
  std::mutex mutex_;
  Repeats repeats_;  ///< under mutex_
  std::unique_ptr<Backend> backend_;
};

}  // namespace hotswap
