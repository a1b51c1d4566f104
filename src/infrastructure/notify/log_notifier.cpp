#include "infrastructure/notify/log_notifier.hpp"

#include <algorithm>

namespace hotswap {
namespace {

LogLevel level_of(const std::string& kind) {
  if (kind == "notify.critical") return LogLevel::Error;
  if (kind == "notify.warning") return LogLevel::Warning;
  return LogLevel::Info;
}

/// Members of a notice by what the log calls them.
constexpr std::pair<std::string_view, LogName> kNames[] = {
    {"severity", "severity"}, {"message", "detail"},          {"profile", "configName"},
    {"service", "service"},   {"version", "configVersion"},   {"environment", "environment"},
    {"state", "state"},       {"deployment", "deploymentId"}, {"schema", "schema"}};

std::optional<LogName> name_of(std::string_view member) {
  const auto* found = std::ranges::find(kNames, member, [](const auto& row) { return row.first; });
  return found == std::end(kNames) ? std::nullopt : std::optional(found->second);
}

}  // namespace

Result<void> LogNotifier::notify(const std::string& id, const std::string& kind,
                                 const json::Value& payload) {
  LogFields fields{{"id", id}};
  if (const auto* members = payload.as_object())
    for (const auto& [name, value] : *members)
      if (const auto* text = value.as_string(); text != nullptr && !text->view().empty())
        if (const auto known = name_of(name.view())) fields.push_back({*known, text->str()});
  logger_.write(level_of(kind), "notify", "notification", fields);
  return {};
}

}  // namespace hotswap
