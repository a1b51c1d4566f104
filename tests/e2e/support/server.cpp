#include "e2e/support/server.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "cli/answer.hpp"
#include "cli/event_follower.hpp"
#include "cli/session.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

constexpr auto kStart = 20s;
constexpr auto kEnd = 25s;
constexpr auto kFinal = 60s;

/// A test cannot go on without this; the message says why.
[[noreturn]] void give_up(const std::string& what, const Error& error) {
  throw std::runtime_error(what + ": " + error.detail + " [" + error.reason + "]");
}

std::string first_line(const std::string& file) {
  const auto text = cli::read_file(file);
  if (!text) give_up(file, text.error());
  return text->substr(0, text->find('\n'));
}

json::Value parsed(const std::string& text) {
  auto value = json::parse(text);
  if (!value) give_up("test document", value.error());
  return std::move(*value);
}

bool is_terminal_name(const std::string& state) {
  return state == "Succeeded" || state == "RolledBack" || state == "Failed" || state == "Cancelled";
}

}  // namespace

std::string binary(const std::string& name) { return std::string(HS_BINARY_DIR) + "/bin/" + name; }

std::string example_config(const std::string& name) {
  const auto text = cli::read_file(std::string(HS_SOURCE_DIR) +
                                   "/examples/payment_service/configs/" + name + ".json");
  if (!text) give_up("example", text.error());
  return *text;
}

std::string source_folder() { return HS_SOURCE_DIR; }

std::filesystem::path example_folder(const std::string& name) {
  return std::filesystem::path(source_folder()) / "examples" / name;
}

Server::Server(std::vector<std::string> more_arguments, std::string scheme)
    : folder_("hotswap-e2e"), more_(std::move(more_arguments)), scheme_(std::move(scheme)) {
  start("127.0.0.1:0");
}

void Server::start(const std::string& listen) {
  std::vector<std::string> command{binary("hotswap"), "server",       "--dev", "--listen", listen,
                                   "--data-dir",      data().string()};
  const auto unless_said = [&](const std::string& flag, std::vector<std::string> those) {
    if (std::ranges::find(more_, flag) == more_.end())
      command.insert(command.end(), those.begin(), those.end());
  };
  unless_said("--log-level", {"--log-level", "info"});
  unless_said("--heartbeat-interval", {"--heartbeat-interval", "500ms", "--remove-after", "60s"});
  command.insert(command.end(), more_.begin(), more_.end());
  auto process = cli::ChildProcess::start({.command = command, .log = folder() / "server.log"});
  if (!process) give_up("server", process.error());
  process_ = std::move(*process);
  const auto line = process_.wait_line("listening ", kStart);
  if (!line) give_up("server", line.error());
  port_ = cli::port_in(*line);
  options_.server = scheme_ + "://127.0.0.1:" + std::to_string(port_);
  options_.token = first_line(token_file());
  api_.emplace(options_);
}

void Server::kill() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(kEnd));
}

std::optional<int> Server::terminate() {
  process_.send(SIGTERM);
  return process_.wait(kEnd);
}

void Server::start_again() { start("127.0.0.1:" + std::to_string(port_)); }

void Server::start_again_with(std::vector<std::string> more_arguments) {
  more_ = std::move(more_arguments);
  start_again();
}

void Server::has_profile(const std::string& name, const std::string& service) {
  const auto made = api_->post(
      "/api/v1/configs",
      json::Object{{"name", name}, {"serviceName", service}, {"environment", kEnvironment}});
  if (!made) give_up("profile " + name, made.error());
}

void Server::has_version(const std::string& version, const std::string& document,
                         const std::string& profile) {
  const auto made = api_->post(cli::config_path(profile, {"versions"}),
                               json::Object{{"version", version}, {"data", parsed(document)}});
  if (!made) give_up("version " + version, made.error());
}

std::string Server::deploys(const std::string& version, const std::string& strategy,
                            const std::string& profile) {
  const auto started =
      api_->post("/api/v1/deployments", json::Object{{"configName", profile},
                                                     {"configVersion", version},
                                                     {"strategy", parsed(strategy)}});
  if (!started) give_up("deployment of " + version, started.error());
  return cli::text_at(*started, "id");
}

void Server::commands(const std::string& deployment, const std::string& verb) {
  const auto done = api_->post(cli::deployment_path(deployment, verb), json::Object{});
  if (!done) give_up(verb, done.error());
}

std::string Server::state_of(const std::string& deployment) {
  const auto answer = api_->get(cli::deployment_path(deployment));
  return answer ? cli::text_at(*answer, "state") : answer.error().detail;
}

std::string Server::final_state_of(const std::string& deployment) {
  std::string state;
  eventually(
      [&] {
        state = state_of(deployment);
        return is_terminal_name(state);
      },
      kFinal);
  return state;
}

json::Array Server::timeline_of(const std::string& deployment) {
  const auto events = api_->list(cli::deployment_path(deployment, "events"), 5000);
  if (!events) give_up("timeline", events.error());
  return *events;
}

std::vector<std::string> Server::kinds_of(const std::string& deployment) {
  std::vector<std::string> out;
  for (const auto& event : timeline_of(deployment)) out.push_back(cli::text_at(event, "kind"));
  return out;
}

json::Array Server::all_events() {
  // The feed has no end: it is read until it is silent for a moment.
  cli::EventFollower follower(options_, "/api/v1/events", "0");
  json::Array out;
  for (auto events = follower.take(3000ms); !events.empty(); events = follower.take(500ms)) {
    for (auto& event : events) out.push_back(std::move(event.data));
  }
  return out;
}

json::Array Server::instances() {
  const auto items = api_->list("/api/v1/instances", 1000);
  if (!items) give_up("instances", items.error());
  return *items;
}

}  // namespace hotswap::e2e
