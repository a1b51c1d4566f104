#pragma once
// Keeps the server's certificate fresh: takes changed files, warns before one expires, changes the
// keys of session tickets.

#include <atomic>

#include "api/server/http_server.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"

namespace hotswap {

/// tick() belongs to one thread.
class TlsKeeper {
 public:
  static constexpr Duration kLook = std::chrono::seconds(2);

  TlsKeeper(api::HttpServer& server, const Clock& clock, Logger& logger, Metrics& metrics);

  /// Every kLook.
  void tick();
  /// Takes the files now, changed or not. Any thread.
  void reload();

 private:
  void refresh(bool force);
  void watch_expiry(WallTime now);
  void warn(std::string_view what, const api::CertificateDates& dates);

  api::HttpServer& server_;
  const Clock& clock_;
  Logger& logger_;
  Gauge& expires_;
  Gauge& broken_;
  Counter& reloaded_;
  Counter& failed_;
  MonoTime next_rotation_;
  std::atomic<bool> warn_again_ = false;
  MonoTime next_warning_{};
};

}  // namespace hotswap
