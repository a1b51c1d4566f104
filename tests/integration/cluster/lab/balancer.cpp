#include "integration/cluster/lab/balancer.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "e2e/support/wait.hpp"

namespace hotswap::lab {
namespace {

/// Streams are silent for less than 45 s. A node that is down loses its streams at once, so that
/// nobody waits for it.
constexpr auto kSettings =
    "global\n  maxconn 4000\n  stats socket {0} mode 600 level admin\n"
    "defaults\n  mode http\n  balance leastconn\n  timeout connect 1s\n  timeout client 60s\n"
    "  timeout server 60s\n  timeout check 1s\n  option redispatch 1\n  retries 3\n"
    "  option httpchk GET /health/ready\n"
    "  default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions\n"
    "frontend nodes\n  bind {1}:8080\n  bind {1}:8081\n  default_backend nodes\n"
    "backend nodes\n";

}  // namespace

Balancer::Balancer(const std::vector<Behind>& nodes) : folder_("hotswap-balancer") {
  enter_own_world();
  const auto socket = folder_.path() / "admin.sock";
  std::string text = fmt::format(kSettings, socket.string(), kHere);
  for (const auto& node : nodes) text += fmt::format("  server {} {}\n", node.name, node.address);
  const auto file = (folder_.path() / "haproxy.cfg").string();
  std::ofstream(file) << text;
  auto process = cli::ChildProcess::start(
      {.command = {"haproxy", "-db", "-f", file}, .log = folder_.path() / "log"});
  if (!process) throw std::runtime_error(process.error().detail);
  process_ = std::move(*process);
  if (!e2e::eventually([&] { return std::filesystem::exists(socket); }))
    throw std::runtime_error("haproxy: " + process_.output());
}

std::vector<std::string> Balancer::urls() const {
  return {std::string("http://") + kHere + ":8080", std::string("http://") + kHere + ":8081"};
}

}  // namespace hotswap::lab
