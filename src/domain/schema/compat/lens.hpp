#pragma once
// The two schemas as one direction of a comparison under a policy reads them.

#include <memory>

#include "domain/schema/compat/diff.hpp"
#include "domain/schema/compat/graph.hpp"
#include "domain/schema/compat/shape.hpp"

namespace hotswap::schema::compat {

/// Backward: what the old schema accepts, the new must. Forward: the reverse.
enum class Direction { Backward, Forward };

struct Lens {
  Direction direction;
  const Graph& writer;  ///< of the schema whose documents are asked about
  const Graph& reader;  ///< of the schema that they must be valid under

  [[nodiscard]] const Node& left(const Spot& spot) const;
  [[nodiscard]] const Node& right(const Spot& spot) const;
  /// All that is known of the values at the spot where its subschema counts.
  [[nodiscard]] Left known(const Spot& spot) const;
};

}  // namespace hotswap::schema::compat
