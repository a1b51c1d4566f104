#include "domain/schema/compat/evaluate.hpp"

#include <algorithm>

#include "domain/json/write.hpp"
#include "domain/schema/compat/evaluated.hpp"
#include "domain/schema/compat/number.hpp"

namespace hotswap::schema::compat {
namespace {

constexpr int kDepth = 200;
constexpr std::size_t kCheck = 4;
const Node kAnything;

Truth check_number(const json::Number& number, const NumberRules& rules) {
  const auto value = json::to_decimal(number.text);
  if (!within(value, rules)) return Truth::No;
  if (!rules.multiple || rules.multiple->is_zero()) return Truth::Yes;
  const auto multiple = is_multiple(value, *rules.multiple);
  return multiple ? truth(*multiple) : Truth::Unknown;
}

Truth check_string(const std::string& text, const StringRules& rules) {
  const auto length = length_of(text);
  if (length < rules.min || length > rules.max) return Truth::No;
  if (rules.format && !conforms(*rules.format, text)) return Truth::No;
  return rules.pattern ? matches(*rules.pattern, text) : Truth::Yes;
}

bool all_different(const json::Array& items) {
  std::vector<std::string> texts;
  for (const auto& item : items) texts.push_back(json::canonical(item));
  std::ranges::sort(texts);
  return std::ranges::adjacent_find(texts) == texts.end();
}

}  // namespace

Truth matches(const TextPattern& pattern, std::string_view text) {
  if (!pattern.code) return Truth::Unknown;
  switch (pattern.code->search(text)) {
    case Match::Yes:
      return Truth::Yes;
    case Match::No:
      return Truth::No;
    case Match::GaveUp:
      break;
  }
  return Truth::Unknown;
}

bool within(const json::Decimal& number, const NumberRules& rules) {
  if (rules.lower) {
    const int sign = order(number, rules.lower->at);
    if (sign < 0 || (sign == 0 && rules.lower->exclusive)) return false;
  }
  if (rules.upper) {
    const int sign = order(number, rules.upper->at);
    if (sign > 0 || (sign == 0 && rules.upper->exclusive)) return false;
  }
  return true;
}

bool listed(const json::Value& value, const Node& node) {
  if (!node.value_keys.empty()) {
    return std::ranges::binary_search(node.value_keys, json::canonical(value));
  }
  return std::ranges::any_of(*node.values, [&](const auto* known) { return *known == value; });
}

Truth Evaluator::check(const json::Value& value, const Node& node) {
  if (budget_.spent() || depth_ >= kDepth) return Truth::Unknown;
  budget_.spend(kCheck);
  ++depth_;
  const auto verdict = check_rules(value, node);
  --depth_;
  return verdict;
}

Truth Evaluator::check_rules(const json::Value& value, const Node& node) {
  if (node.never) return Truth::No;
  if (node.types != kAnyType && (type_of(value) & node.types) == 0) return Truth::No;
  if (node.values && !listed(value, node)) return Truth::No;
  auto verdict = node.opaque || node.secret ? Truth::Unknown : Truth::Yes;
  if (const auto* number = value.as_number(); number != nullptr && node.number) {
    verdict = both(verdict, check_number(*number, *node.number));
  }
  if (const auto* text = value.as_string(); text != nullptr && node.string) {
    verdict = both(verdict, check_string(*text, *node.string));
  }
  if (const auto* items = value.as_array(); items != nullptr && node.array) {
    verdict = both(verdict, check_array(*items, node));
  }
  if (const auto* members = value.as_object(); members != nullptr && node.object) {
    verdict = both(verdict, check_object(*members, node));
    if (verdict != Truth::No) {
      verdict = both(verdict, check_dependents(*members, *node.object, value));
    }
  }
  if (verdict == Truth::No || !node.logic) return verdict;
  return both(verdict, check_logic(value, *node.logic));
}

Truth Evaluator::check_array(const json::Array& items, const Node& node) {
  const auto& rules = *node.array;
  if (items.size() < rules.min || items.size() > rules.max) return Truth::No;
  if (rules.unique && !all_different(items)) return Truth::No;
  auto verdict = both(check_items(items, rules), check_contains(items, rules));
  if (verdict == Truth::No || rules.unevaluated == nullptr) return verdict;
  const auto strict = check_items(items, unevaluated_items(node, Certainty::Certain, kAnything));
  if (strict == Truth::Yes) return verdict;
  const auto mild = check_items(items, unevaluated_items(node, Certainty::Possible, kAnything));
  return both(verdict, mild == Truth::No ? Truth::No : Truth::Unknown);
}

Truth Evaluator::check_items(const json::Array& items, const ArrayRules& rules) {
  auto verdict = Truth::Yes;
  for (std::size_t i = 0; i < items.size() && verdict != Truth::No; ++i) {
    const auto* const node = i < rules.prefix.size() ? rules.prefix[i] : rules.rest;
    if (node != nullptr) verdict = both(verdict, check(items[i], *node));
  }
  return verdict;
}

Truth Evaluator::check_contains(const json::Array& items, const ArrayRules& rules) {
  if (rules.contains == nullptr) return Truth::Yes;
  std::size_t surely = 0;
  std::size_t perhaps = 0;
  for (const auto& item : items) {
    const auto verdict = check(item, *rules.contains);
    if (verdict == Truth::Yes) ++surely;
    if (verdict != Truth::No) ++perhaps;
  }
  if (perhaps < rules.min_contains || surely > rules.max_contains) return Truth::No;
  const bool certain = surely >= rules.min_contains && perhaps <= rules.max_contains;
  return certain ? Truth::Yes : Truth::Unknown;
}

Truth Evaluator::check_object(const json::Object& members, const Node& node) {
  const auto& rules = *node.object;
  if (members.size() < rules.min || members.size() > rules.max) return Truth::No;
  for (const auto name : rules.required) {
    if (members.find(name) == nullptr) return Truth::No;
  }
  auto verdict = check_members(members, rules);
  if (rules.names != nullptr) {
    for (const auto& member : members) {
      verdict = both(verdict, check(json::Value(member.name), *rules.names));
    }
  }
  if (verdict == Truth::No || rules.unevaluated == nullptr) return verdict;
  const auto strict =
      check_members(members, unevaluated_properties(node, Certainty::Certain, kAnything));
  if (strict == Truth::Yes) return verdict;
  const auto mild =
      check_members(members, unevaluated_properties(node, Certainty::Possible, kAnything));
  return both(verdict, mild == Truth::No ? Truth::No : Truth::Unknown);
}

Truth Evaluator::check_members(const json::Object& members, const ObjectRules& rules) {
  auto verdict = Truth::Yes;
  for (const auto& [name, value] : members) {
    verdict = both(verdict, check_member(name, value, rules));
    if (verdict == Truth::No) break;
  }
  return verdict;
}

Truth Evaluator::check_member(std::string_view name, const json::Value& value,
                              const ObjectRules& rules) {
  auto verdict = Truth::Yes;
  auto described = Truth::No;
  if (const auto* node = rules.find(name)) {
    described = Truth::Yes;
    verdict = check(value, *node);
  }
  for (const auto& [pattern, node] : rules.patterns) {
    const auto match = matches(pattern, name);
    if (match == Truth::No) continue;
    if (described != Truth::Yes) described = match;
    const auto found = check(value, *node);
    if (match == Truth::Yes) verdict = both(verdict, found);
    if (match == Truth::Unknown && found != Truth::Yes) verdict = both(verdict, Truth::Unknown);
  }
  if (described == Truth::Yes || rules.additional == nullptr) return verdict;
  const auto rest = check(value, *rules.additional);
  if (described == Truth::No) return both(verdict, rest);
  return rest == Truth::Yes ? verdict : both(verdict, Truth::Unknown);
}

Truth Evaluator::check_dependents(const json::Object& members, const ObjectRules& rules,
                                  const json::Value& whole) {
  for (const auto& [trigger, names] : rules.dependent_required) {
    if (members.find(trigger) == nullptr) continue;
    const bool all = std::ranges::all_of(
        names, [&](std::string_view name) { return members.find(name) != nullptr; });
    if (!all) return Truth::No;
  }
  auto verdict = Truth::Yes;
  for (const auto& [trigger, node] : rules.dependent_schemas) {
    if (members.find(trigger) != nullptr) verdict = both(verdict, check(whole, *node));
  }
  return verdict;
}

Truth Evaluator::check_logic(const json::Value& value, const LogicRules& logic) {
  auto verdict = check_all(value, logic.all);
  if (logic.reference != nullptr) verdict = both(verdict, check(value, *logic.reference));
  if (verdict == Truth::No) return verdict;
  if (!logic.any.empty()) verdict = both(verdict, check_any(value, logic.any));
  if (!logic.one.empty()) verdict = both(verdict, check_one(value, logic.one));
  if (logic.negated != nullptr) verdict = both(verdict, !check(value, *logic.negated));
  return both(verdict, check_condition(value, logic));
}

Truth Evaluator::check_all(const json::Value& value, std::span<const Node* const> nodes) {
  auto verdict = Truth::Yes;
  for (const auto* node : nodes) {
    verdict = both(verdict, check(value, *node));
    if (verdict == Truth::No) break;
  }
  return verdict;
}

Truth Evaluator::check_any(const json::Value& value, std::span<const Node* const> nodes) {
  auto verdict = Truth::No;
  for (const auto* node : nodes) {
    const auto found = check(value, *node);
    if (found == Truth::Yes) return found;
    if (found == Truth::Unknown) verdict = found;
  }
  return verdict;
}

Truth Evaluator::check_one(const json::Value& value, std::span<const Node* const> nodes) {
  std::size_t surely = 0;
  std::size_t perhaps = 0;
  for (const auto* node : nodes) {
    const auto found = check(value, *node);
    if (found == Truth::Yes) ++surely;
    if (found != Truth::No) ++perhaps;
    if (surely > 1) return Truth::No;
  }
  if (perhaps == 0) return Truth::No;
  return surely == 1 && perhaps == 1 ? Truth::Yes : Truth::Unknown;
}

Truth Evaluator::check_condition(const json::Value& value, const LogicRules& logic) {
  if (logic.condition == nullptr) return Truth::Yes;
  const auto under = [&](const Node* node) {
    return node == nullptr ? Truth::Yes : check(value, *node);
  };
  const auto holds = check(value, *logic.condition);
  if (holds == Truth::Yes) return under(logic.consequence);
  if (holds == Truth::No) return under(logic.alternative);
  const auto then = under(logic.consequence);
  return then == under(logic.alternative) ? then : Truth::Unknown;
}

}  // namespace hotswap::schema::compat
