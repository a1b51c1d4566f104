#pragma once
// The log as every layer sees it: one line per thing that happened, with fields instead of
// sentences glued together.

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace hotswap {

enum class LogLevel { Trace, Debug, Info, Warning, Error };

/// Text, a number or a flag; any integer type fits.
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

  [[nodiscard]] const auto& value() const { return value_; }

 private:
  std::variant<std::string, std::int64_t, double, bool> value_;
};

struct LogField {
  std::string_view name;
  LogValue value;
};
using LogFields = std::vector<LogField>;

/// Thread-safe. Never blocks on the outside and never fails: lines that cannot be written are lost.
class Logger {
 public:
  virtual ~Logger() = default;

  /// `module` is the part that speaks (`runner`, `api`, `store`); `message` a constant sentence,
  /// what varies goes into fields. Line breaks and control characters in any of them are escaped.
  virtual void write(LogLevel level, std::string_view module, std::string_view message,
                     const LogFields& fields) = 0;
  [[nodiscard]] virtual bool enabled(LogLevel level) const = 0;

  void debug(std::string_view module, std::string_view message, const LogFields& fields = {}) {
    write(LogLevel::Debug, module, message, fields);
  }
  void info(std::string_view module, std::string_view message, const LogFields& fields = {}) {
    write(LogLevel::Info, module, message, fields);
  }
  void warning(std::string_view module, std::string_view message, const LogFields& fields = {}) {
    write(LogLevel::Warning, module, message, fields);
  }
  void error(std::string_view module, std::string_view message, const LogFields& fields = {}) {
    write(LogLevel::Error, module, message, fields);
  }
};

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

}  // namespace hotswap
