#pragma once
// Taking payments, as the configuration says: the connection pool, the timeouts, the retries and
// the provider's speed are real limits here, so a bad value shows as latency and errors under load.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "hotswap/client.hpp"
#include "http_server.hpp"

namespace payment {

/// What one payment needs of the configuration, taken from ONE version of it.
struct Settings {
  bool configured;  ///< a version has come
  bool accepted;    ///< the payment's currency
  int pool_size;
  std::chrono::milliseconds database_timeout;
  std::chrono::milliseconds provider_latency;  ///< the simulated provider's median
  std::chrono::milliseconds provider_timeout;
  int retries;
  int rate_per_second;
  bool fraud_check;
};

/// Why the service must not run with this configuration: it could not take a single payment.
std::optional<std::string> refuse(const hotswap::sdk::Candidate& candidate);

class Desk {
 public:
  explicit Desk(hotswap::sdk::Client& client);

  /// `{"amount":10,"currency":"EUR"}`. 200, or 422, 429, 503 (pool), 504 (timeouts), recorded.
  Response pay(const std::string& body);

 private:
  Response charge(const Settings& settings);
  bool admit(int rate_per_second);
  bool take_connection(std::chrono::milliseconds patience);
  void give_connection_back();

  hotswap::sdk::Client& client_;
  hotswap::sdk::Gauge waiting_gauge_;
  std::mutex mutex_;
  std::condition_variable freed_;
  int in_use_ = 0;
  int waiting_ = 0;
  double tokens_ = 0;  ///< of the rate limit
  std::chrono::steady_clock::time_point refilled_{};
};

}  // namespace payment
