#pragma once
// A piece of work that is over, as OpenTelemetry knows it.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "domain/trace/context.hpp"

namespace hotswap::tracing {

using Instant = std::chrono::sys_time<std::chrono::nanoseconds>;  ///< UTC

/// Text, a number or a flag; any integer type fits.
class Value {
 public:
  Value(std::string text) : value_(std::move(text)) {}
  Value(std::string_view text) : value_(std::string(text)) {}
  Value(const char* text) : value_(std::string(text)) {}
  Value(bool flag) : value_(flag) {}
  Value(double number) : value_(number) {}
  template <class Integer>
    requires std::is_integral_v<Integer>
  Value(Integer number) : value_(static_cast<std::int64_t>(number)) {}

  [[nodiscard]] const auto& value() const { return value_; }
  bool operator==(const Value&) const = default;

 private:
  std::variant<std::string, std::int64_t, double, bool> value_;
};

struct Attribute {
  std::string key;
  Value value;
  bool operator==(const Attribute&) const = default;
};
using Attributes = std::vector<Attribute>;

/// Numbers as OTLP has them.
enum class SpanKind { Internal = 1, Server = 2, Client = 3, Producer = 4, Consumer = 5 };

/// Something that happened at one moment within a span.
struct SpanEvent {
  std::string name;
  Instant at{};
  Attributes attributes{};
};

/// Never a secret, nor a value of a configuration, in any of it.
struct Span {
  Context context{};  ///< its own
  SpanId parent{};    ///< none: a root
  std::string name{};
  SpanKind kind = SpanKind::Internal;
  Instant start{};
  Instant end{};
  Attributes attributes{};
  std::vector<SpanEvent> events{};
  std::vector<Context> links{};
  bool failed = false;
  std::string failure{};  ///< why, for people
};

}  // namespace hotswap::tracing
