#pragma once
// Whether two nodes say the same, word for word, wherever their references lead.

#include <cstddef>
#include <map>
#include <set>

#include "domain/schema/compat/budget.hpp"
#include "domain/schema/compat/node.hpp"

namespace hotswap::schema::compat {

class Identical {
 public:
  /// False also when `budget`, which must outlive it, is spent.
  explicit Identical(Budget& budget) : budget_(budget) {}

  /// Certain when true.
  [[nodiscard]] bool check(const Node& a, const Node& b);

 private:
  using Pair = std::pair<const Node*, const Node*>;

  bool same(const Node* a, const Node* b);
  bool same_rules(const Node& a, const Node& b);
  bool same_array(const ArrayRules& a, const ArrayRules& b);
  bool same_object(const ObjectRules& a, const ObjectRules& b);
  bool same_logic(const LogicRules& a, const LogicRules& b);
  bool same_list(const std::vector<const Node*>& a, const std::vector<const Node*>& b);
  bool same_map(const std::vector<Property>& a, const std::vector<Property>& b);

  Budget& budget_;
  int depth_ = 0;
  std::set<Pair> equal_;    ///< known to be
  std::set<Pair> assumed_;  ///< in the question being answered
  std::set<Pair> different_;
};

}  // namespace hotswap::schema::compat
