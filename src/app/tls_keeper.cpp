#include "app/tls_keeper.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTicketKeyLife = 6h;
constexpr Duration kWarnBefore = 24h * 14;
constexpr Duration kWarnEvery = 24h;

double seconds(WallTime time) {
  return static_cast<double>(
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace

TlsKeeper::TlsKeeper(api::HttpServer& server, const Clock& clock, Logger& logger, Metrics& metrics)
    : server_(server),
      clock_(clock),
      logger_(logger),
      expires_(metrics.gauge("hotswap_tls_certificate_expires_timestamp_seconds",
                             "When the certificate in use expires")),
      broken_(metrics.gauge("hotswap_tls_reload_failing",
                            "Whether the certificate's files, as they are now, cannot be used")),
      reloaded_(metrics.counter("hotswap_tls_reloads_total", "Looks at changed certificate files",
                                {{"outcome", "taken"}})),
      failed_(metrics.counter("hotswap_tls_reloads_total", "Looks at changed certificate files",
                              {{"outcome", "refused"}})),
      next_rotation_(clock.mono() + kTicketKeyLife) {
  watch_expiry(clock.wall());
}

void TlsKeeper::tick() {
  refresh(false);
  watch_expiry(clock_.wall());
  if (clock_.mono() < next_rotation_) return;
  next_rotation_ = clock_.mono() + kTicketKeyLife;
  server_.rotate_tickets();
}

void TlsKeeper::reload() { refresh(true); }

void TlsKeeper::refresh(bool force) {
  const auto taken = server_.refresh_tls(force);
  if (!taken) {
    failed_.add();
    broken_.set(1);
    logger_.warning("server", "the new certificate is not used, the old one stays",
                    {{"detail", taken.error().detail}, {"internal", taken.error().internal}});
    return;
  }
  if (!*taken) return;
  reloaded_.add();
  broken_.set(0);
  warn_again_ = true;
  const auto dates = server_.certificate();
  logger_.info("server", "certificate taken",
               {{"certificateUntil", dates ? format_time(dates->not_after) : std::string()}});
}

void TlsKeeper::watch_expiry(WallTime now) {
  const auto dates = server_.certificate();
  if (!dates) return;
  expires_.set(seconds(dates->not_after));
  const bool fine = dates->not_before <= now && now + kWarnBefore < dates->not_after;
  if (warn_again_.exchange(false)) next_warning_ = {};
  if (fine || clock_.mono() < next_warning_) return;
  next_warning_ = clock_.mono() + kWarnEvery;
  warn(now < dates->not_before  ? "the certificate is not valid yet"
       : now > dates->not_after ? "the certificate has expired"
                                : "the certificate expires soon",
       *dates);
}

void TlsKeeper::warn(std::string_view what, const api::CertificateDates& dates) {
  logger_.warning("server", what,
                  {{"certificateFrom", format_time(dates.not_before)},
                   {"certificateUntil", format_time(dates.not_after)},
                   {"remedy", "put a new one into the files of --tls-cert and --tls-key"}});
}

}  // namespace hotswap
