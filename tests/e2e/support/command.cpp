#include "e2e/support/command.hpp"

#include <stdexcept>

#include "cli/session.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {

CommandResult hotswap(const std::vector<std::string>& arguments) {
  const cli::TempFolder folder("hotswap-command");
  const auto out = folder.path() / "out";
  const auto err = folder.path() / "err";
  // The shell is only there to part the two outputs.
  std::vector<std::string> command{"/bin/sh", "-c",         R"(out="$1"; shift; "$@" > "$out")",
                                   "sh",      out.string(), binary("hotswap")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto process = cli::ChildProcess::start(
      {.command = command, .environment = {{"HOTSWAP_TOKEN", ""}}, .log = err});
  if (!process) throw std::runtime_error(process.error().detail);
  const auto code = process->wait(60s);
  if (!code) throw std::runtime_error("hotswap " + arguments.front() + " does not end");
  return {*code, cli::read_file(out.string()).value_or(""),
          cli::read_file(err.string()).value_or("")};
}

CommandResult hotswap(const Server& server, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(),
                   {"--server", server.url(), "--token-file", server.token_file()});
  return hotswap(arguments);
}

}  // namespace hotswap::e2e
