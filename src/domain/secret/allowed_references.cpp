

#include "domain/secret/allowed_references.hpp"

#include <algorithm>

namespace hotswap {

Result<AllowedReferences> AllowedReferences::read(std::string_view text) {
  AllowedReferences allowed;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    std::string_view rule = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const bool prefix = rule.ends_with('*');
    if (prefix) rule.remove_suffix(1);
    const auto colon = rule.find(':');
    if (colon == std::string_view::npos || colon == 0 || rule.contains('*') || rule.contains('#'))
      return fail(ErrorCode::Invalid, "secret.invalid",
                  "must be references with commas, without keys, a star at the end only: "
                  "vault:secret/data/hotswap/*,k8s:payments/*");
    allowed.rules_.push_back({std::string(rule), prefix});
  }
  return allowed;
}

bool AllowedReferences::allow(const SecretReference& reference) const {
  if (rules_.empty()) return true;
  auto path = reference.scheme + ':' + reference.path;
  if (const auto version = path.find('?'); version != std::string::npos) path.resize(version);
  // A rule for a folder is one for what lies in it, not for what leads out of it again.
  if (path.contains("/../") || path.ends_with("/..") || path.contains("/./")) return false;
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    return rule.prefix ? path.starts_with(rule.text) : path == rule.text;
  });
}

}  // namespace hotswap
