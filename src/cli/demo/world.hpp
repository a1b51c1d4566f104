#pragma once
// The demo's own small world: a server on SQLite in a temporary folder, instances of
// examples/payment_service, and programs in other languages beside their agents; all real processes
// that end with the demo.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/api_client.hpp"
#include "cli/demo/keep_alive.hpp"
#include "cli/demo/outsiders.hpp"
#include "cli/process/child_process.hpp"

namespace hotswap::cli {

inline constexpr auto kDemoProfile = "payment-service.production";
inline constexpr auto kDemoService = "payment-service";
inline constexpr auto kDemoEnvironment = "Production";
inline constexpr auto kDemoSchema = "payment-service";
inline constexpr auto kDemoSchemaVersion = "1.0.0";

struct WorldOptions {
  int port = 0;
  int instances = 10;
};

/// One running payment service, or the agent of one.
struct DemoInstance {
  std::string name;  ///< pay-1, pay-python
  std::string zone;
  int port = 0;
  ChildProcess process;
  std::unique_ptr<KeepAlive> admin;  ///< for asking it what it runs
  bool outsider = false;             ///< knows nothing of HotSwap: an agent runs it
};

class World {
 public:
  /// Starts everything; every instance is registered. What an agent runs begins with the first
  /// configuration.
  [[nodiscard]] static Result<std::unique_ptr<World>> start(const WorldOptions& options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] const ApiOptions& api() const { return api_; }
  [[nodiscard]] std::vector<DemoInstance>& instances() { return instances_; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path token_file() const;
  [[nodiscard]] std::string server_log_tail() const;

 private:
  World() : folder_("hotswap-demo") {}
  Result<void> start_server(int port);
  Result<void> make_instance_token();
  Result<void> start_instances(int count);
  Result<void> start_service(DemoInstance instance);
  Result<void> start_outsider(const Outsider& outsider, DemoInstance instance);
  [[nodiscard]] Result<void> everybody_is_there() const;
  [[nodiscard]] DemoInstance place(const std::string& name) const;
  [[nodiscard]] std::filesystem::path instance_token() const;
  [[nodiscard]] std::filesystem::path data() const { return folder_.path() / "data"; }

  TempFolder folder_;  ///< first: it outlives the processes
  std::vector<ChildProcess> server_;
  std::vector<DemoInstance> instances_;
  ApiOptions api_;
};

/// Path of this program.
[[nodiscard]] std::string own_binary();

}  // namespace hotswap::cli
