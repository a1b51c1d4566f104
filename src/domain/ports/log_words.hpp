#pragma once
// The words of the log: who may speak, and what the fields of a line are called. Both sets are
// closed. A name that is not in its table does not compile; whoever needs a new one adds it here,
// beside docs/logging.md, which tells people what each means.

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

namespace hotswap {

/// Parts of the program whose level can be set.
inline constexpr std::string_view kLogModules[] = {
    "access",  "agent",  "api",    "app",     "archive", "audit",     "auth",
    "cluster", "log",    "notify", "otlp",    "redis",   "retention", "runner",
    "secrets", "server", "store",  "traffic", "vault"};

/// Fields behind timestamp, level, module and message, in groups: whose line it is, what it is
/// about, how it went.
inline constexpr std::string_view kLogFields[] = {
    // a request, a deployment
    "traceId", "spanId", "requestId", "deploymentId", "configName", "configVersion", "strategy",
    "step", "steps", "state", "instanceId", "instanceName", "instancesDeployed", "instancesFailed",
    "duration", "service", "environment", "pool", "event", "principal",
    // a request's own
    "action", "method", "route", "path", "query", "status", "bytes", "durationMs", "address",
    "userAgent", "stream",
    // what went wrong, and what to do
    "reason", "detail", "internal", "remedy", "againIn",
    // repeated lines
    "repeats", "repeatedMessage", "window", "lines",
    // things
    "archive", "archived", "certificateFrom", "certificateUntil", "count", "endpoint", "failed",
    "failures", "file", "first", "hash", "id", "issuer", "key", "keys", "kind", "left", "levels",
    "life", "mean", "name", "node", "nodes", "operation", "outcome", "part", "pruned", "receiver",
    "reference", "renewable", "schema", "sequence", "severity", "signal", "signature", "spans",
    "store", "streams", "until", "url", "vault", "versions"};

namespace log_words {

// Named after what to do, because the compiler shows the name.
void not_in_kLogModules_of_log_words_hpp();
void not_in_kLogFields_of_log_words_hpp();

template <std::size_t N>
constexpr std::size_t place_of(const std::string_view (&table)[N], std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(table, name) - std::begin(table));
}

}  // namespace log_words

class LogModule {
 public:
  consteval LogModule(const char* name) : place_(log_words::place_of(kLogModules, name)) {
    if (place_ == std::size(kLogModules)) log_words::not_in_kLogModules_of_log_words_hpp();
  }
  [[nodiscard]] static constexpr std::optional<LogModule> named(std::string_view name) {
    const std::size_t place = log_words::place_of(kLogModules, name);
    if (place == std::size(kLogModules)) return std::nullopt;
    return LogModule(place);
  }

  [[nodiscard]] constexpr std::string_view name() const { return kLogModules[place_]; }
  [[nodiscard]] constexpr std::size_t place() const { return place_; }
  bool operator==(const LogModule&) const = default;

 private:
  explicit constexpr LogModule(std::size_t place) : place_(place) {}
  std::size_t place_;
};

class LogName {
 public:
  consteval LogName(const char* name) : name_(name) {
    if (log_words::place_of(kLogFields, name_) == std::size(kLogFields))
      log_words::not_in_kLogFields_of_log_words_hpp();
  }
  [[nodiscard]] constexpr std::string_view str() const { return name_; }
  bool operator==(const LogName&) const = default;

 private:
  std::string_view name_;
};

}  // namespace hotswap
