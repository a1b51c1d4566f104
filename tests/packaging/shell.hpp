#pragma once
#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/process/child_process.hpp"

namespace hotswap::packaging {

using namespace std::chrono_literals;

struct Ran {
  int code = -1;
  std::string output;  ///< both, in the order of writing
};

/// Runs a script of /bin/sh with $1, $2 … and plain words, whatever the user's language is.
inline Ran sh(const std::string& script, const std::vector<std::string>& arguments = {}) {
  const cli::TempFolder folder("hotswap-packaging");
  std::vector<std::string> command{"/bin/sh", "-ec", script, "sh"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto process = cli::ChildProcess::start({.command = std::move(command),
                                           .environment = {{"LC_ALL", "C"}},
                                           .log = folder.path() / "output"});
  if (!process) throw std::runtime_error(process.error().detail);
  const auto code = process->wait(100s);
  if (!code) throw std::runtime_error("does not end: " + script);
  return {*code, process->output()};
}

/// The same for a script that has to succeed.
inline std::string output_of(const std::string& script,
                             const std::vector<std::string>& arguments = {}) {
  auto ran = sh(script, arguments);
  EXPECT_EQ(ran.code, 0) << script << '\n' << ran.output;
  return std::move(ran.output);
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace hotswap::packaging
