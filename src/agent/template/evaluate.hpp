#pragma once
// Looks up what a template names, and decides its conditions.

#include <optional>
#include <string>
#include <vector>

#include "agent/template/expression.hpp"

namespace hotswap::agent {

/// One loop's place, innermost last.
struct LoopPlace {
  const json::Value* item;
  std::string name;   ///< by `as`
  json::Value facts;  ///< index, key, first, last
};

struct Scope {
  const json::Value& document;
  const json::Value& facts;  ///< of the whole: version, profile, …
  std::vector<LoopPlace> loops{};
};

/// A value of the document, or one that a filter made.
class Evaluated {
 public:
  explicit Evaluated(const json::Value* borrowed) : borrowed_(borrowed) {}
  explicit Evaluated(json::Value made) : made_(std::move(made)) {}
  [[nodiscard]] const json::Value& get() const { return made_ ? *made_ : *borrowed_; }

 private:
  std::optional<json::Value> made_;
  const json::Value* borrowed_ = nullptr;
};

/// Invalid `template.invalid`: nothing of that name, with what there is instead; or a filter that
/// does not fit. The detail has no line.
[[nodiscard]] Result<Evaluated> evaluate(const Operand& operand, const Scope& scope);
/// As plain text.
[[nodiscard]] Result<std::string> text_of(const Operand& operand, const Scope& scope);
/// Comparing values of two types is an error, not `false`: it would hide a mistake for ever.
[[nodiscard]] Result<bool> holds(const Condition& condition, const Scope& scope);

}  // namespace hotswap::agent
