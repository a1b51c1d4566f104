#include "app/server_log.hpp"

namespace hotswap {
namespace {

constexpr Duration kTellEvery = std::chrono::seconds(1);

LogOptions options_of(const LogSettings& settings) {
  LogOptions options;
  options.format = settings.format == "json" ? LogFormat::Json : LogFormat::Text;
  options.file = settings.file;
  options.repeats.first = static_cast<std::uint64_t>(settings.repeats);
  return options;
}

/// For programs that count: always JSON.
LogOptions access_options(const LogSettings& settings) {
  return {.format = LogFormat::Json, .file = settings.access};
}

}  // namespace

ServerLog::ServerLog(const Clock& clock, const LogSettings& settings)
    : book_(settings.levels), logger_(clock, book_, options_of(settings)) {
  if (settings.access_file()) {
    access_book_.emplace(LogLevels{LogLevel::Info});
    access_.emplace(clock, *access_book_, access_options(settings));
  }
  ticker_ = std::make_unique<Ticker>(kTellEvery, [this] {
    logger_.tick();
    if (access_) access_->tick();
  });
}

bool ServerLog::reopen() {
  const bool own = logger_.reopen();
  return (access_ && access_->reopen()) || own;
}

}  // namespace hotswap
