#include "domain/config/merge_patch.hpp"

namespace hotswap::json {

// Recursion is as deep as `patch`, whose depth the parser has limited.
Value merge_patch(Value target, const Value& patch) {
  const auto* changes = patch.as_object();
  if (changes == nullptr) return patch;
  if (target.as_object() == nullptr) target = Object{};
  auto& members = *target.as_object();
  for (const auto& [name, change] : *changes) {
    if (change.is_null()) {
      members.erase(name);
      continue;
    }
    auto* before = members.find(name);
    members.set(name, merge_patch(before == nullptr ? Value() : std::move(*before), change));
  }
  return target;
}

}  // namespace hotswap::json
