#pragma once
// Which members and items a schema's own keywords and in-place subschemas evaluate, seen without a
// document: what `unevaluatedProperties` and `unevaluatedItems` leave over.

#include <string_view>
#include <vector>

#include "domain/schema/compat/node.hpp"

namespace hotswap::schema::compat {

/// Certain: whatever document is valid. Possible: by some document, through any branch.
enum class Certainty { Certain, Possible };

struct EvaluatedProperties {
  bool everything = false;
  std::vector<std::string_view> names;  ///< sorted
  std::vector<TextPattern> patterns;
};
[[nodiscard]] EvaluatedProperties evaluated_properties(const Node& node, Certainty certainty);

struct EvaluatedItems {
  bool everything = false;
  std::size_t prefix = 0;
};
[[nodiscard]] EvaluatedItems evaluated_items(const Node& node, Certainty certainty);

/// The rule that the node's `unevaluated…` comes down to, with `anything` for what is evaluated.
/// Under Certain it is at least as strict as the schema, under Possible at most.
[[nodiscard]] ObjectRules unevaluated_properties(const Node& node, Certainty certainty,
                                                 const Node& anything);
[[nodiscard]] ArrayRules unevaluated_items(const Node& node, Certainty certainty,
                                           const Node& anything);

}  // namespace hotswap::schema::compat
