#pragma once
// What is known of the documents that several schemas accept together: the left side of every
// question "is each of these valid under that". Leaving something out only widens it, which is
// safe.

#include <string_view>
#include <vector>

#include "domain/schema/compat/arena.hpp"
#include "domain/schema/compat/node.hpp"

namespace hotswap::schema::compat {

/// The documents that every one of `members` accepts and none of `nots`.
struct Left {
  std::vector<const Node*> members;  ///< sorted, no duplicates
  std::vector<const Node*> nots;     ///< the same

  [[nodiscard]] Left with(const Node& member) const;
  [[nodiscard]] Left without(const Node& refused) const;
  auto operator<=>(const Left&) const = default;
};
[[nodiscard]] Left left_of(const Node& node);
[[nodiscard]] Left left_of(std::vector<const Node*> members);

struct Shape {
  std::vector<const Node*> members;  ///< with their allOf, references and so on; sorted
  std::vector<const Node*> nots;
  TypeMask types = kAnyType;
  bool never = false;
  const Node* listed = nullptr;  ///< the member with the fewest enumerated values
  std::optional<Bound> lower;
  std::optional<Bound> upper;
  std::vector<json::Decimal> multiples;
  std::size_t min_length = 0;
  std::size_t max_length = kNoLimit;
  std::vector<const StringRules*> strings;
  std::size_t min_items = 0;
  std::size_t max_items = kNoLimit;
  bool unique = false;
  std::vector<const ArrayRules*> arrays;
  std::size_t min_properties = 0;
  std::size_t max_properties = kNoLimit;
  std::vector<const ObjectRules*> objects;
  std::vector<std::string_view> required;  ///< sorted
  std::vector<std::string_view> absent;    ///< members that cannot be there
  std::vector<const Node*> choices;        ///< members with an undecided anyOf, oneOf or if

  [[nodiscard]] bool requires_member(std::string_view name) const;
  /// What the values of this member satisfy.
  [[nodiscard]] std::vector<const Node*> places(std::string_view name, const Node& nothing) const;
  [[nodiscard]] std::vector<const Node*> item_places(std::size_t index) const;
  /// The only names that can occur, where they are finitely many.
  [[nodiscard]] std::optional<std::vector<std::string_view>> closed_names() const;
};

[[nodiscard]] Shape shape_of(const Left& left, Arena& arena);

/// The cases of an undecided choice: together they cover all documents of `left`.
[[nodiscard]] std::vector<Left> cases_of(const Left& left, const Shape& shape, const Node& choice);

/// What `rules` demand of this member; empty: nothing. False in `certain` where a pattern gave up.
[[nodiscard]] std::vector<const Node*> places_of(const ObjectRules& rules, std::string_view name,
                                                 bool& certain);

}  // namespace hotswap::schema::compat
