#include "domain/schema/compat/identical.hpp"

#include <algorithm>

#include "domain/schema/compat/evaluate.hpp"

namespace hotswap::schema::compat {
namespace {

constexpr int kDepth = 400;

template <class T, class Same>
bool same_part(const std::unique_ptr<T>& a, const std::unique_ptr<T>& b, Same compare) {
  return a && b ? compare(*a, *b) : !a && !b;
}

bool same_numbers(const NumberRules& a, const NumberRules& b) {
  return a.lower == b.lower && a.upper == b.upper && a.multiple == b.multiple;
}

bool same_strings(const StringRules& a, const StringRules& b) {
  if (a.pattern.has_value() != b.pattern.has_value()) return false;
  if (a.pattern && a.pattern->source != b.pattern->source) return false;
  return a.min == b.min && a.max == b.max && a.format == b.format;
}

bool same_values(const Node& a, const Node& b) {
  if (!a.values || !b.values) return !a.values && !b.values;
  const auto inside = [](const Node& left, const Node& right) {
    return std::ranges::all_of(*left.values,
                               [&](const auto* value) { return listed(*value, right); });
  };
  return inside(a, b) && inside(b, a);
}

}  // namespace

bool Identical::check(const Node& a, const Node& b) {
  if (&a == &b) return true;
  if (different_.contains({&a, &b})) return false;
  assumed_.clear();
  if (!same(&a, &b)) {
    different_.insert({&a, &b});
    return false;
  }
  equal_.insert(assumed_.begin(), assumed_.end());
  return true;
}

bool Identical::same(const Node* a, const Node* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr || budget_.spent() || depth_ >= kDepth) return false;
  budget_.spend(1);
  const Pair pair{a, b};
  if (equal_.contains(pair)) return true;
  if (different_.contains(pair)) return false;
  if (!assumed_.insert(pair).second) return true;
  ++depth_;
  const bool answer = same_rules(*a, *b);
  --depth_;
  return answer;
}

bool Identical::same_rules(const Node& a, const Node& b) {
  if (a.opaque || b.opaque || a.never != b.never || a.secret != b.secret || a.types != b.types) {
    return false;
  }
  return same_part(a.number, b.number, same_numbers) &&
         same_part(a.string, b.string, same_strings) && same_values(a, b) &&
         same_part(a.array, b.array,
                   [&](const auto& x, const auto& y) { return same_array(x, y); }) &&
         same_part(a.object, b.object,
                   [&](const auto& x, const auto& y) { return same_object(x, y); }) &&
         same_part(a.logic, b.logic,
                   [&](const auto& x, const auto& y) { return same_logic(x, y); });
}

bool Identical::same_array(const ArrayRules& a, const ArrayRules& b) {
  return a.min == b.min && a.max == b.max && a.unique == b.unique &&
         a.min_contains == b.min_contains && a.max_contains == b.max_contains &&
         a.contains_evaluates == b.contains_evaluates && same_list(a.prefix, b.prefix) &&
         same(a.rest, b.rest) && same(a.contains, b.contains) && same(a.unevaluated, b.unevaluated);
}

bool Identical::same_object(const ObjectRules& a, const ObjectRules& b) {
  const bool patterns =
      std::ranges::equal(a.patterns, b.patterns, [&](const auto& x, const auto& y) {
        return x.pattern.source == y.pattern.source && same(x.node, y.node);
      });
  const bool dependents = std::ranges::equal(
      a.dependent_required, b.dependent_required,
      [](const auto& x, const auto& y) { return x.trigger == y.trigger && x.names == y.names; });
  return patterns && dependents && a.min == b.min && a.max == b.max && a.required == b.required &&
         same_map(a.sorted, b.sorted) && same(a.additional, b.additional) &&
         same(a.names, b.names) && same_map(a.dependent_schemas, b.dependent_schemas) &&
         same(a.unevaluated, b.unevaluated);
}

bool Identical::same_logic(const LogicRules& a, const LogicRules& b) {
  return same_list(a.all, b.all) && same(a.reference, b.reference) && same_list(a.any, b.any) &&
         same_list(a.one, b.one) && same(a.negated, b.negated) && same(a.condition, b.condition) &&
         same(a.lone_condition, b.lone_condition) && same(a.consequence, b.consequence) &&
         same(a.alternative, b.alternative);
}

bool Identical::same_list(const std::vector<const Node*>& a, const std::vector<const Node*>& b) {
  return std::ranges::equal(a, b, [&](const Node* x, const Node* y) { return same(x, y); });
}

bool Identical::same_map(const std::vector<Property>& a, const std::vector<Property>& b) {
  return std::ranges::equal(a, b, [&](const Property& x, const Property& y) {
    return x.name == y.name && same(x.node, y.node);
  });
}

}  // namespace hotswap::schema::compat
