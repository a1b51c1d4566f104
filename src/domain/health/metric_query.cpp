#include "domain/health/metric_query.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

namespace hotswap {
namespace {

constexpr std::size_t kQueryBytes = 8192;
constexpr std::array<std::string_view, 7> kNames{"service", "environment", "profile", "version",
                                                 "cohort",  "instances",   "window"};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n\r") - first + 1);
}

/// One `{{name}}` of a template.
struct Placeholder {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view name;
};

/// The next one from `from` on; one that is not closed reaches to the end and has no name.
std::optional<Placeholder> next_placeholder(std::string_view query, std::size_t from) {
  const auto begin = query.find("{{", from);
  if (begin == std::string_view::npos) return std::nullopt;
  const auto end = query.find("}}", begin);
  if (end == std::string_view::npos) return Placeholder{begin, query.size(), {}};
  return Placeholder{begin, end + 2, trimmed(query.substr(begin + 2, end - begin - 2))};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"' || c == '\'' || c == '`') out += '\\';
    out += c;
  }
  return out;
}

/// A regular expression that matches exactly these hosts, with or without a port.
std::string host_pattern(const std::vector<std::string>& hosts) {
  std::string pattern;
  for (const auto& host : hosts) {
    if (!pattern.empty()) pattern += '|';
    for (const char c : host) {
      if (std::string_view(".+*?()[]{}|^$\\").contains(c)) pattern += '\\';
      pattern += c;
    }
  }
  // An empty alternative would match series without the label.
  if (pattern.empty()) return "no instance";
  return "(" + pattern + ")(:[0-9]+)?";
}

std::string value_of(std::string_view name, const QueryVariables& variables) {
  if (name == "service") return escaped(variables.service);
  if (name == "environment") return escaped(variables.environment);
  if (name == "profile") return escaped(variables.profile);
  if (name == "version") return escaped(variables.version);
  if (name == "cohort") return escaped(variables.cohort);
  if (name == "instances") return escaped(host_pattern(variables.instances));
  // PromQL takes whole units; a window below a second is asked as one.
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(variables.window).count();
  return fmt::format("{}s", std::max<std::int64_t>(1, seconds));
}

bool known(std::string_view name) { return std::ranges::find(kNames, name) != kNames.end(); }

}  // namespace

Result<void> check_query(const std::string& query, const std::string& path) {
  if (trimmed(query).empty()) {
    return fail_field("health.invalid", path, "minLength", "must be a PromQL expression");
  }
  if (query.size() > kQueryBytes) {
    return fail_field("health.invalid", path, "maxLength",
                      fmt::format("has more than {} bytes", kQueryBytes));
  }
  std::size_t from = 0;
  while (const auto found = next_placeholder(query, from)) {
    if (!known(found->name)) {
      return fail_field("health.invalid", path, "variable",
                        fmt::format("`{}` is no variable; there are {{{{{}}}}}",
                                    query.substr(found->begin, found->end - found->begin),
                                    fmt::join(kNames, "}}, {{")));
    }
    from = found->end;
  }
  return {};
}

std::string resolve_query(const std::string& query, const QueryVariables& variables) {
  std::string resolved;
  std::size_t from = 0;
  while (const auto found = next_placeholder(query, from)) {
    resolved += query.substr(from, found->begin - from);
    resolved += known(found->name) ? value_of(found->name, variables)
                                   : query.substr(found->begin, found->end - found->begin);
    from = found->end;
  }
  return resolved + query.substr(from);
}

bool distinguishes_cohorts(const std::string& query) {
  std::size_t from = 0;
  while (const auto found = next_placeholder(query, from)) {
    if (found->name == "cohort" || found->name == "instances" || found->name == "version") {
      return true;
    }
    from = found->end;
  }
  return false;
}

}  // namespace hotswap
