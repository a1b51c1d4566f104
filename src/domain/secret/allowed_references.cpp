#include "domain/secret/allowed_references.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace hotswap {
namespace {

std::array<std::pair<std::string_view, const std::string*>, 3> words_of(
    const ReferenceScope& scope) {
  return {{{"{profile}", &scope.profile},
           {"{service}", &scope.service},
           {"{environment}", &scope.environment}}};
}

/// With the scope's words in their places; nothing if one of them is empty, or is more than one
/// part of a path.
std::optional<std::string> filled(std::string text, const ReferenceScope& scope) {
  for (const auto& [word, value] : words_of(scope))
    for (auto at = text.find(word); at != std::string::npos;
         at = text.find(word, at + value->size())) {
      if (value->empty() || value->find_first_of("/?#*{}") != std::string::npos)
        return std::nullopt;
      text.replace(at, word.size(), *value);
    }
  return text;
}

bool is_rule(std::string_view text) {
  const auto colon = text.find(':');
  const auto bare = filled(std::string(text), {"p", "s", "e"});
  return colon != std::string_view::npos && colon != 0 &&
         bare->find_first_of("*#{}") == std::string::npos;
}

}  // namespace

Result<AllowedReferences> AllowedReferences::read(std::string_view text) {
  AllowedReferences allowed;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    std::string_view rule = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const bool prefix = rule.ends_with('*');
    if (prefix) rule.remove_suffix(1);
    if (!is_rule(rule))
      return fail(ErrorCode::Invalid, "secret.invalid",
                  "must be references with commas, without keys, a star at the end only: "
                  "vault:secret/data/{service}/*,k8s:payments/*");
    allowed.rules_.push_back({std::string(rule), prefix});
  }
  return allowed;
}

bool AllowedReferences::allow(const SecretReference& reference, const ReferenceScope& scope) const {
  if (rules_.empty()) return true;
  auto path = reference.scheme + ':' + reference.path;
  if (const auto version = path.find('?'); version != std::string::npos) path.resize(version);
  // A rule for a folder is one for what lies in it, not for what leads out of it again.
  if (path.contains("/../") || path.ends_with("/..") || path.contains("/./")) return false;
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    const auto text = filled(rule.text, scope);
    return text && (rule.prefix ? path.starts_with(*text) : path == *text);
  });
}

}  // namespace hotswap
