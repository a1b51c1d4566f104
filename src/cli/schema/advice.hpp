#pragma once
// What `hotswap schema lint` says of a schema that is valid, but perhaps not what was meant.

#include <string>
#include <vector>

#include "domain/schema/schema.hpp"

namespace hotswap::cli {

struct Advice {
  std::string path;     ///< JSONPath inside the schema
  std::string keyword;  ///< what it is about
  std::string message;
  bool operator==(const Advice&) const = default;
};

/// Of a schema that compiles, in the order of its text. Nothing here makes a schema wrong:
/// keywords without effect, names and bounds that contradict each other, defaults that their own
/// schema refuses, definitions that nobody uses, objects that accept any typing mistake.
[[nodiscard]] std::vector<Advice> advice_on(const json::Value& document, schema::Draft draft);

}  // namespace hotswap::cli
