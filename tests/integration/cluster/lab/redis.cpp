#include "integration/cluster/lab/redis.hpp"

#include <csignal>
#include <stdexcept>

#include "e2e/support/command.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::lab {

using namespace std::chrono_literals;

Redis::Redis() : folder_("hotswap-redis"), place_(31) { start(); }

void Redis::start() {
  auto process = cli::ChildProcess::start(
      {.command = place_.inside({"redis-server", "--bind", place_.address(), "--port", "6379",
                                 "--save", "", "--appendonly", "no", "--protected-mode", "no",
                                 "--dir", folder_.path().string()}),
       .log = folder_.path() / "redis.log"});
  if (!process) throw std::runtime_error(process.error().detail);
  process_ = std::move(*process);
  if (!e2e::eventually([this] { return ask({"PING"}) == "PONG\n"; }))
    throw std::runtime_error("redis-server: " + process_.output());
}

void Redis::kill() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(10s));
}

std::string Redis::ask(const std::vector<std::string>& command) {
  std::vector<std::string> whole{"redis-cli", "-h", place_.address()};
  whole.insert(whole.end(), command.begin(), command.end());
  return e2e::run_program(whole).out;
}

}  // namespace hotswap::lab
