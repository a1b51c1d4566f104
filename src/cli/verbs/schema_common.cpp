#include "cli/verbs/schema_common.hpp"

#include <algorithm>
#include <cctype>

#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {

SchemaWord schema_word(const std::string& word) {
  const auto at = word.find('@');
  return {word.substr(0, at), at == std::string::npos ? std::string() : word.substr(at + 1)};
}

Result<SchemaWord> exact_schema_word(const std::string& word) {
  auto out = schema_word(word);
  if (out.name.empty() || out.version.empty()) {
    return fail(ErrorCode::Invalid, "usage", "say which version: NAME@VERSION, not " + word);
  }
  return out;
}

std::string compatibility_word(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  return text;
}

Result<schema::Policy> policy_word(const std::string& text) {
  for (const auto policy : {schema::Policy::Strict, schema::Policy::Lenient}) {
    if (compatibility_word(std::string(to_string(policy))) == compatibility_word(text)) {
      return policy;
    }
  }
  return fail(ErrorCode::Invalid, "usage", "--policy is strict or lenient, not " + text);
}

void add_schema_verbs(Verbs& verbs, const Actions& actions) {
  auto* group = verbs.app().add_subcommand(
      "schema", "what contents must look like: registered schemas, and schemas in files");
  group->require_subcommand(1)->fallthrough();
  add_registry_verbs(verbs, *group, actions.forms);
  add_decision_verbs(verbs, *group);
  add_check_verbs(verbs, *group, actions.forms);
  add_comparison_verbs(verbs, *group, actions.forms);
}

}  // namespace hotswap::cli
