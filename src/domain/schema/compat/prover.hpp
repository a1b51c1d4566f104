#pragma once
// Proofs that every document valid under one set of schemas is valid under another schema. `true`
// is a proof; `false` only says that none was found.

#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "domain/schema/compat/evaluate.hpp"
#include "domain/schema/compat/identical.hpp"
#include "domain/schema/compat/shape.hpp"

namespace hotswap::schema::compat {

class Prover {
 public:
  /// When `budget` is spent, nothing is proven any more. Both must outlive it.
  Prover(Arena& arena, Budget& budget)
      : arena_(arena), budget_(budget), evaluator_(budget), identical_(budget) {}

  /// Every document of `left` is valid under `right`.
  [[nodiscard]] bool included(const Left& left, const Node& right);
  /// `left` has no document at all.
  [[nodiscard]] bool empty(const Left& left);
  [[nodiscard]] const Shape& shape(const Left& left);
  /// The values of `left`, or a few more, where they are finitely many and few.
  [[nodiscard]] std::optional<std::vector<const json::Value*>> finite_values(const Left& left);

 private:
  struct Question {
    Left left;
    const Node* right;  ///< null: is it empty
    auto operator<=>(const Question&) const = default;
  };
  struct Open {
    int consumed;  ///< members and items stepped into before it was asked
    bool used = false;
  };

  template <class Attempt>
  bool ask(Question question, Attempt attempt);
  /// The same question about a member or item of the documents.
  bool included_below(const Left& left, const Node& right);
  bool empty_below(const Left& left);
  void forget_since(std::size_t mark);

  bool try_included(const Left& left, const Node& right);
  bool try_empty(const Left& left);
  bool included_by_cases(const Left& left, const Node& right);
  bool empty_by_cases(const Left& left);
  bool contradictory(const Left& left);
  bool items_impossible(const Shape& shape);
  bool members_impossible(const Shape& shape);
  [[nodiscard]] std::optional<bool> by_values(const Left& left, const Node& right);
  [[nodiscard]] bool may_hold(const json::Value& value, const Left& left);

  bool holds(const Left& left, const Shape& shape, const Node& right);
  bool number_holds(const Shape& shape, const NumberRules& rules);
  bool multiple_holds(const Shape& shape, const json::Decimal& divisor);
  bool string_holds(const Shape& shape, const StringRules& rules);
  bool array_holds(const Shape& shape, const Node& right);
  bool items_hold(const Shape& shape, const ArrayRules& rules);
  bool contains_holds(const Shape& shape, const ArrayRules& rules);
  bool min_contains_holds(const Shape& shape, const ArrayRules& rules);
  bool max_contains_holds(const Shape& shape, const ArrayRules& rules);
  bool object_holds(const Left& left, const Shape& shape, const Node& right);
  bool members_hold(const Shape& shape, const ObjectRules& rules);
  bool member_holds(const Shape& shape, const ObjectRules& rules, std::string_view name);
  bool other_members_hold(const Shape& shape, const ObjectRules& rules);
  bool pattern_class_holds(const Shape& shape, const ObjectRules& rules,
                           const std::set<std::string_view>& matched);
  bool names_hold(const Shape& shape, const Node& names);
  bool dependents_hold(const Left& left, const Shape& shape, const ObjectRules& rules);
  bool logic_holds(const Left& left, const LogicRules& logic);
  bool any_holds(const Left& left, const std::vector<const Node*>& branches);
  bool one_holds(const Left& left, const std::vector<const Node*>& branches);
  /// Of a long list the branches that read like one of the left's members.
  std::vector<const Node*> likely(const Left& left, const std::vector<const Node*>& branches);
  /// The canonical text of its source; empty for a node without one.
  const std::string& text_of(const Node& node);
  bool included_in_all(const Left& left, const std::vector<const Node*>& places);

  Arena& arena_;
  Budget& budget_;
  Evaluator evaluator_;
  Identical identical_;
  int depth_ = 0;
  int consumed_ = 0;
  std::map<Left, std::unique_ptr<Shape>> shapes_;
  std::map<Question, bool> answers_;
  std::map<Question, Open> open_;
  std::unordered_map<const Node*, std::string> texts_;
  /// Of long lists of branches: by what they say.
  std::map<const Node* const*, std::multimap<std::string, const Node*>> by_text_;
  std::vector<Question> proven_;  ///< in order, so that what rests on a failed one can be forgotten
};

}  // namespace hotswap::schema::compat
