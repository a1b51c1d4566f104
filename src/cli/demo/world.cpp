#include "cli/demo/world.hpp"

#include <csignal>
#include <thread>

#include "cli/session.hpp"

namespace hotswap::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto kStart = 20s;
constexpr auto kZones = std::array{"a", "b", "c"};

std::unexpected<Error> could_not(const std::string& what, const Error& error) {
  return fail(error.code, error.reason, what + ": " + error.detail);
}

std::string trimmed(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

std::string payment_service() {
  return (std::filesystem::path(own_binary()).parent_path() / "payment_service").string();
}

}  // namespace

std::string own_binary() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

std::filesystem::path World::token_file() const { return data() / "admin.token"; }
std::filesystem::path World::instance_token() const { return folder_.path() / "instance.token"; }

Result<std::unique_ptr<World>> World::start(const WorldOptions& options) {
  std::unique_ptr<World> world(new World());
  if (auto done = world->start_server(options.port); !done) {
    return could_not("cannot start the server", done.error());
  }
  if (auto done = world->make_instance_token(); !done) {
    return could_not("cannot make a token for the instances", done.error());
  }
  if (auto done = world->start_instances(options.instances); !done) {
    return could_not("cannot start the payment services", done.error());
  }
  return world;
}

std::string World::server_log_tail() const {
  constexpr std::size_t kTail = 4000;
  const auto text = server_.empty() ? std::string() : server_.front().output();
  return text.substr(text.size() - std::min(text.size(), kTail));
}

World::~World() {
  for (auto& instance : instances_) instance.process.send(SIGTERM);
  for (auto& instance : instances_) static_cast<void>(instance.process.wait(3s));
  for (auto& server : server_) {
    server.send(SIGTERM);
    static_cast<void>(server.wait(12s));
  }
}

Result<void> World::start_server(int port) {
  auto server = ChildProcess::start(
      {.command = {own_binary(), "server", "--dev", "--listen", "127.0.0.1:" + std::to_string(port),
                   "--data-dir", data().string(), "--heartbeat-interval", "1s", "--remove-after",
                   "30s"},
       .log = folder_.path() / "server.log"});
  if (!server) return std::unexpected(server.error());
  server_.push_back(std::move(*server));
  auto line = server_.front().wait_line("listening ", kStart);
  if (!line) return std::unexpected(line.error());
  api_.server = "http://127.0.0.1:" + std::to_string(port_in(*line));
  auto token = read_file(token_file().string());
  if (!token) return std::unexpected(token.error());
  api_.token = trimmed(*token);
  return {};
}

/// What an operator would do: a token that may only register instances of this service.
Result<void> World::make_instance_token() {
  auto made = ChildProcess::start(
      {.command = {own_binary(), "token", "--role", "Instance", "--subject", "demo-instances",
                   "--service", kDemoService, "--environment", kDemoEnvironment, "--key-file",
                   (data() / "jwt.key").string()},
       .log = instance_token()});
  if (!made) return std::unexpected(made.error());
  const auto code = made->wait(kStart);
  if (code != 0) return fail(ErrorCode::Internal, "demo.token", made->output());
  return {};
}

DemoInstance World::place(const std::string& name) const {
  return {.name = name,
          .zone = kZones[instances_.size() % kZones.size()],
          .port = 0,
          .process = {},
          .admin = nullptr,
          .outsider = false};
}

Result<void> World::start_service(DemoInstance instance) {
  const auto folder = folder_.path() / instance.name;
  std::filesystem::create_directories(folder);
  auto process = ChildProcess::start(
      {.command = {payment_service(), "--server", api_.server, "--token-file",
                   instance_token().string(), "--name", instance.name, "--zone", instance.zone,
                   "--port", "0", "--state-dir", folder.string(), "--environment", kDemoEnvironment,
                   "--schema", kDemoSchemaVersion},
       .log = folder / "log"});
  if (!process) return std::unexpected(process.error());
  instance.process = std::move(*process);
  instances_.push_back(std::move(instance));
  return {};
}

Result<void> World::start_outsider(const Outsider& outsider, DemoInstance instance) {
  const auto folder = folder_.path() / instance.name;
  std::filesystem::create_directories(folder);
  instance.port = free_port();
  instance.outsider = true;
  const auto command = agent_of(outsider, {.folder = folder,
                                           .server = api_.server,
                                           .token_file = instance_token().string(),
                                           .zone = instance.zone,
                                           .port = instance.port});
  if (!command) return std::unexpected(command.error());
  auto process = ChildProcess::start({.command = *command, .log = folder / "log"});
  if (!process) return std::unexpected(process.error());
  instance.process = std::move(*process);
  instances_.push_back(std::move(instance));
  return {};
}

Result<void> World::start_instances(int count) {
  const auto outsiders = outsiders_here(static_cast<std::size_t>(count) / 5);
  for (int i = 0; i < count - static_cast<int>(outsiders.size()); ++i) {
    if (auto done = start_service(place("pay-" + std::to_string(i + 1))); !done) return done;
  }
  for (const auto& outsider : outsiders) {
    if (auto done = start_outsider(outsider, place(std::string(outsider.name))); !done) return done;
  }
  for (auto& instance : instances_) {
    if (instance.port == 0) {
      auto line = instance.process.wait_line("listening ", kStart);
      if (!line) return std::unexpected(line.error());
      instance.port = port_in(*line);
    }
    instance.admin = std::make_unique<KeepAlive>(instance.port, 1s);
  }
  return everybody_is_there();
}

Result<void> World::everybody_is_there() const {
  Api api(api_);
  const auto until = std::chrono::steady_clock::now() + kStart;
  while (true) {
    const auto items = api.list("/api/v1/instances", instances_.size() + 1);
    if (items && items->size() == instances_.size()) return {};
    if (std::chrono::steady_clock::now() > until) {
      return fail(ErrorCode::Timeout, "demo.instances",
                  "not every instance has registered:\n" + instances_.back().process.output());
    }
    std::this_thread::sleep_for(50ms);
  }
}

}  // namespace hotswap::cli
