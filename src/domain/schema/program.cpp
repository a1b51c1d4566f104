#include "domain/schema/program.hpp"

#include "domain/schema/hash.hpp"

namespace hotswap::schema {

const Property* find_property(const Program& program, const Members& members,
                              const json::Text& name) {
  if (members.properties.count == 0) return nullptr;
  const auto* const first = program.properties.data() + members.properties.first;
  const auto hash = static_cast<std::uint32_t>(hash_text(name));
  for (auto at = hash;; ++at) {
    const auto number = program.slots[members.first_slot + (at & members.slot_mask)];
    if (number == kNone) return nullptr;
    if (first[number].hash == hash && first[number].name == name) return first + number;
  }
}

}  // namespace hotswap::schema
