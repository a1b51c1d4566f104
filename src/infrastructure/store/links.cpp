#include "infrastructure/store/links.hpp"

#include <algorithm>

namespace hotswap::store {

std::string linked_schema(const std::string& link) { return link.substr(0, link.find('@')); }

std::optional<SchemaRef> latest_ref_of(const std::vector<SchemaRef>& refs) {
  std::vector<SemVer> numbers;
  for (const auto& ref : refs) numbers.push_back(ref.number);
  const auto highest = latest_of(numbers);
  if (!highest) return std::nullopt;
  std::optional<SchemaRef> first;
  for (const auto& ref : refs) {
    if (ref.number == *highest && (!first || ref.id < first->id)) first = ref;
  }
  return first;
}

}  // namespace hotswap::store
