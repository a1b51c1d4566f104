#pragma once
// Nodes that the comparison makes up on its way: "an integer", "has the member x", a rule by
// itself.

#include <deque>
#include <map>
#include <string>

#include "domain/schema/compat/evaluated.hpp"
#include "domain/schema/compat/node.hpp"

namespace hotswap::schema::compat {

class Arena {
 public:
  Arena();

  [[nodiscard]] const Node& anything() const { return anything_; }
  [[nodiscard]] const Node& nothing() const { return nothing_; }
  /// Values of these types; the same node for the same mask.
  [[nodiscard]] const Node& of_type(TypeMask mask) const { return types_[mask]; }
  /// Objects with this member; the same node for the same name.
  const Node& having(std::string_view name);
  const json::Value& null() { return null_; }
  const json::Value& empty_string() { return empty_string_; }
  const json::Value& boolean(bool flag) { return flag ? true_ : false_; }
  const json::Value& integer(std::int64_t number);
  Node& make() { return nodes_.emplace_back(); }
  const json::Value& keep(json::Value value) { return values_.emplace_back(std::move(value)); }

  /// unevaluated_properties and unevaluated_items of a node that has such a rule, kept.
  const ObjectRules& object_rest(const Node& node, Certainty certainty);
  const ArrayRules& array_rest(const Node& node, Certainty certainty);

 private:
  Node anything_;
  Node nothing_;
  std::array<Node, kAnyType + 1> types_;
  std::deque<Node> nodes_;
  std::deque<json::Value> values_;
  json::Value null_;
  json::Value empty_string_{""};
  json::Value false_{false};
  json::Value true_{true};
  std::map<std::int64_t, json::Value> integers_;
  std::map<std::string, const Node*, std::less<>> having_;
  std::map<std::pair<const Node*, Certainty>, ObjectRules> object_rest_;
  std::map<std::pair<const Node*, Certainty>, ArrayRules> array_rest_;
};

}  // namespace hotswap::schema::compat
