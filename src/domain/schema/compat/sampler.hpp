#pragma once
// Small documents that schemas accept, and documents that one accepts and another refuses.

#include <map>
#include <set>
#include <vector>

#include "domain/schema/compat/prover.hpp"

namespace hotswap::schema::compat {

using Values = std::vector<json::Value>;

class Sampler {
 public:
  /// When `budget` is spent, nothing is found any more. All must outlive it.
  Sampler(Arena& arena, Prover& prover, Budget& budget)
      : arena_(arena), prover_(prover), budget_(budget), evaluator_(budget) {}

  /// A few values of `left`, the smallest first.
  [[nodiscard]] const Values& samples(const Left& left);
  /// A few values of `left` that `right` refuses, the smallest first.
  [[nodiscard]] Values witnesses(const Left& left, const Node& right);
  /// Objects of `left` whose member `name` is `value`.
  [[nodiscard]] Values with_member(const Left& left, std::string_view name,
                                   const json::Value& value);
  /// Arrays of `left` with `value` at `index`.
  [[nodiscard]] Values with_item(const Left& left, std::size_t index, const json::Value& value);

  [[nodiscard]] Truth check(const json::Value& value, const Left& left);
  [[nodiscard]] Truth check(const json::Value& value, const Node& node) {
    return evaluator_.check(value, node);
  }

 private:
  class Collector;

  const Shape& shape(const Left& left);
  [[nodiscard]] std::vector<Left> first_cases(const Left& left);

  void sample_types(const Left& left, Collector& out);
  void sample_numbers(const Shape& shape, Collector& out);
  void sample_strings(const Shape& shape, Collector& out);
  void sample_hints(const Shape& shape, Collector& out);
  void sample_arrays(const Shape& shape, Collector& out);
  void sample_objects(const Shape& shape, Collector& out);
  bool add_items(const Shape& shape, json::Array& items, std::size_t count);
  bool add_contained(const Shape& shape, json::Array& items);
  void add_members(const Shape& shape, json::Object& members);

  void aim(const Left& left, const Node& right, Collector& out);
  void aim_at_types(const Left& left, const Node& right, Collector& out);
  void aim_at_numbers(const NumberRules& rules, Collector& out);
  void aim_at_strings(const Left& left, const StringRules& rules, Collector& out);
  void aim_at_arrays(const Left& left, const Node& right, Collector& out);
  void aim_at_items(const Left& left, const ArrayRules& rules, Collector& out);
  void aim_at_contains(const Left& left, const ArrayRules& rules, Collector& out);
  void aim_at_objects(const Left& left, const Node& right, Collector& out);
  void aim_at_members(const Left& left, const ObjectRules& rules, Collector& out);
  void aim_at_member(const Left& left, const ObjectRules& rules, std::string_view name,
                     Collector& out);
  void aim_at_names(const Left& left, const ObjectRules& rules, Collector& out);
  void aim_at_required(const Left& left, const ObjectRules& rules, Collector& out);
  void aim_at_dependents(const Left& left, const ObjectRules& rules, Collector& out);
  void aim_at_counts(const Left& left, const ObjectRules& rules, Collector& out);
  void aim_at_logic(const Left& left, const LogicRules& logic, Collector& out);

  Arena& arena_;
  Prover& prover_;
  Budget& budget_;
  Evaluator evaluator_;
  int depth_ = 0;
  std::map<Left, Values> samples_;
  std::set<Left> sampling_;
  std::set<std::pair<Left, const Node*>> aiming_;
  std::map<std::pair<Left, const Node*>, Values> witnesses_;
};

}  // namespace hotswap::schema::compat
