#pragma once
// The log of a server, and the access log if that has a file of its own.

#include "app/log_settings.hpp"
#include "app/ticker.hpp"
#include "infrastructure/log/spdlog_logger.hpp"

namespace hotswap {

class ServerLog {
 public:
  ServerLog(const Clock& clock, const LogSettings& settings);

  [[nodiscard]] SpdlogLogger& logger() { return logger_; }
  [[nodiscard]] LogBook& book() { return book_; }
  /// Where requests are told.
  [[nodiscard]] Logger& access() { return access_ ? *access_ : logger_; }
  /// Files are opened by their names again, after they were moved away. False: there are none.
  bool reopen();

 private:
  LogBook book_;
  SpdlogLogger logger_;
  std::optional<LogBook> access_book_;
  std::optional<SpdlogLogger> access_;
  std::unique_ptr<Ticker> ticker_;  ///< last: it works with all of them
};

}  // namespace hotswap
