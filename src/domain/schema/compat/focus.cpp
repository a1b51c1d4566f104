#include "domain/schema/compat/focus.hpp"

#include <algorithm>

#include "domain/schema/compat/shape.hpp"

namespace hotswap::schema::compat {
namespace {

void copy_numbers(const NumberRules& from, Demand demand, Node& to) {
  auto rules = std::make_unique<NumberRules>();
  if (demand == Demand::Lower) rules->lower = from.lower;
  if (demand == Demand::Upper) rules->upper = from.upper;
  if (demand == Demand::Multiple) rules->multiple = from.multiple;
  if (rules->lower || rules->upper || rules->multiple) to.number = std::move(rules);
}

void copy_strings(const StringRules& from, Demand demand, Node& to) {
  auto rules = std::make_unique<StringRules>();
  if (demand == Demand::MinLength) rules->min = from.min;
  if (demand == Demand::MaxLength) rules->max = from.max;
  if (demand == Demand::Pattern) rules->pattern = from.pattern;
  if (demand == Demand::Format) rules->format = from.format;
  const bool silent =
      rules->min == 0 && rules->max == kNoLimit && !rules->pattern && !rules->format;
  if (!silent) to.string = std::move(rules);
}

void copy_array(const Node& node, Demand demand, Node& to, Arena& arena) {
  const auto& from = *node.array;
  auto rules = std::make_unique<ArrayRules>();
  if (demand == Demand::MinItems) rules->min = from.min;
  if (demand == Demand::MaxItems) rules->max = from.max;
  if (demand == Demand::Unique) rules->unique = from.unique;
  if (demand == Demand::Items) {
    rules->prefix = from.prefix;
    rules->rest = from.rest;
  }
  if (demand == Demand::Contains) {
    rules->contains = from.contains;
    rules->min_contains = from.min_contains;
    rules->max_contains = from.max_contains;
  }
  if (demand == Demand::UnevaluatedItems && from.unevaluated != nullptr) {
    *rules = arena.array_rest(node, Certainty::Certain);
  }
  to.array = std::move(rules);
}

const Node* all_of(std::vector<const Node*> places, Arena& arena) {
  if (places.size() == 1) return places.front();
  auto& node = arena.make();
  node.logic = std::make_unique<LogicRules>();
  node.logic->all = std::move(places);
  return &node;
}

void describe(ObjectRules& rules, std::string_view name, const Node* node) {
  rules.properties.push_back({name, node});
  rules.sorted = rules.properties;
  std::ranges::sort(rules.sorted, {}, &Property::name);
}

// Whatever the schema demands of the member of that name, by itself.
void copy_property(const Node& node, const std::string& name, ObjectRules& to, Arena& arena) {
  bool certain = true;
  auto places = places_of(*node.object, name, certain);
  if (node.object->unevaluated != nullptr) {
    const auto& rest = arena.object_rest(node, Certainty::Certain);
    for (const auto* place : places_of(rest, name, certain)) places.push_back(place);
  }
  const auto& kept = arena.keep(json::Value(name));
  if (!places.empty()) describe(to, *kept.as_string(), all_of(std::move(places), arena));
}

void copy_additional(const ObjectRules& from, const Node* other, ObjectRules& to, Arena& arena) {
  to.additional = from.additional;
  to.patterns = from.patterns;
  for (auto& pattern : to.patterns) pattern.node = &arena.anything();
  for (const auto& property : from.properties) describe(to, property.name, &arena.anything());
  if (other == nullptr || !other->object) return;
  for (const auto& property : other->object->properties) {
    if (from.find(property.name) == nullptr) describe(to, property.name, &arena.anything());
  }
  for (auto pattern : other->object->patterns) {
    pattern.node = &arena.anything();
    to.patterns.push_back(std::move(pattern));
  }
}

// The members whose names match, also where the schema has no rule for that pattern.
void copy_pattern(const ObjectRules& from, const Node* other, const std::string& source,
                  ObjectRules& to) {
  const auto with_source = [&](const PatternProperty& each) {
    return each.pattern.source == source;
  };
  const auto own = std::ranges::find_if(from.patterns, with_source);
  if (own != from.patterns.end()) {
    to.patterns.push_back(*own);
    return;
  }
  if (from.additional == nullptr || other == nullptr || !other->object) return;
  const auto gone = std::ranges::find_if(other->object->patterns, with_source);
  if (gone == other->object->patterns.end()) return;
  to.patterns.push_back({gone->pattern, from.additional});
}

void copy_object(const Node& node, const Node* other, const Focus& focus, Node& to, Arena& arena) {
  const auto& from = *node.object;
  auto rules = std::make_unique<ObjectRules>();
  switch (focus.demand) {
    case Demand::MinProperties:
      rules->min = from.min;
      break;
    case Demand::MaxProperties:
      rules->max = from.max;
      break;
    case Demand::Property:
      copy_property(node, focus.name, *rules, arena);
      break;
    case Demand::PatternProperty:
      copy_pattern(from, other, focus.name, *rules);
      break;
    case Demand::Additional:
      copy_additional(from, other, *rules, arena);
      break;
    case Demand::Names:
      rules->names = from.names;
      break;
    case Demand::Required:
      if (std::ranges::binary_search(from.required, focus.name)) {
        rules->required.emplace_back(*arena.keep(json::Value(focus.name)).as_string());
      }
      break;
    case Demand::Dependents:
      std::ranges::copy_if(from.dependent_required, std::back_inserter(rules->dependent_required),
                           [&](const auto& each) { return each.trigger == focus.name; });
      std::ranges::copy_if(from.dependent_schemas, std::back_inserter(rules->dependent_schemas),
                           [&](const auto& each) { return each.name == focus.name; });
      break;
    case Demand::UnevaluatedProperties:
      if (from.unevaluated != nullptr) *rules = arena.object_rest(node, Certainty::Certain);
      break;
    default:
      return;
  }
  to.object = std::move(rules);
}

void copy_logic(const LogicRules& from, Demand demand, Node& to) {
  auto rules = std::make_unique<LogicRules>();
  switch (demand) {
    case Demand::AllOf:
      rules->all = from.all;
      break;
    case Demand::AnyOf:
      rules->any = from.any;
      rules->sorted_any = from.sorted_any;
      break;
    case Demand::OneOf:
      rules->one = from.one;
      rules->sorted_one = from.sorted_one;
      break;
    case Demand::Choice:
      rules->any = from.any;
      rules->sorted_any = from.sorted_any;
      rules->one = from.one;
      rules->sorted_one = from.sorted_one;
      break;
    case Demand::Not:
      rules->negated = from.negated;
      break;
    case Demand::Reference:
      rules->reference = from.reference;
      break;
    case Demand::Condition:
      rules->condition = from.condition;
      rules->consequence = from.consequence;
      rules->alternative = from.alternative;
      break;
    default:
      return;
  }
  to.logic = std::move(rules);
}

}  // namespace

const Node& focused(const Node& node, const Node* other, const Focus& focus, Arena& arena) {
  if (focus.demand == Demand::Everything || node.never) return node;
  if (focus.demand == Demand::None) return arena.anything();
  auto& result = arena.make();
  if (focus.demand == Demand::Types) result.types = node.types;
  if (focus.demand == Demand::Secret) result.secret = node.secret;
  if (focus.demand == Demand::Values) {
    result.values = node.values;
    result.value_keys = node.value_keys;
  }
  if (node.number) copy_numbers(*node.number, focus.demand, result);
  if (node.string) copy_strings(*node.string, focus.demand, result);
  if (node.array) copy_array(node, focus.demand, result, arena);
  if (node.object) copy_object(node, other, focus, result, arena);
  if (node.logic) copy_logic(*node.logic, focus.demand, result);
  return result;
}

}  // namespace hotswap::schema::compat
