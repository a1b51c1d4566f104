#pragma once
// Evaluator: keywords that look at one value alone. Included by evaluator.hpp.

#include "domain/schema/evaluator.hpp"

namespace hotswap::schema {

/// Characters, of UTF-8.
[[nodiscard]] inline std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

/// Const, Enum. a: choice.
template <class Trace>
bool Evaluator<Trace>::choice(const Step& step, const Subject& subject, Where where) {
  if constexpr (Trace::kSecrets) {
    if (trace_.secrets() != nullptr && subject.value != nullptr && holds_unknown(*subject.value)) {
      ++maybe_;
      return true;
    }
  }
  const auto& choice = program_.choices[step.a];
  const bool found = among(choice, subject);
  if constexpr (Trace::kExplain) {
    if (found) trace_.chosen(where);
  }
  return found || refuse(step, step.keyword, subject, where, {.table = step.a});
}

template <class Trace>
bool Evaluator<Trace>::among(const Choice& choice, const Subject& subject) const {
  const auto* const values = program_.values.data();
  const bool text = subject.kind == json::Kind::String;
  if (choice.slot_mask == 0) {
    const auto* at = values + choice.values.first;
    for (const auto* const end = at + choice.values.count; at != end; ++at) {
      if (subject.kind != at->kind()) continue;
      if (text ? *subject.text == *at->as_string() : equal(*subject.value, *at)) return true;
    }
    return false;
  }
  const auto hash = text ? hash_string(*subject.text) : hash_value(*subject.value);
  for (auto at = static_cast<std::uint32_t>(hash);; ++at) {
    const auto index = program_.slots[choice.first_slot + (at & choice.slot_mask)];
    if (index == kNone) return false;
    const auto& value = values[index];
    if (subject.kind != value.kind()) continue;
    if (text ? *subject.text == *value.as_string() : equal(*subject.value, value)) return true;
  }
}

[[nodiscard]] inline bool fits(std::strong_ordering order, Keyword limit) {
  switch (limit) {
    case Keyword::Minimum:
      return order >= 0;
    case Keyword::Maximum:
      return order <= 0;
    case Keyword::ExclusiveMinimum:
      return order > 0;
    default:
      return order < 0;
  }
}

/// Minimum and its kin. a: interval.
template <class Trace>
bool Evaluator<Trace>::number(const Step& step, const Subject& subject, Where where) {
  const auto& interval = program_.intervals[step.a];
  if (surely_holds(interval, *subject.text, true)) return true;
  const auto small = small_number(*subject.text);
  bool valid = true;
  for (std::size_t i = 0; i < interval.count; ++i) {
    const auto& [keyword, number] = interval.limits[i];
    const auto& bound = program_.bounds[number];
    const auto order =
        small && bound.small ? compare(*small, *bound.small) : compare(*subject.text, bound);
    if (!fits(order, keyword)) valid = refuse(step, keyword, subject, where, {.table = number});
  }
  return valid;
}

/// MultipleOf. a: bound.
template <class Trace>
bool Evaluator<Trace>::multiple(const Step& step, const Subject& subject, Where where) {
  const auto fits = is_multiple(*subject.text, program_.bounds[step.a]);
  if (!fits) return give_up(Abort::Division, subject, where);
  return *fits || refuse(step, step.keyword, subject, where, {.table = step.a});
}

/// MinLength, also maxLength. a: sizes.
template <class Trace>
bool Evaluator<Trace>::length(const Step& step, const Subject& subject, Where where) {
  if (is_unknown(subject)) return ++maybe_ > 0;
  const auto& [min, max] = program_.sizes[step.a];
  if (surely_holds({min, max}, *subject.text)) return true;
  const auto characters = character_count(*subject.text);
  if (characters >= min && characters <= max) return true;
  const auto keyword = characters < min ? Keyword::MinLength : Keyword::MaxLength;
  return refuse(step, keyword, subject, where, {.first = characters, .table = step.a});
}

/// Pattern (a: pattern), Format (a: its number).
template <class Trace>
bool Evaluator<Trace>::pattern(const Step& step, const Subject& subject, Where where) {
  if (is_unknown(subject)) return ++maybe_ > 0;
  const bool fits = step.keyword == Keyword::Format
                        ? conforms(static_cast<Format>(step.a), *subject.text)
                        : matches(step.a, *subject.text, where);
  if (aborted_ != Abort::None) return false;
  return fits || refuse(step, step.keyword, subject, where, {.table = step.a});
}

template <class Trace>
bool Evaluator<Trace>::matches(std::uint32_t pattern, const json::Text& text, Where where) {
  const auto& compiled = program_.patterns[pattern];
  const auto match = compiled.search(text);
  if (match == Match::GaveUp) {
    return give_up(Abort::Pattern, {json::Kind::String, nullptr, &text}, where, compiled.source());
  }
  return match == Match::Yes;
}

/// WriteOnly, XSecret: every scalar in the value but null must be a secret.
template <class Trace>
bool Evaluator<Trace>::secret(const Step& step, const Subject& subject, Where where) {
  if constexpr (Trace::kSecrets) {
    if (!trace_.demands_secrets() || subject.value == nullptr) return true;
    const auto hidden = [&](const auto& self, const json::Value& value) -> bool {
      if (value.is_null()) return true;
      if (const auto* array = value.as_array()) {
        return std::ranges::all_of(*array, [&](const auto& item) { return self(self, item); });
      }
      if (const auto* object = value.as_object()) {
        return std::ranges::all_of(*object, [&](const auto& m) { return self(self, m.value); });
      }
      return trace_.secrets() != nullptr && trace_.secrets()->secret.contains(&value);
    };
    return hidden(hidden, *subject.value) || refuse(step, step.keyword, subject, where);
  }
  return true;
}

}  // namespace hotswap::schema
