#pragma once
// The structural difference of two documents, for people: what was added, removed, modified and
// moved. For machines there is the patch (patch.hpp).

#include <string>
#include <vector>

#include "domain/json/value.hpp"

namespace hotswap {

struct Difference {
  enum class Kind { Added, Removed, Modified, Moved };
  Kind kind;
  std::string path;        ///< JSONPath in the new document; of a removed value, in the old one
  std::string pointer;     ///< the same place as an RFC 6901 pointer
  json::Value from;        ///< old value; null if added
  json::Value to;          ///< new value; null if removed
  std::string moved_from;  ///< JSONPath in the old document; only if moved
};

struct Diff {
  std::vector<Difference> changes;  ///< in the documents' order
  [[nodiscard]] bool empty() const { return changes.empty(); }
};

/// Equal values (1 and 1.0, members in another order) are no change. An array's item that changed
/// both its place and its content gives a Moved and the changes within. Costs O(n log n) for big
/// arrays.
[[nodiscard]] Diff diff(const json::Value& from, const json::Value& to);

/// `{"added":[{path,value}],"removed":[{path,value}],"modified":[{path,from,to}],
/// "moved":[{path,fromPath}]}`
[[nodiscard]] json::Value diff_json(const Diff& diff);

}  // namespace hotswap
