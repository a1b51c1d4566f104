// Compiler: keywords of arrays.
#include "domain/schema/compiler.hpp"

namespace hotswap::schema {

void Compiler::arrays(Context& context) {
  auto& group = context.groups.array;
  sizes(context, group, Keyword::MinItems, Keyword::MaxItems);
  items(context);
  contains(context);
  const auto* unique = context.get(Keyword::UniqueItems);
  if (unique != nullptr && unique->as_bool() != nullptr && *unique->as_bool()) {
    group.push_back({Keyword::UniqueItems});
  }
  if (const auto* rest = context.get(Keyword::UnevaluatedItems)) {
    group.push_back({Keyword::UnevaluatedItems, 0, node_of(*rest)});
    context.node.tracks_items = true;
  }
}

void Compiler::items(Context& context) {
  Items rule;
  const auto* items = context.get(Keyword::Items);
  const auto* listed = context.get(Keyword::PrefixItems);
  const auto* rest = items;
  if (items != nullptr && items->as_array() != nullptr && context.place.draft < Draft::Draft2020) {
    listed = items;
    rest = context.get(Keyword::AdditionalItems);
    rule.prefix_keyword = Keyword::Items;
    rule.rest_keyword = Keyword::AdditionalItems;
  }
  if (listed != nullptr && listed->as_array() != nullptr) rule.prefix = list(*listed->as_array());
  if (rest != nullptr) rule.rest = child_of(*rest);
  if (rule.prefix.count == 0 && !rule.rest.is_set()) return;
  context.groups.array.push_back(
      {Keyword::Items, 0, static_cast<std::uint32_t>(program_->items.size())});
  program_->items.push_back(rule);
}

void Compiler::contains(Context& context) {
  const auto* schema = context.get(Keyword::Contains);
  if (schema == nullptr) return;
  Contains rule;
  rule.schema = child_of(*schema);
  rule.evaluates = context.place.draft == Draft::Draft2020;
  const auto bound = [&](Keyword keyword, std::uint64_t usual) {
    const auto* value = context.get(keyword);
    const auto number = value == nullptr ? std::nullopt : value->as_int();
    return number && *number >= 0 ? static_cast<std::uint64_t>(*number) : usual;
  };
  rule.min = bound(Keyword::MinContains, rule.min);
  rule.max = bound(Keyword::MaxContains, rule.max);
  context.groups.array.push_back(
      {Keyword::Contains, 0, static_cast<std::uint32_t>(program_->contains.size())});
  program_->contains.push_back(rule);
}

}  // namespace hotswap::schema
