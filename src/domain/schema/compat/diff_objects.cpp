// Members.

#include <algorithm>
#include <map>
#include <set>

#include "domain/json/path.hpp"
#include "domain/schema/compat/diff.hpp"
#include "domain/schema/compat/evaluate.hpp"
#include "domain/schema/compat/wording.hpp"

namespace hotswap::schema::compat {
namespace {

std::string step_of(std::string_view keyword, std::string_view name) {
  return std::string(keyword) + json::pointer_member("", name);
}

// What a side says of names that it neither lists nor covers by a pattern.
std::string undescribed(const ObjectRules& rules) {
  const bool closed = (rules.additional != nullptr && rules.additional->never) ||
                      (rules.unevaluated != nullptr && rules.unevaluated->never);
  if (closed) return "refuses it";
  if (rules.additional != nullptr) return "covers the name by its rule for other members";
  return "allows anything under that name";
}

// What a side says of a name that it does not list itself.
std::string undescribed(const ObjectRules& rules, std::string_view name) {
  const bool by_pattern = std::ranges::any_of(
      rules.patterns, [&](const auto& each) { return matches(each.pattern, name) == Truth::Yes; });
  return by_pattern ? "covers the name by a pattern's rule" : undescribed(rules);
}

std::string say_names(const std::vector<std::string_view>& names) {
  std::vector<std::string> parts;
  for (const auto name : names) parts.push_back(quoted(name));
  return joined(parts, "and");
}

}  // namespace

void Diff::compare_object(const Spot& spot) {
  static const ObjectRules kNone;
  const auto& before = spot.before->object ? *spot.before->object : kNone;
  const auto& after = spot.after->object ? *spot.after->object : kNone;
  if (&before == &after) return;
  compare_properties(spot, before, after);
  compare_required(spot, before, after);
  compare_patterns(spot, before, after);
  if (before.additional != nullptr && after.additional != nullptr && !before.additional->never &&
      !after.additional->never) {
    auto rest = below(spot, Spot::Step::AnyMember);
    rest.name.clear();
    rest.before = before.additional;
    rest.after = after.additional;
    rest.path_before += "/additionalProperties";
    rest.path_after += "/additionalProperties";
    rest.where += ".*";
    visit(std::move(rest));
  } else {
    compare_rest(spot, "additionalProperties", {Demand::Additional, {}}, before.additional,
                 after.additional);
  }
  compare_rest(spot, "unevaluatedProperties", {Demand::UnevaluatedProperties, {}},
               before.unevaluated, after.unevaluated);
  compare_limit(spot,
                {"minProperties", Demand::MinProperties, before.min, after.min, false, "members"});
  compare_limit(spot,
                {"maxProperties", Demand::MaxProperties, before.max, after.max, true, "members"});
  compare_names(spot, before.names, after.names);
  compare_dependents(spot, before, after);
}

void Diff::compare_properties(const Spot& spot, const ObjectRules& before,
                              const ObjectRules& after) {
  for (const auto& property : after.properties) {
    const auto* const old = before.find(property.name);
    if (old == nullptr) {
      added_property(spot, property, before);
    } else {
      visit_member(spot, std::string(property.name), old, property.node);
    }
  }
  for (const auto& property : before.properties) {
    if (after.find(property.name) == nullptr) removed_property(spot, property, after);
  }
}

void Diff::visit_member(const Spot& spot, const std::string& name, const Node* before,
                        const Node* after) {
  auto member = below(spot, Spot::Step::Member);
  member.name = name;
  member.before = before;
  member.after = after;
  member.path_before += "/" + step_of("properties", name);
  member.path_after += "/" + step_of("properties", name);
  member.where = json::path_member(spot.where, name);
  visit(std::move(member));
}

void Diff::added_property(const Spot& spot, const Property& property, const ObjectRules& before) {
  const auto name = quoted(property.name);
  const auto rule = undescribed(before, property.name);
  auto& at = spots_.emplace_back(spot);
  at.where = json::path_member(spot.where, property.name);
  note(at, step_of("properties", property.name), "property.added",
       {Demand::Property, std::string(property.name)},
       {"property " + name + " added (" + say_schema(*property.node) + ")",
        "the old schema " + rule + ", so a stored document may have a " + name +
            " that the new schema refuses",
        "the old schema " + rule});
}

void Diff::removed_property(const Spot& spot, const Property& property, const ObjectRules& after) {
  const auto name = quoted(property.name);
  const auto rule = undescribed(after, property.name);
  auto& at = spots_.emplace_back(spot);
  at.where = json::path_member(spot.where, property.name);
  gone(at, step_of("properties", property.name), "property.removed",
       {Demand::Property, std::string(property.name)},
       {"property " + name + " removed (" + say_schema(*property.node) + ")",
        "the new schema " + rule + ", and stored documents may have it",
        "the new schema " + rule + ", so a new document may have a " + name +
            " that the old schema refuses"});
}

void Diff::compare_required(const Spot& spot, const ObjectRules& before, const ObjectRules& after) {
  const auto each = [&](const ObjectRules& from, const ObjectRules& to, bool added) {
    for (const auto name : from.required) {
      if (std::ranges::binary_search(to.required, name)) continue;
      auto& at = spots_.emplace_back(spot);
      at.where = json::path_member(spot.where, name);
      const Focus focus{Demand::Required, std::string(name)};
      const bool fresh = added && to.find(name) == nullptr;
      if (added) {
        note(at, "required", "required.added", focus,
             {quoted(name) + (fresh ? " is required" : " is now required"),
              "stored documents without it are refused", ""});
      } else {
        gone(at, "required", "required.removed", focus,
             {quoted(name) + " is no longer required", "",
              "the old schema refuses documents without it"});
      }
    }
  };
  each(after, before, true);
  each(before, after, false);
}

void Diff::compare_patterns(const Spot& spot, const ObjectRules& before, const ObjectRules& after) {
  const auto find = [](const ObjectRules& rules, const std::string& source) -> const Node* {
    for (const auto& each : rules.patterns) {
      if (each.pattern.source == source) return each.node;
    }
    return nullptr;
  };
  for (const auto& [pattern, node] : after.patterns) {
    const auto step = step_of("patternProperties", pattern.source);
    if (const auto* old = find(before, pattern.source)) {
      auto member = below(spot, Spot::Step::AnyMember);
      member.name = pattern.source;
      member.before = old;
      member.after = node;
      member.path_before += "/" + step;
      member.path_after += "/" + step;
      member.where += ".*";
      visit(std::move(member));
      continue;
    }
    note(spot, step, "patternProperty.added", {Demand::PatternProperty, pattern.source},
         {"a rule for members like " + quoted(pattern.source) + " added: " + say_schema(*node),
          "the old schema accepts other values there", "the old schema " + undescribed(before)});
  }
  for (const auto& [pattern, node] : before.patterns) {
    if (find(after, pattern.source) != nullptr) continue;
    gone(spot, step_of("patternProperties", pattern.source), "patternProperty.removed",
         {Demand::PatternProperty, pattern.source},
         {"the rule for members like " + quoted(pattern.source) + " removed: " + say_schema(*node),
          "the new schema " + undescribed(after), "the old schema refuses other values there"});
  }
}

void Diff::compare_rest(const Spot& spot, std::string_view keyword, Focus focus, const Node* before,
                        const Node* after) {
  const bool was_open = before == nullptr || before->anything();
  const bool is_open = after == nullptr || after->anything();
  if (was_open && is_open) return;
  if (before != nullptr && after != nullptr && !differs(spot, keyword, *before, *after)) return;
  const std::string name(keyword);
  const bool items = name.ends_with("tems");
  const std::string what = items ? "further items" : "further members";
  const auto say_side = [&](const Node* node) {
    return node == nullptr || node->anything() ? std::string("anything") : say_schema(*node);
  };
  std::string verb = ".changed";
  if (is_open || (before != nullptr && before->never)) verb = ".opened";
  if (after != nullptr && after->never) verb = ".closed";
  if (was_open && !is_open && !after->never) verb = ".restricted";
  Words words{what + ": " + say_side(after) + "; before: " + say_side(before), "", ""};
  if (!is_open) words.loses = "the old schema accepts " + what + " that the new one refuses";
  if (!was_open) words.gains = "the old schema refuses " + what + " that the new one accepts";
  if (after != nullptr)
    note(spot, keyword, name + verb, std::move(focus), std::move(words));
  else
    gone(spot, keyword, name + verb, std::move(focus), std::move(words));
}

void Diff::compare_names(const Spot& spot, const Node* before, const Node* after) {
  if (before == nullptr && after == nullptr) return;
  const bool two = before != nullptr && after != nullptr;
  if (two && !differs(spot, "propertyNames", *before, *after)) return;
  const Focus focus{Demand::Names, {}};
  const Words words{"the rule for members' names changed", "some names are no longer accepted",
                    "the old schema refuses some names"};
  if (before == nullptr) note(spot, "propertyNames", "propertyNames.added", focus, words);
  if (after == nullptr) gone(spot, "propertyNames", "propertyNames.removed", focus, words);
  if (two) note(spot, "propertyNames", "propertyNames.changed", focus, words);
}

void Diff::compare_dependents(const Spot& spot, const ObjectRules& before,
                              const ObjectRules& after) {
  using Names = std::vector<std::string_view>;
  std::map<std::string_view, std::pair<Names, Names>> required;
  for (const auto& each : before.dependent_required) required[each.trigger].first = each.names;
  for (const auto& each : after.dependent_required) required[each.trigger].second = each.names;
  for (auto& [trigger, names] : required) {
    auto& [old, now] = names;
    std::ranges::sort(old);
    std::ranges::sort(now);
    if (old == now) continue;
    const Focus focus{Demand::Dependents, std::string(trigger)};
    Words words{"beside " + quoted(trigger) +
                    " required: " + (now.empty() ? "nothing" : say_names(now)) +
                    "; before: " + (old.empty() ? "nothing" : say_names(old)),
                "documents without what is now required are refused",
                "the old schema refuses documents without what it requires"};
    const auto step = json::pointer_member("dependentRequired", trigger);
    if (now.empty()) gone(spot, step, "dependentRequired.removed", focus, words);
    if (!now.empty() && old.empty()) note(spot, step, "dependentRequired.added", focus, words);
    if (!now.empty() && !old.empty()) note(spot, step, "dependentRequired.changed", focus, words);
  }
  const auto find = [](const ObjectRules& rules, std::string_view trigger) -> const Node* {
    const auto at = std::ranges::find(rules.dependent_schemas, trigger, &Property::name);
    return at == rules.dependent_schemas.end() ? nullptr : at->node;
  };
  for (const auto& [trigger, node] : after.dependent_schemas) {
    const auto step = json::pointer_member("dependentSchemas", trigger);
    if (const auto* old = find(before, trigger)) {
      const auto* const given = &arena_.having(trigger);
      visit_branch(spot, {"/" + step, "/" + step, old, node, given, given});
      continue;
    }
    note(spot, step, "dependentSchemas.added", {Demand::Dependents, std::string(trigger)},
         {"a schema for documents with " + quoted(trigger) + " added",
          "documents with it may be refused", ""});
  }
  for (const auto& [trigger, node] : before.dependent_schemas) {
    if (find(after, trigger) != nullptr) continue;
    gone(spot, json::pointer_member("dependentSchemas", trigger), "dependentSchemas.removed",
         {Demand::Dependents, std::string(trigger)},
         {"the schema for documents with " + quoted(trigger) + " removed", "",
          "the old schema refuses some documents with it"});
  }
}

}  // namespace hotswap::schema::compat
