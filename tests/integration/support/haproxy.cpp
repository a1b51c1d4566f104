#include "integration/support/haproxy.hpp"

#include <fmt/format.h>

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "e2e/support/wait.hpp"

namespace hotswap::integration {

using e2e::eventually;
using namespace std::chrono_literals;

Haproxy::Haproxy(std::vector<PoolServer> servers)
    : folder_("hotswap-haproxy"),
      servers_(std::move(servers)),
      by_map_(free_port()),
      by_servers_(free_port()),
      everybody_(free_port()) {
  std::ofstream(map()) << "payment-service blue\n";
  std::ofstream(folder_.path() / "haproxy.cfg") << config();
  start();
}

void Haproxy::start() {
  auto process = cli::ChildProcess::start(
      {.command = {"haproxy", "-db", "-f", (folder_.path() / "haproxy.cfg").string()},
       .log = folder_.path() / "log"});
  if (!process) throw std::runtime_error(process.error().detail);
  process_ = std::move(*process);
  const bool up = eventually([this] { return std::filesystem::exists(socket()); });
  if (!up || !process_.running()) throw std::runtime_error("haproxy: " + process_.output());
}

void Haproxy::stop() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(10s));
  std::filesystem::remove(socket());
}

std::string Haproxy::config() const {
  std::string out = fmt::format(
      "global\n  stats socket {} mode 600 level admin\n"
      "defaults\n  mode http\n  option httpchk GET /healthz\n  timeout connect 2s\n"
      "  timeout client 30s\n  timeout server 30s\n"
      "  default-server check inter 200ms fall 2 rise 1\n"
      "frontend by_map\n  bind 127.0.0.1:{}\n"
      "  use_backend %[str(payment-service),map({},blue)]\n"
      "frontend by_servers\n  bind 127.0.0.1:{}\n  default_backend pay\n"
      "frontend everybody\n  bind 127.0.0.1:{}\n  default_backend all\n",
      socket(), by_map_, map(), by_servers_, everybody_);
  const auto backend = [&](const std::string& name, const std::string& pool, bool asleep) {
    out += "backend " + name + "\n";
    for (const auto& server : servers_) {
      if (!server.name.starts_with(pool)) continue;
      const bool disabled = asleep && server.name.starts_with("green");
      out += fmt::format("  server {} 127.0.0.1:{}{}\n", server.name, server.port,
                         disabled ? " disabled" : "");
    }
  };
  backend("blue", "blue", false);
  backend("green", "green", false);
  backend("pay", "", true);
  backend("all", "", false);
  return out;
}

}  // namespace hotswap::integration
