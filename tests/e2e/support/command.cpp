#include "e2e/support/command.hpp"

#include <fstream>
#include <map>
#include <stdexcept>

#include "cli/session.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {

CommandResult run_program(const std::vector<std::string>& program, const Surroundings& with) {
  const cli::TempFolder folder("hotswap-command");
  const auto in = folder.path() / "in";
  const auto out = folder.path() / "out";
  const auto err = folder.path() / "err";
  std::ofstream(in) << with.input;
  // The shell is only there to part the two outputs.
  std::vector<std::string> command{
      "/bin/sh", "-c",        R"(in="$1"; out="$2"; shift 2; "$@" <"$in" >"$out")",
      "sh",      in.string(), out.string()};
  command.insert(command.end(), program.begin(), program.end());
  std::map<std::string, std::string> variables{
      {"HOTSWAP_TOKEN", ""},   {"HOTSWAP_TOKEN_FILE", ""},
      {"HOTSWAP_SERVER", ""},  {"HOTSWAP_CONTEXT", ""},
      {"HOTSWAP_CA_FILE", ""}, {"HOTSWAP_CONTEXTS", (folder.path() / "none.yaml").string()}};
  for (const auto& [name, value] : with.environment) variables[name] = value;
  auto process = cli::ChildProcess::start(
      {.command = command, .environment = {variables.begin(), variables.end()}, .log = err});
  if (!process) throw std::runtime_error(process.error().detail);
  const auto code = process->wait(60s);
  if (!code) throw std::runtime_error(program.front() + " does not end");
  return {*code, cli::read_file(out.string()).value_or(""),
          cli::read_file(err.string()).value_or("")};
}

CommandResult hotswap(const std::vector<std::string>& arguments, const Surroundings& with) {
  std::vector<std::string> command{binary("hotswap")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(command, with);
}

CommandResult hotswap(const Server& server, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(),
                   {"--server", server.url(), "--token-file", server.token_file()});
  return hotswap(arguments);
}

}  // namespace hotswap::e2e
