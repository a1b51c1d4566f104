#pragma once
// A Vault and what of us speaks to it.

#include <gtest/gtest.h>

#include "infrastructure/clock/system_clock.hpp"
#include "infrastructure/vault/secrets.hpp"
#include "infrastructure/vault/transit.hpp"
#include "servers/written_server.hpp"
#include "testing/fake_clock.hpp"
#include "testing/fake_random.hpp"
#include "testing/memory_logger.hpp"
#include "testing/memory_metrics.hpp"

namespace hotswap::vault {

inline constexpr auto kReadApp = R"(path "secret/data/app" { capabilities = ["read"] } )"
                                 R"(path "secret/data/team/*" { capabilities = ["read"] })";

/// One server for all tests of a suite's process; each test uses paths and roles of its own.
inline testing::VaultServer& vault_server() {
  static testing::VaultServer server;
  return server;
}

/// Everything of ours, with time that the test moves.
struct World {
  explicit World(Login login, ConnectionOptions options = {})
      : World(std::move(login), options, 0) {}

  Result<std::string> read(const std::string& reference) {
    auto parsed = parse_secret_reference("vault:" + reference);
    if (!parsed) return std::unexpected(parsed.error());
    auto provided = secrets.read(*parsed);
    if (!provided) return std::unexpected(provided.error());
    version = provided->version;
    return std::string(provided->value.view());
  }
  /// The reason, and the detail for people.
  std::string refusal(const std::string& reference) {
    const auto value = read(reference);
    return value ? "none" : value.error().reason + ": " + value.error().detail;
  }
  double sessions(const char* what, const char* outcome) const {
    return metrics.value("hotswap_vault_sessions_total", {{"what", what}, {"outcome", outcome}});
  }

  testing::FakeClock clock;
  testing::FakeRandom random;
  testing::MemoryLogger logger;
  testing::MemoryMetrics metrics;
  Connection connection;
  Session session;
  VaultSecrets secrets;
  std::string version;

 private:
  World(Login login, ConnectionOptions& options, int)
      : connection(filled(std::move(options)), clock, random),
        session(std::move(login), {connection, clock, logger, metrics}),
        secrets(session, clock) {}
  static ConnectionOptions filled(ConnectionOptions options) {
    if (options.addresses.empty()) options.addresses = {vault_server().url()};
    options.pause = std::chrono::milliseconds(1);
    return options;
  }
};

inline Login with_token(std::string text) { return TokenLogin{.text = std::move(text)}; }

}  // namespace hotswap::vault
