#pragma once
// Places of keywords as the output units write them.

#include <string>
#include <string_view>
#include <vector>

#include "domain/schema/report.hpp"

namespace hotswap::schema {

/// A JSON Pointer as the fragment of a URI: what may not stand there is percent-encoded.
[[nodiscard]] std::string as_fragment(std::string_view pointer);

/// One subschema on the way to a failing keyword: how far keyword_location and instance_location of
/// the failure have come there.
struct Stage {
  std::size_t keyword_end = 0;
  std::size_t instance_end = 0;
  bool operator==(const Stage&) const = default;
};

/// Of the subschemas from the root (which is left out) to the one that holds the failing keyword.
[[nodiscard]] std::vector<Stage> stages_of(const Failure& failure);

}  // namespace hotswap::schema
