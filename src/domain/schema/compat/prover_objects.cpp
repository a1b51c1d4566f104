// Members, whatever names they have.

#include <algorithm>

#include "domain/schema/compat/prover.hpp"

namespace hotswap::schema::compat {
namespace {

// So many different patterns make 2^n kinds of names to think of.
constexpr std::size_t kPatterns = 7;

std::set<std::string_view> pattern_texts(const Shape& known, const ObjectRules& rules) {
  std::set<std::string_view> texts;
  for (const auto& each : rules.patterns) texts.insert(each.pattern.source);
  for (const auto* side : known.objects) {
    for (const auto& each : side->patterns) texts.insert(each.pattern.source);
  }
  return texts;
}

// What `rules` demand of a member that no one names and whose name matches exactly these patterns.
std::vector<const Node*> unnamed_places(const ObjectRules& rules,
                                        const std::set<std::string_view>& matched) {
  std::vector<const Node*> places;
  for (const auto& each : rules.patterns) {
    if (matched.contains(each.pattern.source)) places.push_back(each.node);
  }
  if (places.empty() && rules.additional != nullptr) places.push_back(rules.additional);
  return places;
}

std::size_t patterns_in(const Shape& shape) {
  std::size_t count = 0;
  for (const auto* side : shape.objects) count += side->patterns.size();
  return count;
}

bool silent(const ObjectRules& rules) {
  return rules.properties.empty() && rules.patterns.empty() && rules.additional == nullptr;
}

}  // namespace

bool Prover::object_holds(const Left& left, const Shape& known, const Node& right) {
  const auto& rules = *right.object;
  if (known.min_properties < rules.min || known.max_properties > rules.max) return false;
  if (!std::ranges::includes(known.required, rules.required)) return false;
  if (!members_hold(known, rules) || !dependents_hold(left, known, rules)) return false;
  if (rules.names != nullptr && !names_hold(known, *rules.names)) return false;
  return rules.unevaluated == nullptr ||
         members_hold(known, arena_.object_rest(right, Certainty::Certain));
}

bool Prover::members_hold(const Shape& known, const ObjectRules& rules) {
  if (silent(rules)) return true;
  const auto holds_for = [&](std::string_view name) { return member_holds(known, rules, name); };
  if (const auto names = known.closed_names()) return std::ranges::all_of(*names, holds_for);
  std::vector<std::string_view> names;
  const auto collect = [&](const ObjectRules& side) {
    for (const auto& property : side.sorted) names.push_back(property.name);
  };
  collect(rules);
  if (!rules.patterns.empty() || rules.additional != nullptr) {
    for (const auto* side : known.objects) collect(*side);
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return std::ranges::all_of(names, holds_for) && other_members_hold(known, rules);
}

bool Prover::member_holds(const Shape& known, const ObjectRules& rules, std::string_view name) {
  budget_.spend(kMatchSteps * (rules.patterns.size() + patterns_in(known)));
  if (budget_.spent()) return false;
  bool certain = true;
  const auto right = places_of(rules, name, certain);
  if (!certain) return false;
  if (right.empty()) return true;
  for (const auto* side : known.objects) {
    const bool refused =
        side->names != nullptr && evaluator_.check(json::Value(name), *side->names) == Truth::No;
    if (refused) return true;
  }
  return included_in_all(left_of(known.places(name, arena_.nothing())), right);
}

bool Prover::included_in_all(const Left& left, const std::vector<const Node*>& places) {
  return std::ranges::all_of(places,
                             [&](const Node* place) { return included_below(left, *place); });
}

bool Prover::other_members_hold(const Shape& known, const ObjectRules& rules) {
  if (rules.patterns.empty() && rules.additional == nullptr) return true;
  const auto texts = pattern_texts(known, rules);
  if (texts.size() > kPatterns) return false;
  for (unsigned choice = 0; choice < (1U << texts.size()); ++choice) {
    std::set<std::string_view> matched;
    unsigned bit = 1;
    for (const auto text : texts) {
      if ((choice & bit) != 0) matched.insert(text);
      bit <<= 1;
    }
    if (!pattern_class_holds(known, rules, matched)) return false;
  }
  return true;
}

bool Prover::pattern_class_holds(const Shape& known, const ObjectRules& rules,
                                 const std::set<std::string_view>& matched) {
  std::vector<const Node*> left;
  for (const auto* side : known.objects) {
    const auto places = unnamed_places(*side, matched);
    left.insert(left.end(), places.begin(), places.end());
  }
  return included_in_all(left_of(std::move(left)), unnamed_places(rules, matched));
}

bool Prover::names_hold(const Shape& known, const Node& names) {
  if (const auto closed = known.closed_names()) {
    return std::ranges::all_of(*closed, [&](std::string_view name) {
      return evaluator_.check(json::Value(name), names) == Truth::Yes;
    });
  }
  std::vector<const Node*> left{&arena_.of_type(kString)};
  for (const auto* side : known.objects) {
    if (side->names != nullptr) left.push_back(side->names);
  }
  return included_below(left_of(std::move(left)), names);
}

bool Prover::dependents_hold(const Left& left, const Shape& known, const ObjectRules& rules) {
  const auto there = [&](std::string_view trigger) {
    return known.requires_member(trigger) ? left : left.with(arena_.having(trigger));
  };
  const bool required = std::ranges::all_of(rules.dependent_required, [&](const auto& dependent) {
    if (budget_.spent()) return false;
    const auto narrower = there(dependent.trigger);
    const auto& with_it = shape(narrower);
    return std::ranges::all_of(dependent.names,
                               [&](auto name) { return with_it.requires_member(name); }) ||
           empty(narrower);
  });
  return required && std::ranges::all_of(rules.dependent_schemas, [&](const auto& dependent) {
           return included(there(dependent.name), *dependent.node);
         });
}

}  // namespace hotswap::schema::compat
