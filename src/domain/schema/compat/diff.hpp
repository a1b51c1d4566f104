#pragma once
// The differences of two schemas, place by place, not yet judged.

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "domain/schema/compat/focus.hpp"
#include "domain/schema/compat/graph.hpp"
#include "domain/schema/compat/identical.hpp"
#include "domain/schema/compat/locate.hpp"

namespace hotswap::schema::compat {

/// A pair of subschemas and the way to it from the root.
struct Spot {
  enum class Step { Root, Member, AnyMember, Item, InPlace };

  const Spot* parent = nullptr;
  Step step = Step::Root;
  std::string name;       ///< Member: its name; AnyMember: a pattern, or empty for any other name
  std::size_t index = 0;  ///< Item
  const Node* before = nullptr;
  const Node* after = nullptr;
  Role role = Role::Whole;
  std::string path_before;  ///< JSON Pointers of the two
  std::string path_after;
  std::string where;  ///< JSONPath of the values
  /// InPlace: what else is known when the subschema counts, as subschemas of either side.
  const Node* given_before = nullptr;
  const Node* given_after = nullptr;
  bool given_holds = true;
};

struct Finding {
  std::string kind;
  std::string path;
  std::string what;   ///< in words, with the old and the new
  std::string loses;  ///< what the new schema refuses that the old accepts, if anything
  std::string gains;  ///< the reverse
  Focus focus;
  const Spot* spot = nullptr;
};

class Diff {
 public:
  /// A schema and the finder of its places.
  struct Side {
    const Node& root;
    Locator& locate;
  };

  /// At most `most` findings; the rest is cut off.
  Diff(Arena& arena, Identical& identical, std::size_t most)
      : arena_(arena), identical_(identical), most_(most) {}

  void run(Side before, Side after);
  /// They point into the Diff.
  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  [[nodiscard]] bool truncated() const { return truncated_; }

 private:
  struct Words {
    std::string what;
    std::string loses;
    std::string gains;
  };
  /// Two sizes, limits or the like that only differ in one number.
  struct Limit {
    std::string_view keyword;
    Demand demand;
    std::size_t before;
    std::size_t after;
    bool upper;
    std::string_view unit;
  };

  /// A spot for a part of that spot's values, or for the same values seen by a subschema.
  [[nodiscard]] static Spot below(const Spot& spot, Spot::Step step);
  void visit(Spot spot);
  void compare(const Spot& spot);
  bool follow(Spot& spot);
  void note(const Spot& spot, std::string_view keyword, std::string kind, Focus focus, Words words);
  void gone(const Spot& spot, std::string_view keyword, std::string kind, Focus focus, Words words);
  void add(Finding finding);

  /// Whether two subschemas that are judged as a whole differ; a note where only words do.
  bool differs(const Spot& spot, std::string_view keyword, const Node& before, const Node& after);

  void compare_words(const Spot& spot);
  void compare_word(const Spot& spot, const std::string& keyword, const json::Value* before,
                    const json::Value* after);
  void compare_definitions(const Spot& spot);
  void compare_types(const Spot& spot);
  void compare_values(const Spot& spot);
  void compare_numbers(const Spot& spot);
  void compare_bound(const Spot& spot, const std::optional<Bound>& before,
                     const std::optional<Bound>& after, bool upper);
  void compare_strings(const Spot& spot);
  void compare_limit(const Spot& spot, const Limit& limit);
  void compare_array(const Spot& spot);
  void compare_items(const Spot& spot, const ArrayRules& before, const ArrayRules& after);
  void compare_contains(const Spot& spot, const ArrayRules& before, const ArrayRules& after);
  void compare_object(const Spot& spot);
  void compare_properties(const Spot& spot, const ObjectRules& before, const ObjectRules& after);
  void added_property(const Spot& spot, const Property& property, const ObjectRules& before);
  void removed_property(const Spot& spot, const Property& property, const ObjectRules& after);
  void compare_required(const Spot& spot, const ObjectRules& before, const ObjectRules& after);
  void compare_patterns(const Spot& spot, const ObjectRules& before, const ObjectRules& after);
  /// `additionalProperties` and its like: a schema for what nothing else describes.
  void compare_rest(const Spot& spot, std::string_view keyword, Focus focus, const Node* before,
                    const Node* after);
  void compare_dependents(const Spot& spot, const ObjectRules& before, const ObjectRules& after);
  void compare_names(const Spot& spot, const Node* before, const Node* after);
  void compare_logic(const Spot& spot);
  /// The branches of one composition keyword, or of two that took each other's place.
  struct Branches {
    std::string_view keyword;
    const std::vector<const Node*>& nodes;
  };
  void compare_branches(const Spot& spot, Demand demand, Branches before, Branches after);
  void compare_choices(const Spot& spot, const LogicRules& before, const LogicRules& after);
  void compare_reference(const Spot& spot, const Node* before, const Node* after);
  void compare_not(const Spot& spot, const Node* before, const Node* after);
  void compare_condition(const Spot& spot, const LogicRules& before, const LogicRules& after);
  /// A subschema that looks at the same value; `given` is known where it counts.
  struct Branch {
    std::string step_before;  ///< JSON Pointers from the spot
    std::string step_after;
    const Node* before;
    const Node* after;
    const Node* given_before = nullptr;
    const Node* given_after = nullptr;
    bool given_holds = true;
  };
  void visit_branch(const Spot& spot, Branch branch);
  void visit_member(const Spot& spot, const std::string& name, const Node* before,
                    const Node* after);

  Arena& arena_;
  Identical& identical_;
  Locator* locate_before_ = nullptr;
  Locator* locate_after_ = nullptr;
  std::size_t most_;
  bool truncated_ = false;
  int depth_ = 0;
  std::vector<Finding> findings_;
  std::deque<Spot> spots_;  ///< that findings point to
  std::set<std::pair<const Node*, const Node*>> seen_;
  std::unordered_set<const json::Value*> reached_;  ///< sources that were compared, of either side
};

}  // namespace hotswap::schema::compat
