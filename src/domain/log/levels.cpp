#include "domain/log/levels.hpp"

#include <cctype>

#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kReason = "log.levels";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string module_names() {
  std::string out;
  for (const auto name : kLogModules) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

std::unexpected<Error> unknown_module(const std::string& name) {
  const auto near =
      json::nearest(name, std::vector<std::string>(std::begin(kLogModules), std::end(kLogModules)));
  return fail(ErrorCode::Invalid, std::string(kReason),
              "'" + name + "' is no module of the log" +
                  (near ? "; did you mean " + *near + "?" : std::string()) +
                  " There are: " + module_names() + ".");
}

Result<void> take(std::string_view part, bool first, LogLevels& levels) {
  const auto equals = part.find('=');
  const auto level = parse_log_level(trimmed(part.substr(equals == part.npos ? 0 : equals + 1)));
  if (!level) return std::unexpected(level.error());
  if (equals == part.npos) {
    if (!first)
      return fail(ErrorCode::Invalid, std::string(kReason),
                  "The level of all modules stands first: info,runner=debug.");
    levels.base = *level;
    return {};
  }
  const auto name = lower(trimmed(part.substr(0, equals)));
  const auto module = LogModule::named(name);
  if (!module) return unknown_module(name);
  if (!levels.modules.emplace(module->name(), *level).second)
    return fail(ErrorCode::Invalid, std::string(kReason), "'" + name + "' stands there twice.");
  return {};
}

}  // namespace

LogLevel LogLevels::of(LogModule module) const {
  const auto found = modules.find(module.name());
  return found == modules.end() ? base : found->second;
}

std::string LogLevels::text() const {
  std::string out(to_string(base));
  for (const auto& [name, level] : modules)
    out += ',' + std::string(name) + '=' + std::string(to_string(level));
  return out;
}

Result<LogLevel> parse_log_level(std::string_view text) {
  const auto word = lower(text);
  if (word == "warn") return LogLevel::Warning;
  for (const LogLevel level : kLogLevels)
    if (word == to_string(level)) return level;
  return fail(ErrorCode::Invalid, std::string(kReason),
              "'" + word + "' is no level of the log: trace, debug, info, warning or error.");
}

Result<LogLevels> parse_log_levels(std::string_view text, LogLevel base) {
  LogLevels levels{base};
  bool first = true;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    if (auto done = take(trimmed(text.substr(at, end - at)), first, levels); !done)
      return std::unexpected(done.error());
    first = false;
    at = end + 1;
  }
  return levels;
}

}  // namespace hotswap
