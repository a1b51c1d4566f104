#pragma once
// Keeps the keys of issuers as they are where they come from: each issuer is asked on a thread of
// its own, so that no request waits for it and one that hangs holds up no other.

#include <memory>
#include <set>
#include <vector>

#include "api/auth/key_refresh.hpp"
#include "api/auth/token_verifier.hpp"
#include "app/ticker.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"

namespace hotswap {

/// Where the keys of one issuer of the verifier come from.
struct KeySource {
  struct Fetched {
    api::KeySet keys;
    std::optional<Duration> fresh_for{};
  };
  std::size_t issuer = 0;  ///< of the verifier
  std::string name;        ///< for logs and metrics
  std::function<Result<Fetched>()> fetch;
  api::KeyRefreshTimes times;
};

class KeyKeeper {
 public:
  struct Parts {
    api::TokenVerifier& tokens;
    const Clock& clock;
    Logger& logger;
    Metrics& metrics;
  };
  KeyKeeper(Parts parts, std::vector<KeySource> sources);

  void start();
  void stop() { tickers_.clear(); }
  /// One look at one source, as its thread does it again and again.
  void look(std::size_t source);

 private:
  struct Kept {
    KeySource source;
    api::KeyRefresh refresh;
    Counter& fetched;
    Counter& failed;
    Gauge& age;
    bool dropped = false;
    bool wished = false;              ///< until the next fetch
    std::vector<std::string> told{};  ///< of keys that cannot be used
  };
  void take(Kept& kept, KeySource::Fetched fetched);
  void miss(Kept& kept, const Error& error);

  const Parts parts_;
  std::vector<std::unique_ptr<Kept>> kept_;
  std::vector<std::unique_ptr<Ticker>> tickers_;
};

}  // namespace hotswap
