#pragma once
// An instance that a test plays itself over the public protocol: it says what the test wants.

#include <optional>
#include <string>

#include "cli/api_client.hpp"

namespace hotswap::e2e {

/// What the server wants of one profile.
struct Desired {
  std::string profile, version, hash;
  std::int64_t generation = 0;
};

class ScriptedInstance {
 public:
  /// Registers; `admin` is a server's address with a token that may. `schemas`: what it was built
  /// for.
  ScriptedInstance(const cli::ApiOptions& admin, const std::string& service,
                   const std::string& name, json::Object schemas = {});

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] cli::Api& api() { return *api_; }
  [[nodiscard]] const cli::ApiOptions& options() const { return api_->options(); }
  /// Polls once.
  [[nodiscard]] std::optional<Desired> desired();
  /// Sends a heartbeat that speaks of this profile.
  [[nodiscard]] Result<void> reports(const Desired& what, const std::string& state,
                                     const std::string& hash);
  /// Polls, and acknowledges what it finds as applied.
  void applies();

 private:
  std::string id_;
  std::unique_ptr<cli::Api> api_;
};

}  // namespace hotswap::e2e
