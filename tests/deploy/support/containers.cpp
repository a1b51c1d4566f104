#include <regex>
#include <sstream>

#include "deploy/support/rules.hpp"
#include "domain/base/limits.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::deploy {
namespace {

using Services = std::vector<std::pair<std::string, json::Value>>;

Services services_of(const json::Value& compose) {
  Services services;
  for (const auto& member : *at(compose, "/services")->as_object())
    services.emplace_back(member.name.str(), member.value);
  return services;
}

Names names_at(const json::Value& value, const std::string& pointer) {
  Names names;
  const auto* found = at(value, pointer);
  if (found != nullptr && found->as_object() != nullptr)
    for (const auto& member : *found->as_object()) names.insert(member.name.str());
  for (const auto& item : items_at(value, pointer)) names.insert(text_at(item, ""));
  return names;
}

void check_secrets(const json::Value& compose, const json::Value& service, Findings& findings) {
  const auto given = names_at(service, "/secrets");
  const auto declared = names_at(compose, "/secrets");
  for (const auto& name : given)
    if (!declared.contains(name)) findings.push_back("no such secret: " + name);
  static const std::regex kSecret("/run/secrets/([a-z_.]+)");
  const std::string all = text_at(service, "");
  for (std::sregex_iterator found(all.begin(), all.end(), kSecret), end; found != end; ++found)
    if (!given.contains((*found)[1].str()))
      findings.push_back("is not given the secret " + (*found)[1].str());
}

void check_neighbours(const json::Value& compose, const json::Value& service, Findings& findings) {
  const auto services = names_at(compose, "/services");
  for (const auto& name : names_at(service, "/depends_on"))
    if (!services.contains(name)) findings.push_back("depends on nobody: " + name);
  const auto* needs = at(service, "/depends_on");
  if (needs != nullptr && needs->as_object() != nullptr)
    for (const auto& need : *needs->as_object())
      if (text_at(need.value, "/condition") == "service_healthy" && need.name.str() != "node" &&
          at(compose, "/services/" + need.name.str() + "/healthcheck") == nullptr)
        findings.push_back(need.name.str() + " is waited for, and has no healthcheck");
  static const std::regex kHost("[a-z]+://(?:[^@/]*@)?([a-z][a-z0-9-]+):[0-9]+");
  const std::string all = text_at(service, "");
  for (std::sregex_iterator found(all.begin(), all.end(), kHost), end; found != end; ++found)
    if (!services.contains((*found)[1].str()))
      findings.push_back("speaks to nobody: " + (*found)[1].str());
}

void check_mounts(const json::Value& compose, const json::Value& service, Findings& findings) {
  const auto declared = names_at(compose, "/volumes");
  for (const auto& item : items_at(service, "/volumes")) {
    const auto text = text_at(item, "");
    const auto source = text.substr(0, text.find(':'));
    const bool is_file = source.starts_with('.');
    if (is_file && !std::filesystem::exists(deploy_path("compose/" + source)))
      findings.push_back("mounts what is not there: " + source);
    if (!is_file && !declared.contains(source)) findings.push_back("no such volume: " + source);
  }
}

void check_ports(const json::Value& service, Findings& findings) {
  for (const auto& item : items_at(service, "/ports"))
    if (!text_at(item, "").starts_with("127.0.0.1:"))
      findings.push_back("can be reached from outside: " + text_at(item, ""));
}

void check_program(const json::Value& service, Findings& findings) {
  for (const auto& name : names_at(service, "/environment"))
    if (name.starts_with("HOTSWAP_") && !facts().knows_variable(name))
      findings.push_back("the program has no " + name);
  std::vector<std::string> arguments;
  for (const auto& word : items_at(service, "/command")) arguments.push_back(text_at(word, ""));
  if (at(service, "/entrypoint") != nullptr && arguments.size() == 1) {  // a line of a shell
    std::istringstream words(arguments[0]);
    arguments.assign(std::istream_iterator<std::string>(words), {});
  }
  if (auto wrong = wrong_arguments(arguments); !wrong.empty()) findings.push_back(std::move(wrong));
  arguments.clear();
  for (const auto& word : items_at(service, "/healthcheck/test"))
    if (text_at(word, "") != "CMD") arguments.push_back(text_at(word, ""));
  if (!arguments.empty())
    if (auto wrong = wrong_arguments(arguments); !wrong.empty())
      findings.push_back("healthcheck: " + wrong);
}

void check_server(const json::Value& node, Findings& findings) {
  const auto drain = std::chrono::duration_cast<std::chrono::seconds>(limits::kDrain).count();
  if (seconds_of(text_at(node, "/stop_grace_period")) < 2 * drain)
    findings.emplace_back("node: stop_grace_period is too short for draining");
  if (seconds_of(text_at(node, "/healthcheck/start_period")) <
      seconds_of(text_at(node, "/environment/HOTSWAP_DATABASE_WAIT")))
    findings.emplace_back("node: is called ill while it waits for PostgreSQL");
  if (int_at(node, "/deploy/replicas") < 3) findings.emplace_back("node: fewer than three");
}

/// Instructions with continued lines joined, without comments.
std::vector<std::string> instructions_of(const std::string& text) {
  std::vector<std::string> instructions;
  std::istringstream in(text);
  std::string joined;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#') || (joined.empty() && line.empty())) continue;
    const bool more = line.ends_with('\\');
    joined += more ? line.substr(0, line.size() - 1) : line;
    if (!more) instructions.push_back(std::exchange(joined, {}));
  }
  return instructions;
}

void check_stage(const std::string& instruction, Names& stages, Findings& findings) {
  std::istringstream words(instruction);
  std::string from, image, as, name;
  words >> from >> image >> as >> name;
  if (!stages.contains(image))
    if (auto bad = unpinned(image); !bad.empty()) findings.push_back(std::move(bad));
  if (!name.empty()) stages.insert(name);
}

void check_copy(const std::string& instruction, const Names& stages, Findings& findings) {
  std::istringstream words(instruction);
  std::string word;
  words >> word >> word;
  if (word.starts_with("--from=")) {
    if (!stages.contains(word.substr(7))) findings.push_back("no such stage: " + word);
  } else if (!std::filesystem::exists(std::filesystem::path(e2e::source_folder()) / word)) {
    findings.push_back("copies what is not there: " + word);
  }
}

void check_shell(const std::string& instruction, Findings& findings) {
  if (instruction.contains("apt-get install") && !instruction.contains("--no-install-recommends"))
    findings.emplace_back("installs more than it needs");
  if (instruction.contains("apt-get update") && !instruction.contains("/var/lib/apt/lists"))
    findings.emplace_back("keeps the lists of packages");
}

}  // namespace

std::string unpinned(const std::string& image) {
  const auto slash = image.rfind('/'), colon = image.rfind(':');
  const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  const std::string tag = tagged ? image.substr(colon + 1) : "";
  return tag.empty() || tag == "latest" ? "image without a fixed tag: " + image : "";
}

Findings wrong_compose(const json::Value& compose) {
  Findings all;
  for (const auto& [name, service] : services_of(compose)) {
    Findings findings;
    if (auto bad = unpinned(text_at(service, "/image")); !bad.empty()) findings.push_back(bad);
    check_secrets(compose, service, findings);
    check_neighbours(compose, service, findings);
    check_mounts(compose, service, findings);
    check_ports(service, findings);
    if (text_at(service, "/image").starts_with("hotswap:")) check_program(service, findings);
    if (text_at(service, "/mem_limit").empty()) findings.emplace_back("has no limit of memory");
    for (const auto& finding : findings) all.push_back(name + ": " + finding);
  }
  check_server(*at(compose, "/services/node"), all);
  return all;
}

Findings wrong_dockerfile(const std::string& text) {
  static const Names kKnown{"FROM",   "ARG",        "LABEL",       "RUN",        "COPY", "USER",
                            "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD",  "WORKDIR"};
  Findings findings;
  Names stages, seen;
  std::string user;
  for (const auto& instruction : instructions_of(text)) {
    const auto verb = instruction.substr(0, instruction.find(' '));
    if (!kKnown.contains(verb)) findings.push_back("unknown instruction: " + verb);
    seen.insert(verb);
    if (verb == "FROM") check_stage(instruction, stages, findings), user.clear(), seen.clear();
    if (verb == "COPY") check_copy(instruction, stages, findings);
    if (verb == "RUN") check_shell(instruction, findings);
    if (verb == "USER") user = instruction.substr(5);
  }
  if (user.empty() || user == "root" || user.starts_with('0'))
    findings.emplace_back("runs as root");
  for (const std::string verb : {"HEALTHCHECK", "ENTRYPOINT", "STOPSIGNAL"})
    if (!seen.contains(verb)) findings.push_back("no " + verb);
  return findings;
}

}  // namespace hotswap::deploy
