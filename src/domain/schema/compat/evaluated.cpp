#include "domain/schema/compat/evaluated.hpp"

#include <algorithm>
#include <unordered_set>

namespace hotswap::schema::compat {
namespace {

// Calls `visit` for the node and for every subschema that looks at the same value and whose
// findings count. `own` is true for the node itself.
template <class Visit>
void in_place(const Node& root, Certainty certainty, Visit visit) {
  std::vector<const Node*> todo{&root};
  std::unordered_set<const Node*> seen{&root};
  const auto add = [&](const Node* node) {
    if (node != nullptr && seen.insert(node).second) todo.push_back(node);
  };
  while (!todo.empty()) {
    const auto* const node = todo.back();
    todo.pop_back();
    visit(*node, node == &root);
    if (certainty == Certainty::Possible && node->object) {
      for (const auto& dependent : node->object->dependent_schemas) add(dependent.node);
    }
    if (!node->logic) continue;
    const auto& logic = *node->logic;
    add(logic.reference);
    for (const auto* branch : logic.all) add(branch);
    if (certainty == Certainty::Certain) continue;
    for (const auto* branch : logic.any) add(branch);
    for (const auto* branch : logic.one) add(branch);
    add(logic.condition);
    add(logic.lone_condition);
    add(logic.consequence);
    add(logic.alternative);
  }
}

}  // namespace

EvaluatedProperties evaluated_properties(const Node& root, Certainty certainty) {
  EvaluatedProperties found;
  in_place(root, certainty, [&](const Node& node, bool own) {
    if (node.opaque && certainty == Certainty::Possible) found.everything = true;
    if (!node.object) return;
    const auto& rules = *node.object;
    if (rules.additional != nullptr || (!own && rules.unevaluated != nullptr)) {
      found.everything = true;
    }
    for (const auto& property : rules.properties) found.names.push_back(property.name);
    for (const auto& pattern : rules.patterns) found.patterns.push_back(pattern.pattern);
  });
  std::ranges::sort(found.names);
  const auto repeated = std::ranges::unique(found.names);
  found.names.erase(repeated.begin(), repeated.end());
  return found;
}

EvaluatedItems evaluated_items(const Node& root, Certainty certainty) {
  EvaluatedItems found;
  in_place(root, certainty, [&](const Node& node, bool own) {
    const bool possible = certainty == Certainty::Possible;
    if (node.opaque && possible) found.everything = true;
    if (!node.array) return;
    const auto& rules = *node.array;
    const bool matched = possible && rules.contains != nullptr && rules.contains_evaluates;
    if (rules.rest != nullptr || matched || (!own && rules.unevaluated != nullptr)) {
      found.everything = true;
    }
    found.prefix = std::max(found.prefix, rules.prefix.size());
  });
  return found;
}

ObjectRules unevaluated_properties(const Node& node, Certainty certainty, const Node& anything) {
  ObjectRules rules;
  const auto evaluated = evaluated_properties(node, certainty);
  if (evaluated.everything) return rules;
  for (const auto name : evaluated.names) rules.properties.push_back({name, &anything});
  rules.sorted = rules.properties;
  for (const auto& pattern : evaluated.patterns) rules.patterns.push_back({pattern, &anything});
  rules.additional = node.object->unevaluated;
  return rules;
}

ArrayRules unevaluated_items(const Node& node, Certainty certainty, const Node& anything) {
  ArrayRules rules;
  const auto evaluated = evaluated_items(node, certainty);
  if (evaluated.everything) return rules;
  rules.prefix.assign(evaluated.prefix, &anything);
  rules.rest = node.array->unevaluated;
  return rules;
}

}  // namespace hotswap::schema::compat
