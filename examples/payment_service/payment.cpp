#include "payment.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

namespace payment {
namespace {

using hotswap::sdk::Key;
using hotswap::sdk::Snapshot;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr Key<int> kPoolSize{"database.poolSize"};
constexpr Key<milliseconds> kDatabaseTimeout{"database.timeoutMs"};
constexpr Key<milliseconds> kProviderLatency{"payment.providerLatencyMs"};
constexpr Key<milliseconds> kProviderTimeout{"payment.providerTimeoutMs"};
constexpr Key<int> kRetries{"payment.retries"};
constexpr Key<int> kRate{"rateLimit.perSecond"};
constexpr Key<bool> kFraudCheck{"features.fraudCheck"};
constexpr milliseconds kFraudCheckCost{3};

Settings settings_of(const Snapshot& config, const std::string& currency) {
  const auto currencies = config.get_or<std::vector<std::string>>("payment.currencies", {});
  return {.configured = !config.identity().profile.empty(),
          .accepted = std::ranges::find(currencies, currency) != currencies.end(),
          .pool_size = config.get_or(kPoolSize, 10),
          .database_timeout = config.get_or(kDatabaseTimeout, milliseconds(200)),
          .provider_latency = config.get_or(kProviderLatency, milliseconds(20)),
          .provider_timeout = config.get_or(kProviderTimeout, milliseconds(1000)),
          .retries = config.get_or(kRetries, 0),
          .rate_per_second = config.get_or(kRate, 1000),
          .fraud_check = config.get_or(kFraudCheck, false)};
}

/// How long the provider takes this time: log-normal, as such calls are, with a tail.
std::chrono::microseconds work_time(const Settings& settings) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::lognormal_distribution<double> factor(0.0, 0.25);
  const auto median =
      settings.provider_latency + (settings.fraud_check ? kFraudCheckCost : milliseconds(0));
  return std::chrono::microseconds(
      static_cast<std::int64_t>(static_cast<double>(median.count()) * 1000 * factor(random)));
}

Response problem(int status, const std::string& what) {
  return {status, R"({"error":")" + what + "\"}"};
}

}  // namespace

std::optional<std::string> refuse(const hotswap::sdk::Candidate& candidate) {
  const auto& config = candidate.snapshot;
  const auto between = [&](std::string_view path, int min, int max) -> std::optional<std::string> {
    const auto value = config.get<int>(path);
    if (!value) return config.explain(path, value.error());
    if (*value >= min && *value <= max) return std::nullopt;
    return std::string(path) + " must be " + std::to_string(min) + " to " + std::to_string(max) +
           ", not " + std::to_string(*value);
  };
  if (auto bad = between("database.poolSize", 1, 1000)) return bad;
  if (auto bad = between("database.timeoutMs", 1, 60'000)) return bad;
  if (auto bad = between("payment.providerLatencyMs", 1, 60'000)) return bad;
  if (auto bad = between("payment.retries", 0, 10)) return bad;
  if (auto bad = between("rateLimit.perSecond", 1, 1'000'000)) return bad;
  const auto currencies = config.get<std::vector<std::string>>("payment.currencies");
  if (!currencies) return config.explain("payment.currencies", currencies.error());
  if (currencies->empty()) return "payment.currencies is empty: every payment would be refused";
  return std::nullopt;
}

Desk::Desk(hotswap::sdk::Client& client)
    : client_(client), waiting_gauge_(client.gauge("poolWaiting")) {}

Response Desk::pay(const std::string& body) {
  const auto order = hotswap::sdk::Config::from_json(body);
  if (!order) return problem(400, "the body is no JSON");
  const auto currency = order->get_or<std::string>("currency", "");
  const auto settings = settings_of(*client_.config().read(), currency);
  if (!settings.configured) return problem(503, "no configuration yet");
  const auto started = Clock::now();
  const auto response = !settings.accepted ? problem(422, "this currency is not accepted")
                        : !admit(settings.rate_per_second) ? problem(429, "too many payments")
                                                           : charge(settings);
  client_.record(Clock::now() - started, response.status < 500);
  return response;
}

Response Desk::charge(const Settings& settings) {
  if (!take_connection(settings.database_timeout)) return problem(503, "no database connection");
  // The transaction stays open while the provider answers, so its timeout bounds that, too.
  const auto patience = std::min(settings.database_timeout, settings.provider_timeout);
  bool paid = false;
  for (int tries = 0; !paid && tries <= settings.retries; ++tries) {
    const auto work = work_time(settings);
    paid = work <= patience;
    std::this_thread::sleep_for(std::min<std::chrono::microseconds>(work, patience));
  }
  give_connection_back();
  return paid ? Response{200, R"({"status":"paid"})"} : problem(504, "the provider timed out");
}

bool Desk::admit(int rate_per_second) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  const std::chrono::duration<double> passed = now - refilled_;
  refilled_ = now;
  tokens_ = std::min<double>(rate_per_second, tokens_ + passed.count() * rate_per_second);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

bool Desk::take_connection(milliseconds patience) {
  const auto until = Clock::now() + patience;
  std::unique_lock lock(mutex_);
  waiting_gauge_.set(++waiting_);
  // The size is read at each wake-up: a bigger pool helps those who wait already.
  const bool taken = freed_.wait_until(
      lock, until, [this] { return in_use_ < client_.config().get_or(kPoolSize, 10); });
  waiting_gauge_.set(--waiting_);
  if (taken) ++in_use_;
  return taken;
}

void Desk::give_connection_back() {
  {
    const std::lock_guard lock(mutex_);
    --in_use_;
  }
  freed_.notify_one();
}

}  // namespace payment
