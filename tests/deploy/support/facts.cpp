#include "deploy/support/facts.hpp"

#include <regex>
#include <stdexcept>

#include "deploy/support/documents.hpp"
#include "e2e/support/command.hpp"

namespace hotswap::deploy {
namespace {

std::string help_of(std::vector<std::string> words) {
  words.emplace_back("--help");
  auto ran = e2e::hotswap(words);
  if (ran.code != 0 || ran.out.empty()) throw std::runtime_error("no help: " + ran.err);
  return std::move(ran.out);
}

Names matches(const std::string& text, const std::regex& pattern) {
  Names names;
  for (std::sregex_iterator found(text.begin(), text.end(), pattern), end; found != end; ++found)
    names.insert((*found)[1].str());
  return names;
}

/// `  --flag …` or `  -h,--flag …` at the beginning of a line; `word …` likewise.
Names flags_of(const std::string& help) {
  return matches(help, std::regex("(?:^|\n) +(?:-[a-zA-Z],)?(--[a-z][a-z-]*)"));
}
Names verbs_of(const std::string& help) { return matches(help, std::regex("\n  ([a-z]+) {2,}")); }

Names routes() {
  Names names;
  const auto api = yaml_file(std::filesystem::path(e2e::source_folder()) / "src/api/openapi.yaml");
  for (const auto& member : *at(api, "/paths")->as_object()) names.insert(member.name.str());
  return names;
}

std::string variable_of(const std::string& flag) {
  std::string name = "HOTSWAP_";
  for (const char c : flag.substr(2))
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

std::string member_of(const std::string& flag) {
  std::string name;
  bool upper = false;
  for (const char c : flag.substr(2)) {
    if (c != '-') name += upper ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '-';
  }
  return name;
}

}  // namespace

bool Facts::knows_variable(const std::string& name) const {
  const auto is = [&](const std::string& flag) { return variable_of(flag) == name; };
  return std::ranges::any_of(server, is) || std::ranges::any_of(client, is);
}

bool Facts::knows_member(const std::string& name) const {
  return std::ranges::any_of(server, [&](const auto& flag) { return member_of(flag) == name; });
}

const Facts& facts() {
  static const Facts kFacts = [] {
    const auto root = help_of({});
    return Facts{.server = flags_of(help_of({"server"})),
                 .agent = flags_of(help_of({"agent"})),
                 .token = flags_of(help_of({"token"})),
                 .client = flags_of(root),
                 .verbs = verbs_of(root),
                 .routes = routes()};
  }();
  return kFacts;
}

std::string wrong_arguments(const std::vector<std::string>& arguments) {
  const Names* known = &facts().client;
  for (const auto& argument : arguments) {
    if (argument == "--") return {};
    if (argument.starts_with("--")) {
      const auto flag = argument.substr(0, argument.find('='));
      if (!known->contains(flag)) return "the program has no " + flag;
    } else if (facts().verbs.contains(argument)) {
      if (argument == "server") known = &facts().server;
      if (argument == "agent") known = &facts().agent;
      if (argument == "token") known = &facts().token;
    }
  }
  const bool verb = std::ranges::any_of(
      arguments, [](const auto& argument) { return facts().verbs.contains(argument); });
  return verb ? std::string() : "the program is given no verb";
}

Names metrics_in(const std::string& expression) {
  return matches(expression, std::regex(R"((?:^|[^a-z_:"])(hotswap_[a-z_]+))"));
}

Names exported(const std::string& page) {
  return matches(page, std::regex("(?:^|\n)# TYPE ([a-z_]+) "));
}

}  // namespace hotswap::deploy
