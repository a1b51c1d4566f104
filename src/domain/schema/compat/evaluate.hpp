#pragma once
// Whether one value is valid under one node: the comparison's own small evaluator, for enumerated
// values and for samples of subschemas. Verdicts that people see are confirmed by the engine.

#include <span>

#include "domain/schema/compat/budget.hpp"
#include "domain/schema/compat/node.hpp"

namespace hotswap::schema::compat {

class Evaluator {
 public:
  /// Unknown also when `budget`, which must outlive it, is spent.
  explicit Evaluator(Budget& budget) : budget_(budget) {}

  [[nodiscard]] Truth check(const json::Value& value, const Node& node);

 private:
  Truth check_rules(const json::Value& value, const Node& node);
  Truth check_array(const json::Array& items, const Node& node);
  Truth check_items(const json::Array& items, const ArrayRules& rules);
  Truth check_contains(const json::Array& items, const ArrayRules& rules);
  Truth check_object(const json::Object& members, const Node& node);
  Truth check_members(const json::Object& members, const ObjectRules& rules);
  Truth check_member(std::string_view name, const json::Value& value, const ObjectRules& rules);
  Truth check_dependents(const json::Object& members, const ObjectRules& rules,
                         const json::Value& whole);
  Truth check_logic(const json::Value& value, const LogicRules& logic);
  Truth check_all(const json::Value& value, std::span<const Node* const> nodes);
  Truth check_any(const json::Value& value, std::span<const Node* const> nodes);
  Truth check_one(const json::Value& value, std::span<const Node* const> nodes);
  Truth check_condition(const json::Value& value, const LogicRules& logic);

  Budget& budget_;
  int depth_ = 0;
};

[[nodiscard]] inline Truth operator!(Truth truth) {
  return truth == Truth::Unknown ? truth : (truth == Truth::Yes ? Truth::No : Truth::Yes);
}
/// Both: No before Unknown before Yes.
[[nodiscard]] inline Truth both(Truth a, Truth b) {
  if (a == Truth::No || b == Truth::No) return Truth::No;
  return a == Truth::Unknown || b == Truth::Unknown ? Truth::Unknown : Truth::Yes;
}
[[nodiscard]] inline Truth truth(bool flag) { return flag ? Truth::Yes : Truth::No; }

[[nodiscard]] Truth matches(const TextPattern& pattern, std::string_view text);
[[nodiscard]] bool within(const json::Decimal& number, const NumberRules& rules);
/// By `enum` and `const`.
[[nodiscard]] bool listed(const json::Value& value, const Node& node);

}  // namespace hotswap::schema::compat
