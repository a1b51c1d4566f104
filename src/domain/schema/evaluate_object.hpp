#pragma once
// Evaluator: keywords of objects. Included by evaluator.hpp.

#include "domain/schema/evaluator.hpp"

namespace hotswap::schema {

inline constexpr std::size_t kFewMembers = 12;  ///< up to here a pass over all beats looking up

/// Properties. a: members.
template <class Trace>
bool Evaluator<Trace>::members(const Step& step, const Subject& subject, const Scope& scope,
                               Evaluated* seen, Where where) {
  const auto& rule = program_.members[step.a];
  const auto& object = *subject.value->as_object();
  if (rule.look_up && seen == nullptr && object.size() > kFewMembers) {
    return looked_up(rule, subject, scope, where);
  }
  std::uint64_t few = 0;  // as many required names as are usual need no table
  std::span<std::uint64_t> present(&few, 1);
  const auto mark = scratch_.mark();
  if (rule.required > 64) present = scratch_.zeros((rule.required + 63) / 64);
  bool valid = true;
  std::size_t i = 0;
  const auto* const properties = program_.properties.data() + rule.properties.first;
  const auto* const end = properties + rule.properties.count;
  const auto* expected = properties;  // members often stand in the schema's order
  for (const auto& member : object) {
    const auto* property = expected != end && expected->name == member.name
                               ? expected
                               : find_property(program_, rule, member.name);
    if (property != nullptr) {
      expected = property + 1;
      if (property->required != kNone) {
        present[property->required / 64] |= std::uint64_t{1} << (property->required % 64);
      }
    }
    const auto verdict = one_member(rule, property, member, scope, where);
    if (!verdict.valid) {
      valid = false;
      if (trace_.stops() || aborted_ != Abort::None) break;
    }
    if (seen != nullptr && verdict.described) seen->mark(i);
    ++i;
  }
  if (valid || !trace_.stops()) valid = required(rule, present, subject, where) && valid;
  scratch_.release(mark);
  return valid;
}

template <class Trace>
auto Evaluator<Trace>::one_member(const Members& members, const Property* property,
                                  const json::Member& member, const Scope& scope, Where where)
    -> MemberVerdict {
  const std::string_view name = member.name;
  bool valid = true;
  bool described = false;
  if (property != nullptr && property->schema.is_set()) {
    described = true;
    const Below below(where, Keyword::Properties, Token(name), Token(name));
    valid = child(property->schema, member.value, scope, below.where());
  }
  for (std::uint32_t i = 0; i < members.patterns.count; ++i) {
    const auto& pattern = program_.pattern_properties[members.patterns.first + i];
    if (!matches(pattern.pattern, member.name, where)) {
      if (aborted_ != Abort::None) return {false, described};
      continue;
    }
    described = true;
    const Below below(where, Keyword::PatternProperties,
                      Token(program_.patterns[pattern.pattern].source()), Token(name));
    if (!child(pattern.schema, member.value, scope, below.where())) valid = false;
    if (!valid && trace_.stops()) return {false, described};
  }
  if (described || !members.additional.is_set()) return {valid, described};
  const Below below(where, Keyword::AdditionalProperties, Token(), Token(name));
  return {child(members.additional, member.value, scope, below.where()), true};
}

/// The same for few names, looked up in the object one by one.
template <class Trace>
bool Evaluator<Trace>::looked_up(const Members& members, const Subject& subject, const Scope& scope,
                                 Where where) {
  const auto& object = *subject.value->as_object();
  bool valid = true;
  for (std::uint32_t i = 0; i < members.properties.count; ++i) {
    const auto& property = program_.properties[members.properties.first + i];
    const auto* const found = std::ranges::find(object, property.name, &json::Member::name);
    const auto* value = found == object.end() ? nullptr : &found->value;
    bool fits = value != nullptr || property.required == kNone;
    if (!fits) {
      refuse({}, Keyword::Required, subject, where, {.name = property.name});
    } else if (value != nullptr && property.schema.is_set()) {
      const Below below(where, Keyword::Properties, Token(property.name), Token(property.name));
      fits = child(property.schema, *value, scope, below.where());
    }
    if (fits) continue;
    valid = false;
    if (trace_.stops() || aborted_ != Abort::None) return false;
  }
  return valid;
}

template <class Trace>
bool Evaluator<Trace>::required(const Members& members, std::span<const std::uint64_t> present,
                                const Subject& subject, Where where) {
  std::size_t count = 0;
  for (const auto word : present) count += static_cast<std::size_t>(std::popcount(word));
  if (count == members.required) return true;
  if constexpr (Trace::kExplain) {
    for (std::uint32_t i = 0; i < members.properties.count; ++i) {
      const auto& property = program_.properties[members.properties.first + i];
      if (property.required == kNone) continue;
      if ((present[property.required / 64] >> (property.required % 64) & 1U) != 0) continue;
      refuse({}, Keyword::Required, subject, where, {.name = property.name});
    }
  }
  return false;
}

/// PropertyNames. a: node.
template <class Trace>
bool Evaluator<Trace>::names(const Step& step, const Subject& subject, const Scope& scope,
                             Where where) {
  bool valid = true;
  for (const auto& member : *subject.value->as_object()) {
    const Below below(where, Keyword::PropertyNames, Token(), Token(std::string_view(member.name)));
    const Subject text{json::Kind::String, nullptr, &member.name};
    if (node(step.a, text, scope, nullptr, below.where())) continue;
    valid = false;
    if (trace_.stops() || aborted_ != Abort::None) return false;
  }
  return valid;
}

/// Dependencies, DependentRequired, DependentSchemas. a: first dependency, b: count.
template <class Trace>
bool Evaluator<Trace>::dependencies(const Step& step, const Subject& subject, const Scope& scope,
                                    Evaluated* seen, Where where) {
  const auto& object = *subject.value->as_object();
  bool valid = true;
  for (std::uint32_t i = 0; i < step.b; ++i) {
    const auto& dependency = program_.dependencies[step.a + i];
    if (!spend(1 + object.size() / 16)) return give_up(Abort::Steps, subject, where);
    if (object.find(dependency.name) == nullptr) continue;
    for (std::uint32_t j = 0; j < dependency.names.count; ++j) {
      const auto name = program_.name_lists[dependency.names.first + j];
      if (!spend(1 + object.size() / 16)) return give_up(Abort::Steps, subject, where);
      if (object.find(name) != nullptr) continue;
      valid = refuse(step, step.keyword, subject, where, {.name = name, .table = step.a + i});
      if (trace_.stops()) return false;
    }
    if (dependency.node == kNone) continue;
    const Below below(where, step.keyword, Token(dependency.name));
    if (node(dependency.node, subject, scope, seen, below.where())) continue;
    valid = false;
    if (trace_.stops() || aborted_ != Abort::None) return false;
  }
  return valid;
}

/// UnevaluatedProperties. a: node.
template <class Trace>
bool Evaluator<Trace>::rest_members(const Step& step, const Subject& subject, const Scope& scope,
                                    Evaluated* seen, Where where) {
  bool valid = true;
  std::size_t i = 0;
  for (const auto& member : *subject.value->as_object()) {
    if (seen->has(i++)) continue;
    const Below below(where, Keyword::UnevaluatedProperties, Token(),
                      Token(std::string_view(member.name)));
    if (node(step.a, subject_of(member.value), scope, nullptr, below.where())) continue;
    valid = false;
    if (trace_.stops() || aborted_ != Abort::None) return false;
  }
  seen->all = true;
  return valid;
}

}  // namespace hotswap::schema
