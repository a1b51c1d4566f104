#pragma once
// The sidecar of a program that does not speak HotSwap itself: it stands for the program as an
// instance, and before each heartbeat reads the program's /metrics and looks whether it is well.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "domain/base/error.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/prober.hpp"
#include "domain/prometheus/scrape_reader.hpp"
#include "hotswap/client.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::agent {

struct AgentOptions {
  sdk::ClientOptions client;  ///< before_heartbeat is the agent's
  std::string scrape_url;     ///< empty: nothing is scraped
  prometheus::ScrapeMapping mapping;
  std::string health_url;  ///< empty: whether a scrape succeeds is the health check, if any
  Duration timeout = std::chrono::seconds(3);  ///< of one scrape and one look
  /// Whether the supervised program runs: the health check, if there is no health_url. Nothing: it
  /// was not started yet.
  std::function<std::optional<bool>()> alive{};
  /// Called on the reporting thread before the second regular heartbeat, when the start is over,
  /// and before the one after each unsettle().
  std::function<void()> settled{};
};

class Agent {
 public:
  /// All but the options outlive this.
  Agent(AgentOptions options, Prober& prober, const Clock& clock);
  ~Agent();  ///< stop()
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Invalid `agent.invalid`: an option is missing or senseless.
  [[nodiscard]] Result<void> start();
  /// Tells the server that the instance is gone for good. Idempotent.
  void leave();
  [[nodiscard]] sdk::ClientStatus status() const { return client_->status(); }
  /// More was done than sending heartbeats.
  void unsettle() { beats_ = 0; }
  [[nodiscard]] sdk::Client& client() { return *client_; }

 private:
  struct Look;
  void measure();
  /// What is wrong, empty if nothing is.
  [[nodiscard]] std::string scrape();
  /// Once per problem, and when it is over.
  void tell(const std::string& problem);

  AgentOptions options_;
  Prober& prober_;
  const Clock& clock_;
  HttpClient http_;
  prometheus::ScrapeReader reader_;
  std::string told_;
  std::atomic<int> beats_{0};            ///< until settled
  std::unique_ptr<sdk::Client> client_;  ///< last: its thread uses all of the above
};

}  // namespace hotswap::agent
