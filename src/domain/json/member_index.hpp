#pragma once
// Fast look-up by name for those who search one object many times. Sorted instead of hashed: a
// document with chosen names cannot make it slow.

#include <string_view>
#include <vector>

#include "domain/json/value.hpp"

namespace hotswap::json {

class MemberIndex {
 public:
  /// `object` must outlive the index and stay unchanged.
  explicit MemberIndex(const Object& object);

  /// The member's value, or nullptr; logarithmic.
  [[nodiscard]] const Value* find(std::string_view name) const;
  /// All members, sorted by the bytes of their names.
  [[nodiscard]] const std::vector<const Member*>& sorted() const { return sorted_; }

 private:
  std::vector<const Member*> sorted_;
};

}  // namespace hotswap::json
