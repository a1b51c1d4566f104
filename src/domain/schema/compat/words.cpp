#include "domain/schema/compat/words.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "domain/json/member_index.hpp"

namespace hotswap::schema::compat {
namespace {

using Names = std::initializer_list<std::string_view>;

bool is_of(std::string_view name, Names names) {
  return std::ranges::find(names, name) != names.end();
}

/// A member of a schema that is only words. The value must be text: `$ref` may point anywhere.
bool is_words(std::string_view keyword, const json::Value& value) {
  const auto is_text = [](const json::Value& one) { return one.as_string() != nullptr; };
  if (is_of(keyword, {"title", "description", "$comment"})) return is_text(value);
  const auto* const items = value.as_array();
  return keyword == "examples" && items != nullptr && std::ranges::all_of(*items, is_text);
}

/// What a value is, by the keyword that holds it.
enum class Place { Schema, Schemas, Data };

Place below(std::string_view keyword) {
  if (is_of(keyword, {"properties", "patternProperties", "$defs", "definitions", "dependencies",
                      "dependentSchemas"}))
    return Place::Schemas;
  return is_of(keyword, {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "items",
                         "prefixItems", "additionalItems", "contains", "additionalProperties",
                         "propertyNames", "unevaluatedItems", "unevaluatedProperties"})
             ? Place::Schema
             : Place::Data;
}

bool same(const json::Value& before, const json::Value& after, Place place);

/// By name, without those that are only words.
std::vector<const json::Member*> telling_members(const json::Object& object, Place place) {
  auto members = json::MemberIndex(object).sorted();
  if (place == Place::Schema)
    std::erase_if(members,
                  [](const auto* member) { return is_words(member->name, member->value); });
  return members;
}

bool same_members(const json::Object& before, const json::Object& after, Place place) {
  const auto same_member = [place](const json::Member* a, const json::Member* b) {
    return a->name == b->name &&
           same(a->value, b->value, place == Place::Schema ? below(a->name) : Place::Schema);
  };
  return std::ranges::equal(telling_members(before, place), telling_members(after, place),
                            same_member);
}

/// Arrays hold what they are: `allOf` schemas, `items` of older drafts, too.
bool same(const json::Value& before, const json::Value& after, Place place) {
  if (place == Place::Data) return before == after;
  if (const auto* const a = before.as_object(); a != nullptr && after.as_object() != nullptr)
    return same_members(*a, *after.as_object(), place);
  const auto* const a = before.as_array();
  const auto* const b = after.as_array();
  if (place == Place::Schemas || a == nullptr || b == nullptr) return before == after;
  return std::ranges::equal(
      *a, *b, [](const json::Value& x, const json::Value& y) { return same(x, y, Place::Schema); });
}

}  // namespace

bool same_but_for_words(const json::Value& before, const json::Value& after) {
  return same(before, after, Place::Schema);
}

}  // namespace hotswap::schema::compat
