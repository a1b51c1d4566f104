#include "agent/agent.hpp"

#include <condition_variable>
#include <mutex>

namespace hotswap::agent {
namespace {

constexpr std::size_t kScrapeBytes = std::size_t{16} << 20;
/// What a look may take beyond its own limit.
constexpr int kSettled = 2;  ///< regular heartbeats until the start is over
constexpr Duration kPatience = std::chrono::seconds(1);

sdk::ClientOptions with_hook(sdk::ClientOptions options, std::function<void()> hook) {
  options.before_heartbeat = std::move(hook);
  return options;
}

}  // namespace

/// Answers come on the prober's thread, and may come when nobody waits any more.
struct Agent::Look {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Prober::Answer> answer;
};

Agent::Agent(AgentOptions options, Prober& prober, const Clock& clock)
    : options_(std::move(options)),
      prober_(prober),
      clock_(clock),
      reader_(std::move(options_.mapping)),
      client_(std::make_unique<sdk::Client>(with_hook(options_.client, [this] { measure(); }))) {}

Agent::~Agent() = default;

Result<void> Agent::start() {
  if (auto started = client_->start(); !started)
    return fail(ErrorCode::Invalid, "agent.invalid", started.error());
  return {};
}

void Agent::leave() { client_->leave(); }

void Agent::measure() {
  const auto look = std::make_shared<Look>();
  if (!options_.health_url.empty()) {
    const bool looking =
        prober_.probe(options_.health_url, options_.timeout, [look](const Prober::Answer& answer) {
          const std::lock_guard lock(look->mutex);
          look->answer = answer;
          look->changed.notify_all();
        });
    if (!looking) look->answer = Prober::Answer{false, "there is no room for another look", {}};
  }
  std::string problem = options_.scrape_url.empty() ? std::string() : scrape();
  if (!options_.health_url.empty()) {
    std::unique_lock lock(look->mutex);
    look->changed.wait_for(lock, options_.timeout + kPatience,
                           [&] { return look->answer.has_value(); });
    const auto answer = look->answer.value_or(Prober::Answer{false, "no answer", {}});
    client_->health_check(answer.healthy);
    if (!answer.healthy) problem = options_.health_url + " is not well: " + answer.detail;
  }
  const auto alive = options_.alive ? options_.alive() : std::nullopt;
  if (alive && options_.health_url.empty()) {
    client_->health_check(*alive);
    if (!*alive) problem = "the program does not run";
  }
  tell(problem);
  if (beats_ < kSettled && ++beats_ == kSettled && options_.settled) options_.settled();
}

std::string Agent::scrape() {
  HttpRequest request;
  request.url = options_.scrape_url;
  request.timeout = request.connect_timeout = options_.timeout;
  request.max_response_bytes = kScrapeBytes;
  request.headers = {{"Accept", "text/plain;version=0.0.4, application/openmetrics-text;q=0.5"}};
  const auto response = http_.request(request);
  const bool fine = response && response->status == 200;
  // A program that is looked at elsewhere is not judged twice.
  if (options_.health_url.empty() && !options_.alive) client_->health_check(fine);
  if (!response) return response.error().detail;
  if (!fine) return options_.scrape_url + " answered " + std::to_string(response->status);
  const auto scraped = reader_.take(response->body, clock_.mono());
  client_->report({scraped.requests, scraped.errors, scraped.latencies});
  for (const auto& [name, value] : scraped.custom) client_->gauge(name, value);
  return scraped.notes.empty() ? std::string() : options_.scrape_url + ": " + scraped.notes.front();
}

void Agent::tell(const std::string& problem) {
  if (std::exchange(told_, problem) == problem) return;
  const auto level = problem.empty() ? sdk::LogLevel::Info : sdk::LogLevel::Warning;
  const std::string words = problem.empty() ? "the program is well again" : problem;
  client_->log(level, words);
  if (options_.client.log) options_.client.log(level, words);
}

}  // namespace hotswap::agent
