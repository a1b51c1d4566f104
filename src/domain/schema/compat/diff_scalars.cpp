// Types, values, numbers and strings.

#include <algorithm>

#include "domain/schema/compat/diff.hpp"
#include "domain/schema/compat/evaluate.hpp"
#include "domain/schema/compat/number.hpp"
#include "domain/schema/compat/wording.hpp"

namespace hotswap::schema::compat {
namespace {

std::vector<const json::Value*> missing_from(const Node& node, const Node& other) {
  std::vector<const json::Value*> missing;
  for (const auto* value : *node.values) {
    if (!listed(*value, other)) missing.push_back(value);
  }
  return missing;
}

std::string_view values_keyword(const Node& node) {
  return node.source->find("const") != nullptr ? "const" : "enum";
}

std::string beyond(const Bound& bound, bool upper) {
  if (upper) return (bound.exclusive ? "values from " : "values above ") + say(bound);
  return bound.exclusive ? "values up to " + say(bound) : "values below " + say(bound);
}

std::string_view bound_keyword(const Node& node, bool upper, const Bound& bound) {
  const std::string_view exclusive = upper ? "exclusiveMaximum" : "exclusiveMinimum";
  const auto* const value = node.source->find(exclusive);
  const bool number = value != nullptr && value->as_number() != nullptr;
  if (bound.exclusive && number) return exclusive;
  return upper ? "maximum" : "minimum";
}

std::string say_limit(std::size_t limit, std::string_view unit) {
  return std::to_string(limit) + " " + std::string(unit);
}

}  // namespace

void Diff::compare_types(const Spot& spot) {
  const auto before = spot.before->types;
  const auto after = spot.after->types;
  if (spot.before->secret != spot.after->secret) {
    const bool now = spot.after->secret;
    note(spot, "", now ? "secret.demanded" : "secret.released", {Demand::Secret, {}},
         now ? Words{"the value must now be a secret", "plain values are now refused", ""}
             : Words{"the value need not be a secret any more", "",
                     "the old schema refuses plain values"});
  }
  if (before == after) return;
  const auto lost = static_cast<TypeMask>(before & ~after);
  const auto gained = static_cast<TypeMask>(after & ~before);
  std::string kind = "type.changed";
  if (lost == 0) kind = "type.widened";
  if (gained == 0) kind = "type.narrowed";
  Words words{"type changed from " + say_types(before) + " to " + say_types(after), "", ""};
  if (lost != 0) words.loses = say_plural(lost) + " are no longer accepted";
  if (gained != 0) words.gains = "the old schema refuses " + say_plural(gained);
  const bool stated = spot.after->source->find("type") != nullptr;
  if (stated) note(spot, "type", kind, {Demand::Types, {}}, words);
  if (!stated) gone(spot, "type", kind, {Demand::Types, {}}, words);
}

void Diff::compare_values(const Spot& spot) {
  const auto& before = *spot.before;
  const auto& after = *spot.after;
  const Focus focus{Demand::Values, {}};
  if (!before.values && !after.values) return;
  if (!before.values) {
    const auto keyword = values_keyword(after);
    note(
        spot, keyword, std::string(keyword) + ".added", focus,
        {"only " + say_list(*after.values) + " allowed now", "any other value is now refused", ""});
    return;
  }
  if (!after.values) {
    const auto keyword = values_keyword(before);
    gone(spot, keyword, std::string(keyword) + ".removed", focus,
         {"no longer limited to " + say_list(*before.values), "",
          "the old schema refuses any other value"});
    return;
  }
  const auto lost = missing_from(before, after);
  const auto gained = missing_from(after, before);
  if (lost.empty() && gained.empty()) return;
  const std::string keyword(values_keyword(after));
  auto kind = keyword + (lost.empty() ? ".widened" : (gained.empty() ? ".narrowed" : ".changed"));
  Words words;
  if (!lost.empty()) words.what = "no longer allowed: " + say_list(lost);
  if (!gained.empty()) {
    words.what += (lost.empty() ? "newly allowed: " : "; newly allowed: ") + say_list(gained);
  }
  if (!lost.empty()) words.loses = "stored documents may hold what is no longer allowed";
  if (!gained.empty()) words.gains = "the old schema refuses what is newly allowed";
  note(spot, keyword, std::move(kind), focus, std::move(words));
}

void Diff::compare_numbers(const Spot& spot) {
  static const NumberRules kNone;
  const auto& before = spot.before->number ? *spot.before->number : kNone;
  const auto& after = spot.after->number ? *spot.after->number : kNone;
  compare_bound(spot, before.lower, after.lower, false);
  compare_bound(spot, before.upper, after.upper, true);
  if (before.multiple == after.multiple) return;
  const Focus focus{Demand::Multiple, {}};
  const auto of = [](const json::Decimal& number) { return json::layout(number); };
  if (!before.multiple) {
    note(spot, "multipleOf", "multipleOf.added", focus,
         {"must now be a multiple of " + of(*after.multiple), "other numbers are refused", ""});
  } else if (!after.multiple) {
    gone(spot, "multipleOf", "multipleOf.removed", focus,
         {"need not be a multiple of " + of(*before.multiple) + " any more", "",
          "the old schema refuses other numbers"});
  } else {
    note(spot, "multipleOf", "multipleOf.changed", focus,
         {"multipleOf changed from " + of(*before.multiple) + " to " + of(*after.multiple),
          "numbers that are no multiple of " + of(*after.multiple) + " are now refused",
          "the old schema refuses what is no multiple of " + of(*before.multiple)});
  }
}

void Diff::compare_bound(const Spot& spot, const std::optional<Bound>& before,
                         const std::optional<Bound>& after, bool upper) {
  if (before == after) return;
  const std::string name = upper ? "maximum" : "minimum";
  const Focus focus{upper ? Demand::Upper : Demand::Lower, {}};
  const auto with = [](const Bound& bound) {
    return say(bound) + (bound.exclusive ? " (exclusive)" : "");
  };
  if (!before) {
    note(spot, bound_keyword(*spot.after, upper, *after), name + ".added", focus,
         {name + " " + with(*after) + " added", beyond(*after, upper) + " are no longer accepted",
          ""});
    return;
  }
  if (!after) {
    gone(spot, bound_keyword(*spot.before, upper, *before), name + ".removed", focus,
         {name + " " + with(*before) + " removed", "",
          "the old schema refuses " + beyond(*before, upper)});
    return;
  }
  const int sign = order(after->at, before->at);
  const bool raised = sign > 0 || (sign == 0 && after->exclusive != upper);
  const bool tighter = raised != upper;
  Words words{
      name + (raised ? " raised from " : " lowered from ") + with(*before) + " to " + with(*after),
      "", ""};
  if (tighter) words.loses = beyond(*after, upper) + " are no longer accepted";
  if (!tighter) words.gains = "the old schema refuses " + beyond(*before, upper);
  note(spot, bound_keyword(*spot.after, upper, *after), name + (raised ? ".raised" : ".lowered"),
       focus, std::move(words));
}

void Diff::compare_limit(const Spot& spot, const Limit& limit) {
  if (limit.before == limit.after) return;
  const std::string keyword(limit.keyword);
  const Focus focus{limit.demand, {}};
  const auto none = limit.upper ? kNoLimit : std::size_t{0};
  const auto outside = [&](std::size_t at) {
    return (limit.upper ? "more than " : "fewer than ") + say_limit(at, limit.unit);
  };
  if (limit.before == none) {
    note(spot, keyword, keyword + ".added", focus,
         {keyword + " " + std::to_string(limit.after) + " added",
          outside(limit.after) + " are no longer accepted", ""});
  } else if (limit.after == none) {
    gone(spot, keyword, keyword + ".removed", focus,
         {keyword + " " + std::to_string(limit.before) + " removed", "",
          "the old schema refuses " + outside(limit.before)});
  } else {
    const bool raised = limit.after > limit.before;
    Words words{keyword + (raised ? " raised from " : " lowered from ") +
                    std::to_string(limit.before) + " to " + std::to_string(limit.after),
                "", ""};
    if (raised != limit.upper) words.loses = outside(limit.after) + " are no longer accepted";
    if (raised == limit.upper) words.gains = "the old schema refuses " + outside(limit.before);
    note(spot, keyword, keyword + (raised ? ".raised" : ".lowered"), focus, std::move(words));
  }
}

void Diff::compare_strings(const Spot& spot) {
  static const StringRules kNone;
  const auto& before = spot.before->string ? *spot.before->string : kNone;
  const auto& after = spot.after->string ? *spot.after->string : kNone;
  compare_limit(spot, {"minLength", Demand::MinLength, before.min, after.min, false, "characters"});
  compare_limit(spot, {"maxLength", Demand::MaxLength, before.max, after.max, true, "characters"});
  const auto compare_text = [&](std::string keyword, Demand demand, const std::string& old,
                                const std::string& now) {
    if (old == now) return;
    Words words{keyword + " changed " + say_change(old, now), "", ""};
    if (old.empty()) words.what = keyword + " " + quoted(now) + " added";
    if (now.empty()) words.what = keyword + " " + quoted(old) + " removed";
    if (!now.empty()) words.loses = "some texts are no longer accepted";
    if (!old.empty()) words.gains = "the old schema refuses some texts that the new one accepts";
    const std::string verb = old.empty() ? ".added" : (now.empty() ? ".removed" : ".changed");
    if (now.empty())
      gone(spot, keyword, keyword + verb, {demand, {}}, std::move(words));
    else
      note(spot, keyword, keyword + verb, {demand, {}}, std::move(words));
  };
  const auto source = [](const StringRules& rules) {
    return rules.pattern ? rules.pattern->source : std::string();
  };
  const auto format = [](const StringRules& rules) {
    return rules.format ? std::string(to_string(*rules.format)) : std::string();
  };
  compare_text("pattern", Demand::Pattern, source(before), source(after));
  compare_text("format", Demand::Format, format(before), format(after));
}

}  // namespace hotswap::schema::compat
