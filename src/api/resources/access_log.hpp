#pragma once
// A line for each request, and a warning for each that took too long.

#include "api/router.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap::api {

struct AccessOptions {
  Logger* logger = nullptr;  ///< of the lines; null: the server's own
  /// Debug: nobody asked for them, but `access=debug` brings them while the server runs.
  LogLevel level = LogLevel::Debug;
  bool all = false;  ///< health checks and metrics as well
  Duration slow{};   ///< longer ones are told as a warning, whatever `level`; zero: none
};

/// A request that was answered.
struct ToldRequest {
  const Request& request;
  const Route* route = nullptr;  ///< null: none was found
  std::string_view principal;    ///< empty: nobody is known
  std::string_view address;      ///< of the client, behind proxies
  std::string_view trace_id;
  MonoTime begun{};
};

/// Thread-safe. Off, it costs one look at a level.
class AccessLog {
 public:
  AccessLog(AccessOptions options, Logger& logger, const Clock& clock)
      : options_(options),
        logger_(logger),
        lines_(options.logger != nullptr ? *options.logger : logger),
        clock_(clock) {}

  /// Whether lines are written at all.
  [[nodiscard]] bool wants_lines() const { return lines_.enabled(options_.level, "access"); }
  /// A stream or long poll lasts as it is meant to: it is told when it begins, and is never slow.
  void note(const ToldRequest& answered, const Reply& reply) const;
  /// What never became an answer of ours: `status` of the transport's refusal.
  void refused(const Request* request, int status, const Response& response) const;

 private:
  [[nodiscard]] bool leaves_out(const ToldRequest& answered) const;
  void tell_slow(const ToldRequest& answered, int status, Duration took) const;

  const AccessOptions options_;
  Logger& logger_;
  Logger& lines_;
  const Clock& clock_;
};

}  // namespace hotswap::api
