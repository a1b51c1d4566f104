#include "cli/confirm.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

namespace hotswap::cli {

namespace {

/// What was typed, nothing where nobody can type.
std::optional<std::string> asked(std::string_view question) {
  if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) return std::nullopt;
  fmt::print("{} ", question);
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  return answer;
}

}  // namespace

std::optional<bool> confirm(std::string_view question) {
  const auto answer = asked(fmt::format("{} [y/N]", question));
  if (!answer) return std::nullopt;
  return answer == "y" || answer == "Y" || answer == "yes";
}

std::optional<bool> confirm_by_name(std::string_view question, std::string_view name) {
  const auto answer = asked(question);
  if (!answer) return std::nullopt;
  return *answer == name;
}

}  // namespace hotswap::cli
