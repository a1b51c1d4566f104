#include "domain/json/member_index.hpp"

#include <algorithm>

namespace hotswap::json {

MemberIndex::MemberIndex(const Object& object) {
  sorted_.reserve(object.size());
  for (const auto& member : object) sorted_.push_back(&member);
  std::ranges::sort(sorted_, {},
                    [](const Member* member) { return std::string_view(member->name); });
}

const Value* MemberIndex::find(std::string_view name) const {
  const auto at = std::ranges::lower_bound(
      sorted_, name, {}, [](const Member* member) { return std::string_view(member->name); });
  return at != sorted_.end() && (*at)->name == name ? &(*at)->value : nullptr;
}

}  // namespace hotswap::json
