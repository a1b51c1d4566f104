#include "domain/schema/compat/arena.hpp"

namespace hotswap::schema::compat {

Arena::Arena() {
  nothing_.never = true;
  for (std::size_t mask = 0; mask < types_.size(); ++mask) {
    types_[mask].types = static_cast<TypeMask>(mask);
  }
}

const Node& Arena::having(std::string_view name) {
  const auto known = having_.find(name);
  if (known != having_.end()) return *known->second;
  auto& node = make();
  const auto at = having_.emplace(std::string(name), &node).first;
  node.types = kObject;
  node.object = std::make_unique<ObjectRules>();
  node.object->required.emplace_back(at->first);
  return node;
}

const json::Value& Arena::integer(std::int64_t number) {
  return integers_.try_emplace(number, number).first->second;
}

const ObjectRules& Arena::object_rest(const Node& node, Certainty certainty) {
  const std::pair key{&node, certainty};
  const auto known = object_rest_.find(key);
  if (known != object_rest_.end()) return known->second;
  return object_rest_.emplace(key, unevaluated_properties(node, certainty, anything_))
      .first->second;
}

const ArrayRules& Arena::array_rest(const Node& node, Certainty certainty) {
  const std::pair key{&node, certainty};
  const auto known = array_rest_.find(key);
  if (known != array_rest_.end()) return known->second;
  return array_rest_.emplace(key, unevaluated_items(node, certainty, anything_)).first->second;
}

}  // namespace hotswap::schema::compat
