#pragma once
// The whole of `hotswap agent` beside one program: stands for it as an instance, hands its
// configuration on as files, environment or answers to its questions, and runs it if asked.

#include <memory>
#include <optional>
#include <string>

#include "agent/agent.hpp"
#include "agent/handoff.hpp"
#include "agent/serve/config_server.hpp"
#include "agent/supervise/supervisor.hpp"
#include "agent/swap/file_swap.hpp"
#include "agent/swap/reload.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap::agent {

struct SidecarOptions {
  AgentOptions agent;  ///< its client's validator and applier are the sidecar's
  HandoffOptions handoff{};
  FileSwapOptions files{};  ///< its reload is the sidecar's
  ReloadOptions reload{};
  std::optional<SuperviseOptions> supervise{};
  bool environment = false;  ///< the configuration is the program's environment, too
  std::string env_prefix{};
  Duration wait = std::chrono::seconds(30);  ///< for the first configuration, before the program
  std::optional<ServeAddress> serve{};
  std::function<void(LogLevel, const std::string&)> log{};
};

class Sidecar {
 public:
  /// All but the options outlive this. Supervisor::block_signals() was called before.
  Sidecar(SidecarOptions options, Prober& prober, const Clock& clock);
  ~Sidecar();
  Sidecar(const Sidecar&) = delete;
  Sidecar& operator=(const Sidecar&) = delete;

  /// Until a stop signal, or the program's end; then leaves the fleet. The exit code. On the main
  /// thread. Errors: Invalid `agent.invalid`; Unavailable `serve.address`, `program.failed`;
  /// Timeout `agent.no_configuration`.
  [[nodiscard]] Result<int> run();

 private:
  void hook_into(sdk::ClientOptions& client);
  [[nodiscard]] ProgramHandle program_handle();
  [[nodiscard]] SupervisorHooks supervisor_hooks();
  [[nodiscard]] std::optional<std::string> put_in_place(const sdk::Application& application);
  [[nodiscard]] Environment program_environment() const;
  void blame_current();
  void give_back(std::uint64_t generation, const std::string& reason);
  [[nodiscard]] json::Value status() const;
  [[nodiscard]] bool healthy() const;
  [[nodiscard]] Result<int> live();
  /// Nothing: told to stop meanwhile.
  [[nodiscard]] Result<bool> wait_for_configuration() const;
  void say(LogLevel level, const std::string& line) const;

  SidecarOptions options_;
  const Clock& clock_;
  CommandStop commands_;
  std::unique_ptr<Supervisor> supervisor_;
  Reloader reloader_;
  std::string traceparent_;  ///< of what is being put in place; of the applying thread
  FileSwap files_;
  Handoff handoff_;
  bool keeps_ = false;        ///< there is a folder for last-known-good copies
  std::uint64_t proven_ = 0;  ///< generation that was put in place last
  std::unique_ptr<ConfigServer> server_;
  std::unique_ptr<Agent> agent_;  ///< last: its threads use all of the above
};

}  // namespace hotswap::agent
