#pragma once
// Evaluator: a subschema and its steps. Included by evaluator.hpp.

#include "domain/schema/evaluator.hpp"

namespace hotswap::schema {

/// Whether the value is valid at the first glance, as most are. False says nothing.
template <class Trace>
[[gnu::always_inline]] inline bool Evaluator<Trace>::at_once(const Node& node,
                                                             const json::Value& value) const {
  const auto kind = value.kind();
  if ((node.at_once & type_bit(kind)) != 0) return true;
  if (kind == json::Kind::Number) {
    if (node.sole_interval == kNone) return false;
    const bool fractions = (node.types & type_bit(kind)) != 0;
    return surely_holds(program_.intervals[node.sole_interval], value.as_number()->text, fractions);
  }
  if (kind != json::Kind::String) return false;
  const auto& text = *value.as_string();
  if (node.sole_sizes != kNone) return surely_holds(program_.sizes[node.sole_sizes], text);
  if (node.sole_choice == kNone) return false;
  return among(program_.choices[node.sole_choice], {kind, &value, &text});
}

template <class Trace>
bool Evaluator<Trace>::type_fits(const Node& node, const Subject& subject) const {
  if ((node.types & type_bit(subject.kind)) != 0) return true;
  if (subject.kind != json::Kind::Number || (node.types & kIntegerBit) == 0) return false;
  if (!node.strict_integer) return is_integer(*subject.text);
  return std::string_view(*subject.text).find_first_of(".eE") == std::string_view::npos;
}

template <class Trace>
bool Evaluator<Trace>::node(NodeId id, const Subject& subject, const Scope& scope, Evaluated* seen,
                            Where where) {
  const auto& node = program_.nodes[id];
  where.enter(id);
  if (!spend(1)) return give_up(Abort::Steps, subject, where);
  if (!type_fits(node, subject)) [[unlikely]] {
    return refuse({}, node.never ? Keyword::False : Keyword::Type, subject, where);
  }
  const auto kind = static_cast<std::size_t>(subject.kind);
  if (node.any_count == 0 && node.begins[kind] == node.ends[kind]) return true;
  if (depth_ == limits::kEvaluationDepth) return give_up(Abort::Depth, subject, where);
  ++depth_;
  const Scope own{&scope, node.resource};
  const auto& inner = scope.resource == node.resource ? scope : own;
  const bool tracks = (subject.kind == json::Kind::Object && node.tracks_members) ||
                      (subject.kind == json::Kind::Array && node.tracks_items);
  const bool valid = tracks ? tracked(node, subject, inner, seen, where)
                            : steps(node, subject, inner, seen, where);
  --depth_;
  return valid;
}

/// With a set of its own for what its subschemas evaluate.
template <class Trace>
bool Evaluator<Trace>::tracked(const Node& node, const Subject& subject, const Scope& scope,
                               Evaluated* seen, Where where) {
  const ScratchScope scratch(scratch_);
  auto evaluated = fresh(subject);
  const bool valid = steps(node, subject, scope, &evaluated, where);
  if (seen != nullptr) seen->add(evaluated);
  return valid;
}

template <class Trace>
bool Evaluator<Trace>::steps(const Node& node, const Subject& subject, const Scope& scope,
                             Evaluated* seen, Where where) {
  const auto kind = static_cast<std::size_t>(subject.kind);
  const auto* const first = program_.steps.data() + node.first_step;
  const auto* const any_end = first + node.any_count;
  const auto* const end = first + node.ends[kind];
  bool valid = true;
  const auto* at = first;
  if (at == any_end) at = first + node.begins[kind];
  while (at != end) {
    if (!step(*at, subject, scope, seen, where)) {
      valid = false;
      if (trace_.stops() || aborted_ != Abort::None) break;
    }
    if (++at == any_end) at = first + node.begins[kind];
  }
  return valid;
}

template <class Trace>
bool Evaluator<Trace>::step(const Step& step, const Subject& subject, const Scope& scope,
                            Evaluated* seen, Where where) {
  switch (step.keyword) {
    case Keyword::Ref:
      return reference(step, subject, scope, seen, where);
    case Keyword::DynamicRef:
    case Keyword::RecursiveRef:
      return dynamic(step, subject, scope, seen, where);
    case Keyword::AllOf:
      return all_of(step, subject, scope, seen, where);
    case Keyword::AnyOf:
      return any_of(step, subject, scope, seen, where);
    case Keyword::OneOf:
      return one_of(step, subject, scope, seen, where);
    case Keyword::Not:
      return none_of(step, subject, scope, where);
    case Keyword::If:
      return conditional(step, subject, scope, seen, where);
    case Keyword::Const:
    case Keyword::Enum:
      return choice(step, subject, where);
    case Keyword::Minimum:
      return number(step, subject, where);
    case Keyword::MultipleOf:
      return multiple(step, subject, where);
    case Keyword::MinLength:
      return length(step, subject, where);
    case Keyword::Pattern:
    case Keyword::Format:
      return pattern(step, subject, where);
    case Keyword::MinItems:
      return count(step, subject.value->as_array()->size(), subject, where);
    case Keyword::MinProperties:
      return count(step, subject.value->as_object()->size(), subject, where);
    case Keyword::Items:
      return items(step, subject, scope, seen, where);
    case Keyword::Contains:
      return contains(step, subject, scope, seen, where);
    case Keyword::UniqueItems:
      return unique(step, subject, where);
    case Keyword::UnevaluatedItems:
      return rest_items(step, subject, scope, seen, where);
    case Keyword::Properties:
      return members(step, subject, scope, seen, where);
    case Keyword::PropertyNames:
      return names(step, subject, scope, where);
    case Keyword::Dependencies:
    case Keyword::DependentRequired:
    case Keyword::DependentSchemas:
      return dependencies(step, subject, scope, seen, where);
    case Keyword::UnevaluatedProperties:
      return rest_members(step, subject, scope, seen, where);
    case Keyword::WriteOnly:
    case Keyword::XSecret:
      return secret(step, subject, where);
    default:
      HS_ASSERT(false && "the compiler writes no step of this keyword");
  }
  return false;
}

template <class Trace>
Evaluated Evaluator<Trace>::fresh(const Subject& subject) {
  const auto* array = subject.value == nullptr ? nullptr : subject.value->as_array();
  const auto* object = subject.value == nullptr ? nullptr : subject.value->as_object();
  const auto size = array != nullptr ? array->size() : object != nullptr ? object->size() : 0;
  return {scratch_.zeros((size + 63) / 64)};
}

template <class Trace>
bool Evaluator<Trace>::give_up(Abort why, const Subject& subject, Where where,
                               std::string_view name) {
  if (aborted_ != Abort::None) return false;
  aborted_ = why;
  if constexpr (Trace::kExplain) trace_.give_up(why, subject, where, name);
  return false;
}

template <class Trace>
bool Evaluator<Trace>::is_unknown(const Subject& subject) const {
  if constexpr (Trace::kSecrets) {
    const auto* secrets = trace_.secrets();
    return secrets != nullptr && subject.value != nullptr &&
           secrets->unknown.contains(subject.value);
  }
  return false;
}

template <class Trace>
bool Evaluator<Trace>::holds_unknown(const json::Value& value) const {
  if (is_unknown({value.kind(), &value, nullptr})) return true;
  if (const auto* array = value.as_array()) {
    return std::ranges::any_of(*array, [&](const auto& item) { return holds_unknown(item); });
  }
  if (const auto* object = value.as_object()) {
    return std::ranges::any_of(*object,
                               [&](const auto& member) { return holds_unknown(member.value); });
  }
  return false;
}

}  // namespace hotswap::schema
