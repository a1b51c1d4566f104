#pragma once
// A real `hotswap server` on a free port with a data folder of its own, and the words in which
// tests speak to it.

#include <optional>
#include <string>
#include <vector>

#include "cli/api_client.hpp"
#include "cli/process/child_process.hpp"

namespace hotswap::e2e {

inline constexpr auto kProfile = "payment-service.production";
inline constexpr auto kService = "payment-service";
inline constexpr auto kEnvironment = "Production";

/// Path of a built program.
[[nodiscard]] std::string binary(const std::string& name);
/// Text of examples/payment_service/configs/NAME.json.
[[nodiscard]] std::string example_config(const std::string& name);

/// The project's folder.
[[nodiscard]] std::string source_folder();
/// Folder examples/NAME.
[[nodiscard]] std::filesystem::path example_folder(const std::string& name);

class Server {
 public:
  /// Starts and waits until it listens; a failure ends the test's process.
  explicit Server(std::vector<std::string> more_arguments = {}, std::string scheme = "http");

  [[nodiscard]] const std::string& url() const { return options_.server; }
  [[nodiscard]] const cli::ApiOptions& options() const { return options_; }
  [[nodiscard]] std::string token_file() const { return (data() / "admin.token").string(); }
  [[nodiscard]] std::filesystem::path data() const { return folder_.path() / "data"; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
  [[nodiscard]] cli::Api& api() { return *api_; }
  [[nodiscard]] cli::ChildProcess& process() { return process_; }

  void kill();  ///< SIGKILL
  /// SIGTERM; the exit code, nothing if it does not end.
  std::optional<int> terminate();
  /// Again on the same port and data folder.
  void start_again();
  /// The same with these arguments instead of those of before.
  void start_again_with(std::vector<std::string> more_arguments);

  // Given and When: a refusal fails the test.
  void has_profile(const std::string& name = kProfile, const std::string& service = kService);
  void has_version(const std::string& version, const std::string& document,
                   const std::string& profile = kProfile);
  /// Starts a deployment; its id.
  std::string deploys(const std::string& version, const std::string& strategy,
                      const std::string& profile = kProfile);
  void commands(const std::string& deployment, const std::string& verb);

  // Then.
  [[nodiscard]] std::string state_of(const std::string& deployment);
  /// The terminal state, or the last one seen if it does not end in time.
  [[nodiscard]] std::string final_state_of(const std::string& deployment);
  [[nodiscard]] json::Array timeline_of(const std::string& deployment);
  [[nodiscard]] std::vector<std::string> kinds_of(const std::string& deployment);
  /// Every event of the feed so far.
  [[nodiscard]] json::Array all_events();
  [[nodiscard]] json::Array instances();

 private:
  void start(const std::string& listen);

  cli::TempFolder folder_;
  std::vector<std::string> more_;
  std::string scheme_;
  cli::ChildProcess process_;
  cli::ApiOptions options_;
  std::optional<cli::Api> api_;
  int port_ = 0;
};

/// Canary, Rolling … without judging, fast, for tests in which nobody calls the service.
inline constexpr auto kDirect = R"({"type":"Direct"})";
inline constexpr auto kQuickCanary =
    R"({"type":"Canary","phases":[25,50,100],"phaseInterval":"PT0.2S","healthCheckEnabled":false})";

}  // namespace hotswap::e2e
