#include "e2e/support/agent.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "cli/answer.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {

AgentProcess::AgentProcess(Server& server, std::string name)
    : server_(server), name_(std::move(name)), folder_(server.folder() / name_) {
  std::filesystem::create_directories(folder_);
  if (!server.api().get(cli::config_path(kAgentProfile, {})))
    server.has_profile(kAgentProfile, kAgentService);
}

void AgentProcess::start(AgentFlags flags) {
  std::vector<std::string> command{
      binary("hotswap"),    "agent",     "--server",    server_.url(),   "--token-file",
      server_.token_file(), "--service", kAgentService, "--environment", kEnvironment,
      "--hostname",         name_,       "--state-dir", path("state")};
  command.insert(command.end(), flags.flags.begin(), flags.flags.end());
  if (!flags.program.empty()) command.emplace_back("--");
  command.insert(command.end(), flags.program.begin(), flags.program.end());
  auto process = cli::ChildProcess::start({.command = command,
                                           .environment = std::move(flags.environment),
                                           .log = folder_ / "agent.log"});
  ASSERT_TRUE(process) << process.error().detail;
  process_ = std::move(*process);
}

void AgentProcess::starts(AgentFlags flags) {
  start(std::move(flags));
  const auto line = process_.wait_line("registered as", 20s);
  ASSERT_TRUE(line) << line.error().detail;
}

void AgentProcess::kill() {
  process_.send(SIGKILL);
  EXPECT_TRUE(process_.wait(20s));
}

std::optional<int> AgentProcess::stop() {
  process_.send(SIGTERM);
  return process_.wait(20s);
}

void AgentProcess::write(const std::string& name, const std::string& text, int mode) const {
  std::ofstream(folder_ / name, std::ios::binary) << text;
  ::chmod(path(name).c_str(), static_cast<mode_t>(mode));
}

std::string AgentProcess::read(const std::string& name) const {
  std::ostringstream text;
  text << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
  return text.str();
}

bool AgentProcess::soon(const std::string& name, const std::string& text) const {
  return eventually([&] { return read(name) == text; });
}

bool AgentProcess::says(const std::string& text) {
  return eventually([&] { return process_.output().contains(text); });
}

int AgentProcess::served_port() {
  const auto line = process_.wait_line("serving the configuration at http://", 20s);
  return line ? cli::port_in(*line) : 0;
}

std::string AgentProcess::known() {
  for (const auto& instance : server_.instances()) {
    if (cli::text_at(instance, "hostname") != name_) continue;
    const auto whole = server_.api().get("/api/v1/instances/" + cli::text_at(instance, "id"));
    return whole ? json::write(*whole) : std::string();
  }
  return {};
}

bool AgentProcess::reports(const std::string& state, const std::string& version,
                           const std::string& error) {
  std::string last;
  const bool found = eventually([&] {
    last = known();
    const auto at = last.find(R"("observed":{"version":")" + version + '"');
    return at != std::string::npos &&
           last.substr(at, last.find('}', at) - at).contains(R"("state":")" + state + '"') &&
           last.contains(error);
  });
  if (!found) ADD_FAILURE() << last << "\n" << process_.output();
  return found;
}

}  // namespace hotswap::e2e
