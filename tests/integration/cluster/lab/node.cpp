#include "integration/cluster/lab/node.hpp"

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "cli/session.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::lab {
namespace {

using namespace std::chrono_literals;

/// Debian keeps it in a folder named after the machine.
std::string faketime_library() {
  for (const auto& folder : std::filesystem::directory_iterator("/usr/lib")) {
    const auto file = folder.path() / "faketime" / "libfaketimeMT.so.1";
    std::error_code none;
    if (std::filesystem::exists(file, none)) return file.string();
  }
  throw std::runtime_error("libfaketime is missing: install the package faketime");
}

constexpr auto kStart = 60s;
constexpr auto kEnd = 30s;

}  // namespace

Node::Node(int number, Options options)
    : name_("n" + std::to_string(number)),
      options_(std::move(options)),
      place_(10 + number),
      folder_("hotswap-node"),
      api_(std::make_unique<cli::Api>(cli::ApiOptions{.server = "http://" + address(),
                                                      .token = options_.token,
                                                      .ca_file = {},
                                                      .timeout = 5s})) {}

void Node::launch() {
  std::vector<std::string> command{e2e::binary("hotswap"),
                                   "server",
                                   "--listen",
                                   address(),
                                   "--insecure",
                                   "--rate-address",
                                   "0",
                                   "--rate-principal",
                                   "0",
                                   "--rate-instance",
                                   "0",
                                   "--data-dir",
                                   (folder_.path() / "data").string(),
                                   "--jwt-key-file",
                                   options_.key_file,
                                   "--database",
                                   options_.database,
                                   "--node-name",
                                   name_,
                                   "--heartbeat-interval",
                                   options_.heartbeat,
                                   "--remove-after",
                                   "60s",
                                   "--probe-interval",
                                   "0s",
                                   "--log-level",
                                   "info"};
  if (!options_.redis.empty()) command.insert(command.end(), {"--redis", options_.redis});
  if (clock_)
    command.insert(
        command.begin(),
        {"env", "LD_PRELOAD=" + faketime_library(), "FAKETIME_TIMESTAMP_FILE=" + clock_->string(),
         "FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1"});
  auto process =
      cli::ChildProcess::start({.command = place_.inside(command), .log = folder_.path() / "log"});
  if (!process) throw std::runtime_error(process.error().detail);
  process_ = std::move(*process);
}

void Node::wait_ready() {
  const auto line = process_.wait_line("listening ", kStart);
  if (!line) throw std::runtime_error(name_ + ": " + line.error().detail);
}

void Node::kill() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(kEnd));
}

void Node::freeze() { process_.send(SIGSTOP); }

void Node::thaw() { process_.send(SIGCONT); }

std::optional<int> Node::terminate() {
  process_.send(SIGTERM);
  return process_.wait(kEnd);
}

void Node::shift_clock(std::chrono::seconds by) {
  clock_ = folder_.path() / "clock";
  step_clock(by);
}

void Node::step_clock(std::chrono::seconds by) {
  // Renamed into place: libfaketime may read at any moment.
  const auto next = folder_.path() / "clock.next";
  std::ofstream(next) << (by < 0s ? "" : "+") << by.count() << "\n";
  std::filesystem::rename(next, folder_.path() / "clock");
}

double Node::metric(const std::string& name) {
  const auto answer = api_->call({.path = "/metrics", .accept = "text/plain"});
  if (!answer) return 0;
  double sum = 0;
  std::istringstream lines(answer->body);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const char next = line.size() > name.size() ? line[name.size()] : '\0';
    if (next == ' ' || next == '{') sum += std::stod(line.substr(line.rfind(' ') + 1));
  }
  return sum;
}

std::string Node::log() const { return process_.output(); }

}  // namespace hotswap::lab
