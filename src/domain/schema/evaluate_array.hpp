#pragma once
// Evaluator: keywords of arrays. Included by evaluator.hpp.

#include "domain/schema/evaluator.hpp"

namespace hotswap::schema {

inline constexpr std::size_t kFewItems = 12;  ///< up to here comparing each pair beats hashing

/// MinItems and MinProperties, also the maxima. a: sizes.
template <class Trace>
bool Evaluator<Trace>::count(const Step& step, std::size_t size, const Subject& subject,
                             Where where) {
  const auto& [min, max] = program_.sizes[step.a];
  if (size >= min && size <= max) return true;
  auto keyword = step.keyword;
  if (size > max)
    keyword = keyword == Keyword::MinItems ? Keyword::MaxItems : Keyword::MaxProperties;
  return refuse(step, keyword, subject, where, {.first = size, .table = step.a});
}

/// Items. a: items.
template <class Trace>
bool Evaluator<Trace>::items(const Step& step, const Subject& subject, const Scope& scope,
                             Evaluated* seen, Where where) {
  const auto& rule = program_.items[step.a];
  const auto& array = *subject.value->as_array();
  bool valid = true;
  const auto end =
      !rule.rest.is_set() ? std::min<std::size_t>(array.size(), rule.prefix.count) : array.size();
  for (std::size_t i = 0; i < end; ++i) {
    const bool listed = i < rule.prefix.count;
    const auto& schema = listed ? program_.children[rule.prefix.first + i] : rule.rest;
    const Below below(where, listed ? rule.prefix_keyword : rule.rest_keyword,
                      listed ? Token(i) : Token(), Token(i));
    if (!child(schema, array[i], scope, below.where())) {
      valid = false;
      if (trace_.stops() || aborted_ != Abort::None) return false;
    }
    if (seen != nullptr && listed) seen->mark(i);
  }
  if (seen != nullptr && rule.rest.is_set()) seen->all = true;
  return valid;
}

/// Contains. a: contains.
template <class Trace>
bool Evaluator<Trace>::contains(const Step& step, const Subject& subject, const Scope& scope,
                                Evaluated* seen, Where where) {
  const auto& rule = program_.contains[step.a];
  const auto& array = *subject.value->as_array();
  std::uint64_t sure = 0;
  std::uint64_t possible = 0;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const Below below(where, Keyword::Contains, Token(), Token(i));
    const auto maybe = maybe_;
    bool valid = false;
    {
      const typename Trace::Silence silence(trace_);
      valid = child(rule.schema, array[i], scope, below.where());
    }
    if (aborted_ != Abort::None) return false;
    if (!valid) continue;
    if (seen != nullptr && rule.evaluates) seen->mark(i);
    (maybe_ == maybe ? sure : possible) += 1;
    const bool enough = sure >= rule.min && rule.max == ~std::uint64_t{0};
    if (enough && (seen == nullptr || !rule.evaluates)) return true;
  }
  const Detail detail{.first = sure, .table = step.a};
  if (sure > rule.max) return refuse(step, Keyword::MaxContains, subject, where, detail);
  if (sure + possible >= rule.min) return true;
  const auto keyword = rule.min > 1 ? Keyword::MinContains : Keyword::Contains;
  return refuse(step, keyword, subject, where, detail);
}

/// UniqueItems.
template <class Trace>
bool Evaluator<Trace>::unique(const Step& step, const Subject& subject, Where where) {
  const auto& array = *subject.value->as_array();
  if (array.size() < 2) return true;
  if constexpr (Trace::kSecrets) {
    if (trace_.secrets() != nullptr && holds_unknown(*subject.value)) return ++maybe_ > 0;
  }
  Detail twins;
  const bool fits =
      array.size() <= kFewItems ? unique_few(array, twins) : unique_many(array, twins);
  if (fits) return true;
  if (twins.first == twins.second) return give_up(Abort::Steps, subject, where);
  return refuse(step, Keyword::UniqueItems, subject, where, twins);
}

template <class Trace>
bool Evaluator<Trace>::unique_few(const json::Array& items, Detail& twins) {
  for (std::size_t i = 1; i < items.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!equal(items[i], items[j])) continue;
      twins.first = j;
      twins.second = i;
      return false;
    }
  }
  return true;
}

/// By a hash table whose words hold an item's hash (upper half) and its number + 1. Items made to
/// collide spend steps.
template <class Trace>
bool Evaluator<Trace>::unique_many(const json::Array& items, Detail& twins) {
  constexpr std::uint64_t kUpper = 0xFFFFFFFF00000000;
  const ScratchScope scratch(scratch_);
  const auto slots = scratch_.zeros(std::bit_ceil(items.size() * 2));
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto hash = hash_value(items[i]);
    for (auto at = hash;; ++at) {
      auto& slot = slots[at & (slots.size() - 1)];
      if (slot == 0) {
        slot = (hash & kUpper) | (i + 1);
        break;
      }
      if (!spend(1)) return false;
      const auto other = static_cast<std::uint32_t>(slot) - 1;
      if ((slot & kUpper) != (hash & kUpper) || !equal(items[i], items[other])) continue;
      twins.first = other;
      twins.second = i;
      return false;
    }
  }
  return true;
}

/// UnevaluatedItems. a: node.
template <class Trace>
bool Evaluator<Trace>::rest_items(const Step& step, const Subject& subject, const Scope& scope,
                                  Evaluated* seen, Where where) {
  const auto& array = *subject.value->as_array();
  bool valid = true;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (seen->has(i)) continue;
    const Below below(where, Keyword::UnevaluatedItems, Token(), Token(i));
    if (node(step.a, subject_of(array[i]), scope, nullptr, below.where())) continue;
    valid = false;
    if (trace_.stops() || aborted_ != Abort::None) return false;
  }
  seen->all = true;
  return valid;
}

}  // namespace hotswap::schema
