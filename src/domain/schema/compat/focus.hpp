#pragma once
// One demand of a schema by itself: what a single change is judged by.

#include <string>

#include "domain/schema/compat/arena.hpp"
#include "domain/schema/compat/node.hpp"

namespace hotswap::schema::compat {

enum class Demand {
  None,  ///< words: nothing is demanded
  Everything,
  Types,
  Values,
  Lower,
  Upper,
  Multiple,
  MinLength,
  MaxLength,
  Pattern,
  Format,
  MinItems,
  MaxItems,
  Unique,
  Items,
  Contains,
  UnevaluatedItems,
  MinProperties,
  MaxProperties,
  Property,         ///< of one name, however it is described
  PatternProperty,  ///< of one pattern
  Additional,
  Required,  ///< of one name
  Names,
  Dependents,
  UnevaluatedProperties,
  AllOf,
  AnyOf,
  OneOf,
  Choice,  ///< anyOf and oneOf together
  Not,
  Condition,
  Reference,
  Secret
};

struct Focus {
  Demand demand = Demand::None;
  std::string name;  ///< of the property or pattern
};

/// A node that demands of `node` only that. `other` is the schema that it is compared with: what
/// that one describes does not count as additional.
[[nodiscard]] const Node& focused(const Node& node, const Node* other, const Focus& focus,
                                  Arena& arena);

}  // namespace hotswap::schema::compat
