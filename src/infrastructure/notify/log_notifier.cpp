#include "infrastructure/notify/log_notifier.hpp"

namespace hotswap {
namespace {

LogLevel level_of(const std::string& kind) {
  if (kind == "notify.critical") return LogLevel::Error;
  if (kind == "notify.warning") return LogLevel::Warning;
  return LogLevel::Info;
}

}  // namespace

Result<void> LogNotifier::notify(const std::string& id, const std::string& kind,
                                 const json::Value& payload) {
  LogFields fields{{"id", id}};
  if (const auto* members = payload.as_object())
    for (const auto& [name, value] : *members)
      if (const auto* text = value.as_string()) fields.push_back({name.view(), text->str()});
  logger_.write(level_of(kind), "notify", "notification", fields);
  return {};
}

}  // namespace hotswap
