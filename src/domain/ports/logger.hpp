#pragma once
// The log as every layer sees it: one line per thing that happened, with fields instead of
// sentences glued together.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "domain/ports/log_words.hpp"

namespace hotswap {

class SecretText;

enum class LogLevel { Trace, Debug, Info, Warning, Error };
inline constexpr LogLevel kLogLevels[] = {LogLevel::Trace, LogLevel::Debug, LogLevel::Info,
                                          LogLevel::Warning, LogLevel::Error};

/// Text, a number or a flag; any integer type fits. A secret does not: it has no way into a line.
class LogValue {
 public:
  LogValue(std::string text) : value_(std::move(text)) {}
  LogValue(std::string_view text) : value_(std::string(text)) {}
  LogValue(const char* text) : value_(std::string(text)) {}
  LogValue(bool flag) : value_(flag) {}
  LogValue(double number) : value_(number) {}
  template <class Integer>
    requires std::is_integral_v<Integer>
  LogValue(Integer number) : value_(static_cast<std::int64_t>(number)) {}
  LogValue(const SecretText&) = delete;

  [[nodiscard]] const auto& value() const { return value_; }

 private:
  std::variant<std::string, std::int64_t, double, bool> value_;
};

struct LogField {
  LogName name;
  LogValue value;
};
using LogFields = std::vector<LogField>;

/// What every line has that this thread writes as long as the object lives: a request's trace, the
/// deployment whose turn it is. Scopes nest; a line's own field wins, then the inner scope's. The
/// fields are made only when a line is written, so a scope costs next to nothing.
class LogScope {
 public:
  explicit LogScope(std::function<void(LogFields&)> fields)
      : fields_(std::move(fields)), outer_(std::exchange(innermost_, this)) {}
  ~LogScope() { innermost_ = outer_; }
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

  /// `own` in front of what this thread's scopes add.
  [[nodiscard]] static LogFields around(const LogFields& own) {
    LogFields all = own;
    for (const LogScope* scope = innermost_; scope != nullptr; scope = scope->outer_) {
      LogFields more;
      scope->fields_(more);
      for (LogField& field : more)
        if (std::ranges::find(all, field.name, &LogField::name) == all.end())
          all.push_back(std::move(field));
    }
    return all;
  }

 private:
  static constinit inline thread_local const LogScope* innermost_ = nullptr;
  const std::function<void(LogFields&)> fields_;
  const LogScope* const outer_;
};

/// Thread-safe. Never blocks on the outside and never fails: lines that cannot be written are lost,
/// and counted.
class Logger {
 public:
  virtual ~Logger() = default;

  [[nodiscard]] virtual bool enabled(LogLevel level, LogModule module) const = 0;

  /// `module` is the part that speaks (`runner`, `api`, `store`); `message` a constant sentence,
  /// what varies goes into fields. Line breaks and control characters in any of them are escaped.
  void write(LogLevel level, LogModule module, std::string_view message, const LogFields& fields) {
    if (enabled(level, module)) put(level, module, message, LogScope::around(fields));
  }

  void debug(LogModule module, std::string_view message, const LogFields& fields = {}) {
    write(LogLevel::Debug, module, message, fields);
  }
  void info(LogModule module, std::string_view message, const LogFields& fields = {}) {
    write(LogLevel::Info, module, message, fields);
  }
  void warning(LogModule module, std::string_view message, const LogFields& fields = {}) {
    write(LogLevel::Warning, module, message, fields);
  }
  void error(LogModule module, std::string_view message, const LogFields& fields = {}) {
    write(LogLevel::Error, module, message, fields);
  }

 private:
  /// A line that is enabled.
  virtual void put(LogLevel level, LogModule module, std::string_view message,
                   const LogFields& fields) = 0;
};

/// As people write it: `warning`.
[[nodiscard]] constexpr std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::Trace:
      return "trace";
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
      return "error";
  }
  return "error";
}

/// As it stands in a line: `WARNING`.
[[nodiscard]] constexpr std::string_view upper_name(LogLevel level) {
  switch (level) {
    case LogLevel::Trace:
      return "TRACE";
    case LogLevel::Debug:
      return "DEBUG";
    case LogLevel::Info:
      return "INFO";
    case LogLevel::Warning:
      return "WARNING";
    case LogLevel::Error:
      return "ERROR";
  }
  return "ERROR";
}

}  // namespace hotswap
