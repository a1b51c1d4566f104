#pragma once
// What the groups of schema verbs share.

#include <string>
#include <vector>

#include "cli/actions.hpp"
#include "cli/schema/path.hpp"
#include "cli/session.hpp"
#include "domain/schema/compat/compare.hpp"

namespace hotswap::cli {

/// `payments@1.2.0`: a registered schema and which version of it.
struct SchemaWord {
  std::string name;
  std::string version;  ///< empty: not given
};
[[nodiscard]] SchemaWord schema_word(const std::string& word);
/// Invalid `usage` without a version.
[[nodiscard]] Result<SchemaWord> exact_schema_word(const std::string& word);

/// Words as people type them, as the contract spells them: `backward-transitive`, `Lenient`.
[[nodiscard]] std::string compatibility_word(std::string text);
/// Invalid `usage` for a policy that there is not.
[[nodiscard]] Result<schema::Policy> policy_word(const std::string& text);

void add_registry_verbs(Verbs& verbs, CLI::App& group, const TextForms& forms);
void add_decision_verbs(Verbs& verbs, CLI::App& group);
/// Those that need no server, as long as they are given files.
void add_check_verbs(Verbs& verbs, CLI::App& group, const TextForms& forms);
void add_comparison_verbs(Verbs& verbs, CLI::App& group, const TextForms& forms);

}  // namespace hotswap::cli
