#pragma once
// Where a subschema stands.

#include <string>
#include <unordered_map>

#include "domain/schema/resources.hpp"

namespace hotswap::schema::compat {

class Locator {
 public:
  /// Both must outlive it.
  Locator(const json::Value& document, const Resources& resources)
      : document_(document), resources_(resources) {}

  /// JSON Pointer from the document's root; for another document's subschema its URI with that as
  /// a fragment.
  [[nodiscard]] std::string pointer(const json::Value& schema);

 private:
  struct Step {
    const json::Value* parent;
    std::string token;
  };
  void index();

  const json::Value& document_;
  const Resources& resources_;
  std::unordered_map<const json::Value*, Step> steps_;  ///< of all values but the root
};

}  // namespace hotswap::schema::compat
