// Items, tuples and `contains`.

#include <algorithm>

#include "domain/json/path.hpp"
#include "domain/schema/compat/diff.hpp"
#include "domain/schema/compat/wording.hpp"

namespace hotswap::schema::compat {
namespace {

// Where the prefix and the rest stand: their names changed in 2020-12.
std::string prefix_keyword(const Node& node) {
  return node.source->find("prefixItems") != nullptr ? "prefixItems" : "items";
}
std::string rest_keyword(const Node& node) {
  const auto* const items = node.source->find("items");
  return items != nullptr && items->as_array() != nullptr ? "additionalItems" : "items";
}

}  // namespace

void Diff::compare_array(const Spot& spot) {
  static const ArrayRules kNone;
  const auto& before = spot.before->array ? *spot.before->array : kNone;
  const auto& after = spot.after->array ? *spot.after->array : kNone;
  compare_limit(spot, {"minItems", Demand::MinItems, before.min, after.min, false, "items"});
  compare_limit(spot, {"maxItems", Demand::MaxItems, before.max, after.max, true, "items"});
  if (before.unique != after.unique) {
    const Focus focus{Demand::Unique, {}};
    if (after.unique) {
      note(spot, "uniqueItems", "uniqueItems.added", focus,
           {"the items must now differ", "arrays with two equal items are refused", ""});
    } else {
      gone(spot, "uniqueItems", "uniqueItems.removed", focus,
           {"the items need not differ any more", "",
            "the old schema refuses arrays with two equal items"});
    }
  }
  compare_items(spot, before, after);
  compare_contains(spot, before, after);
  compare_rest(spot, "unevaluatedItems", {Demand::UnevaluatedItems, {}}, before.unevaluated,
               after.unevaluated);
}

void Diff::compare_items(const Spot& spot, const ArrayRules& before, const ArrayRules& after) {
  const auto old_keyword = prefix_keyword(*spot.before);
  const auto new_keyword = prefix_keyword(*spot.after);
  const auto common = std::min(before.prefix.size(), after.prefix.size());
  for (std::size_t i = 0; i < common; ++i) {
    auto item = below(spot, Spot::Step::Item);
    item.index = i;
    item.before = before.prefix[i];
    item.after = after.prefix[i];
    item.path_before = json::pointer_item(spot.path_before + "/" + old_keyword, i);
    item.path_after = json::pointer_item(spot.path_after + "/" + new_keyword, i);
    item.where = json::path_item(spot.where, i);
    visit(std::move(item));
  }
  const Focus focus{Demand::Items, {}};
  for (auto i = common; i < after.prefix.size(); ++i) {
    note(spot, new_keyword + json::pointer_item("", i), "item.added", focus,
         {"a schema for item " + std::to_string(i) + " added: " + say_schema(*after.prefix[i]),
          "the old schema accepts other values there",
          "the old schema refuses some such values there"});
  }
  for (auto i = common; i < before.prefix.size(); ++i) {
    gone(spot, old_keyword + json::pointer_item("", i), "item.removed", focus,
         {"the schema for item " + std::to_string(i) + " removed: " + say_schema(*before.prefix[i]),
          "the new schema refuses some such values there",
          "the old schema refuses other values there"});
  }
  if (before.rest == nullptr || after.rest == nullptr) {
    const auto keyword = rest_keyword(after.rest != nullptr ? *spot.after : *spot.before);
    compare_rest(spot, keyword, focus, before.rest, after.rest);
    return;
  }
  auto rest = below(spot, Spot::Step::Item);
  rest.index = std::max(before.prefix.size(), after.prefix.size());
  rest.before = before.rest;
  rest.after = after.rest;
  rest.path_before += "/" + rest_keyword(*spot.before);
  rest.path_after += "/" + rest_keyword(*spot.after);
  rest.where += "[*]";
  visit(std::move(rest));
}

void Diff::compare_contains(const Spot& spot, const ArrayRules& before, const ArrayRules& after) {
  const Focus focus{Demand::Contains, {}};
  const auto with = [](const ArrayRules& rules) {
    auto text = "at least " + std::to_string(rules.min_contains);
    if (rules.max_contains != kNoLimit)
      text += " and at most " + std::to_string(rules.max_contains);
    return text + " of: " + say_schema(*rules.contains);
  };
  if (before.contains == nullptr && after.contains == nullptr) return;
  if (before.contains == nullptr) {
    note(spot, "contains", "contains.added", focus,
         {"must now contain " + with(after), "arrays that do not are refused", ""});
  } else if (after.contains == nullptr) {
    gone(spot, "contains", "contains.removed", focus,
         {"need not contain " + with(before) + " any more", "",
          "the old schema refuses arrays that do not"});
  } else if (before.min_contains != after.min_contains ||
             before.max_contains != after.max_contains ||
             differs(spot, "contains", *before.contains, *after.contains)) {
    note(spot, "contains", "contains.changed", focus,
         {"must contain " + with(after) + "; before: " + with(before),
          "some arrays are no longer accepted", "the old schema refuses some of the arrays"});
  }
}

}  // namespace hotswap::schema::compat
