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
bool Evaluator<Trace>::choice(const Step& step, const Subject& subject, const Where& where) {
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
  const auto same = [&](std::uint32_t index) {
    const auto& value = program_.values[index];
    if (subject.kind != value.kind()) return false;
    if (subject.kind == json::Kind::String) {
      return subject.text == std::string_view(*value.as_string());
    }
    return equal(*subject.value, value);
  };
  if (choice.slot_mask == 0) {
    for (std::uint32_t i = 0; i < choice.values.count; ++i) {
      if (same(choice.values.first + i)) return true;
    }
    return false;
  }
  const auto hash =
      subject.kind == json::Kind::String ? hash_string(subject.text) : hash_value(*subject.value);
  for (auto at = static_cast<std::uint32_t>(hash);; ++at) {
    const auto index = program_.slots[choice.first_slot + (at & choice.slot_mask)];
    if (index == kNone) return false;
    if (same(index)) return true;
  }
}

/// Minimum and its like. a: bound.
template <class Trace>
bool Evaluator<Trace>::number(const Step& step, const Subject& subject, const Where& where) {
  const auto order = compare(subject.text, program_.bounds[step.a]);
  bool fits = false;
  switch (step.keyword) {
    case Keyword::Minimum:
      fits = order >= 0;
      break;
    case Keyword::Maximum:
      fits = order <= 0;
      break;
    case Keyword::ExclusiveMinimum:
      fits = order > 0;
      break;
    default:
      fits = order < 0;
  }
  return fits || refuse(step, step.keyword, subject, where, {.table = step.a});
}

/// MultipleOf. a: bound.
template <class Trace>
bool Evaluator<Trace>::multiple(const Step& step, const Subject& subject, const Where& where) {
  const auto fits = is_multiple(subject.text, program_.bounds[step.a]);
  if (!fits) return give_up(Abort::Division, subject, where);
  return *fits || refuse(step, step.keyword, subject, where, {.table = step.a});
}

/// MinLength, MaxLength. a: length.
template <class Trace>
bool Evaluator<Trace>::length(const Step& step, const Subject& subject, const Where& where) {
  if (is_unknown(subject)) return ++maybe_ > 0;
  const auto bound = program_.lengths[step.a];
  const auto bytes = subject.text.size();
  // A character takes one to four bytes, so that counting is seldom needed.
  if (step.keyword == Keyword::MinLength) {
    if (bytes >= bound && (bytes / 4 >= bound || character_count(subject.text) >= bound))
      return true;
  } else if (bytes <= bound || (bytes / 4 <= bound && character_count(subject.text) <= bound)) {
    return true;
  }
  return refuse(step, step.keyword, subject, where, {.table = step.a});
}

/// Pattern (a: pattern), Format (a: its number).
template <class Trace>
bool Evaluator<Trace>::pattern(const Step& step, const Subject& subject, const Where& where) {
  if (is_unknown(subject)) return ++maybe_ > 0;
  const bool fits = step.keyword == Keyword::Format
                        ? conforms(static_cast<Format>(step.a), subject.text)
                        : matches(step.a, subject.text, where);
  if (aborted_ != Abort::None) return false;
  return fits || refuse(step, step.keyword, subject, where, {.table = step.a});
}

template <class Trace>
bool Evaluator<Trace>::matches(std::uint32_t pattern, std::string_view text, const Where& where) {
  const auto& compiled = program_.patterns[pattern];
  const auto match = compiled.search(text);
  if (match == Match::GaveUp) {
    return give_up(Abort::Pattern, {json::Kind::String, nullptr, text}, where, compiled.source());
  }
  return match == Match::Yes;
}

/// WriteOnly, XSecret: every scalar in the value but null must be a secret.
template <class Trace>
bool Evaluator<Trace>::secret(const Step& step, const Subject& subject, const Where& where) {
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
