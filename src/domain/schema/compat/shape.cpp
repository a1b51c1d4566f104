#include "domain/schema/compat/shape.hpp"

#include <algorithm>

#include "domain/schema/compat/evaluate.hpp"
#include "domain/schema/compat/number.hpp"

namespace hotswap::schema::compat {
namespace {

// Up to so many branches of a oneOf, each case remembers that the others refuse.
constexpr std::size_t kTellingBranches = 200;

// What follows from what follows, and so on, is looked at so often; the rest is left out.
constexpr int kPasses = 16;
constexpr std::size_t kFollowing = 1000;  // names that others require

void insert(std::vector<const Node*>& nodes, const Node* node) {
  const auto at = std::ranges::lower_bound(nodes, node);
  if (at == nodes.end() || *at != node) nodes.insert(at, node);
}

bool has(const std::vector<const Node*>& nodes, const Node* node) {
  return std::ranges::binary_search(nodes, node);
}

// Both are sorted; either may be long.
bool has_any(const std::vector<const Node*>& nodes, const std::vector<const Node*>& branches) {
  const auto& few = nodes.size() < branches.size() ? nodes : branches;
  const auto& many = nodes.size() < branches.size() ? branches : nodes;
  return std::ranges::any_of(few, [&](const Node* node) { return has(many, node); });
}

// Collects the members' members until nothing new turns up.
class Closure {
 public:
  Closure(Shape& shape, const Left& left) : shape_(shape) {
    shape_.nots = left.nots;
    for (const auto* member : left.members) add(member);
  }

  void run() {
    bool grew = true;
    for (int pass = 0; grew && pass < kPasses; ++pass) {
      grew = false;
      drain();
      for (const auto* member : std::vector(shape_.members)) grew |= follow_facts(*member);
    }
    drain();
  }

 private:
  void add(const Node* node) {
    if (node == nullptr || has(shape_.members, node)) return;
    insert(shape_.members, node);
    todo_.push_back(node);
  }

  void drain() {
    while (!todo_.empty()) {
      const auto* const node = todo_.back();
      todo_.pop_back();
      if (node->object) {
        shape_.required.insert(shape_.required.end(), node->object->required.begin(),
                               node->object->required.end());
      }
      if (!node->logic) continue;
      add(node->logic->reference);
      for (const auto* branch : node->logic->all) add(branch);
      if (node->logic->any.size() == 1) add(node->logic->any.front());
      if (node->logic->one.size() == 1) add(node->logic->one.front());
      if (node->logic->negated != nullptr) insert(shape_.nots, node->logic->negated);
    }
    std::ranges::sort(shape_.required);
    const auto repeated = std::ranges::unique(shape_.required);
    shape_.required.erase(repeated.begin(), repeated.end());
  }

  // What follows from a decided condition or from a member that is certainly there.
  bool follow_facts(const Node& member) {
    const auto before = shape_.members.size() + shape_.required.size();
    if (member.logic && member.logic->condition != nullptr) {
      if (has(shape_.members, member.logic->condition)) add(member.logic->consequence);
      if (has(shape_.nots, member.logic->condition)) add(member.logic->alternative);
    }
    if (member.object) {
      // Only an object is sure to have what is required.
      const bool objects = only_objects();
      for (const auto& dependent : member.object->dependent_schemas) {
        if (objects && shape_.requires_member(dependent.name)) add(dependent.node);
      }
      for (const auto& dependent : member.object->dependent_required) {
        if (shape_.requires_member(dependent.trigger)) require(dependent.names);
      }
    }
    return shape_.members.size() + shape_.required.size() != before;
  }

  [[nodiscard]] bool only_objects() const {
    return std::ranges::any_of(shape_.members,
                               [](const Node* member) { return member->types == kObject; });
  }

  void require(const std::vector<std::string_view>& names) {
    for (const auto name : names) {
      const auto at = std::ranges::lower_bound(shape_.required, name);
      if (at != shape_.required.end() && *at == name) continue;
      if (following_ == kFollowing) return;
      ++following_;
      shape_.required.insert(at, name);
    }
  }

  Shape& shape_;
  std::vector<const Node*> todo_;
  std::size_t following_ = 0;
};

bool undecided(const Shape& shape, const LogicRules& logic) {
  if (logic.any.size() > 1 && !has_any(shape.members, logic.sorted_any)) return true;
  if (logic.one.size() > 1 && !has_any(shape.members, logic.sorted_one)) return true;
  return logic.condition != nullptr && !has(shape.members, logic.condition) &&
         !has(shape.nots, logic.condition);
}

void narrow(std::optional<Bound>& bound, const std::optional<Bound>& with, int sign) {
  if (!with) return;
  if (!bound) {
    bound = with;
    return;
  }
  const int found = order(with->at, bound->at) * sign;
  if (found < 0 || (found == 0 && with->exclusive)) bound = with;
}

void add_numbers(Shape& shape, const NumberRules& rules) {
  narrow(shape.lower, rules.lower, -1);
  narrow(shape.upper, rules.upper, 1);
  if (!rules.multiple) return;
  shape.multiples.push_back(*rules.multiple);
  if (rules.multiple->is_integer()) shape.types &= static_cast<TypeMask>(~kFraction);
}

void add_array(Shape& shape, const ArrayRules& rules) {
  shape.min_items = std::max(shape.min_items, rules.min);
  shape.max_items = std::min(shape.max_items, rules.max);
  shape.unique |= rules.unique;
  if (rules.contains != nullptr) {
    shape.min_items = std::max(shape.min_items, rules.min_contains);
  }
  shape.arrays.push_back(&rules);
}

void add_object(Shape& shape, const ObjectRules& rules) {
  shape.min_properties = std::max(shape.min_properties, rules.min);
  shape.max_properties = std::min(shape.max_properties, rules.max);
  shape.objects.push_back(&rules);
}

void add_member(Shape& shape, const Node& node, Arena& arena) {
  shape.never |= node.never;
  shape.types &= node.types;
  if (node.values && (!shape.listed || node.values->size() < shape.listed->values->size())) {
    shape.listed = &node;
  }
  if (node.number) add_numbers(shape, *node.number);
  if (node.string) {
    shape.min_length = std::max(shape.min_length, node.string->min);
    shape.max_length = std::min(shape.max_length, node.string->max);
    shape.strings.push_back(node.string.get());
  }
  if (node.array) {
    add_array(shape, *node.array);
    if (node.array->unevaluated != nullptr) {
      shape.arrays.push_back(&arena.array_rest(node, Certainty::Possible));
    }
  }
  if (node.object) {
    add_object(shape, *node.object);
    if (node.object->unevaluated != nullptr) {
      shape.objects.push_back(&arena.object_rest(node, Certainty::Possible));
    }
  }
  if (node.logic && undecided(shape, *node.logic)) shape.choices.push_back(&node);
}

bool plain(const Node& node) {
  return !node.never && !node.secret && !node.opaque && !node.values && !node.number &&
         !node.string && !node.array && !node.logic;
}

// A refused schema that is simple enough to be turned round.
void add_refused(Shape& shape, const Node& node) {
  if (!plain(node)) return;
  if (!node.object) {
    shape.types &= static_cast<TypeMask>(~node.types);
    return;
  }
  const auto& rules = *node.object;
  const bool only_required =
      rules.required.size() == 1 && rules.min == 0 && rules.max == kNoLimit &&
      rules.properties.empty() && rules.patterns.empty() && !rules.additional && !rules.names &&
      rules.dependent_required.empty() && rules.dependent_schemas.empty() && !rules.unevaluated;
  if (!only_required) return;
  if ((node.types & kObject) != 0) shape.absent.push_back(rules.required.front());
  // Without `type: object` beside it, `required` accepts whatever is no object.
  shape.types &= static_cast<TypeMask>(~(node.types & ~kObject));
}

// Integers between fractions are bounded by integers.
void round_bounds(Shape& shape) {
  if ((shape.types & kFraction) != 0 || (shape.types & kInteger) == 0) return;
  if (shape.lower && (shape.lower->exclusive || !shape.lower->at.is_integer())) {
    const auto least = ceil_of(shape.lower->at);
    const bool next = shape.lower->exclusive && shape.lower->at.is_integer();
    if (least) shape.lower = Bound{decimal_of(*least + (next ? 1 : 0)), false};
  }
  if (shape.upper && (shape.upper->exclusive || !shape.upper->at.is_integer())) {
    const auto most = floor_of(shape.upper->at);
    const bool next = shape.upper->exclusive && shape.upper->at.is_integer();
    if (most) shape.upper = Bound{decimal_of(*most - (next ? 1 : 0)), false};
  }
}

void drop_impossible_types(Shape& shape) {
  if (shape.lower && shape.upper) {
    const int sign = order(shape.lower->at, shape.upper->at);
    const bool open = shape.lower->exclusive || shape.upper->exclusive;
    if (sign > 0 || (sign == 0 && open)) shape.types &= static_cast<TypeMask>(~kNumber);
  }
  const auto drop = [&](bool impossible, TypeMask type) {
    if (impossible) shape.types &= static_cast<TypeMask>(~type);
  };
  drop(shape.min_length > shape.max_length, kString);
  drop(shape.min_items > shape.max_items, kArray);
  drop(shape.min_properties > shape.max_properties, kObject);
  for (const auto name : shape.absent) drop(shape.requires_member(name), kObject);
}

}  // namespace

Left left_of(const Node& node) { return {{&node}, {}}; }

Left left_of(std::vector<const Node*> members) {
  std::ranges::sort(members);
  const auto repeated = std::ranges::unique(members);
  members.erase(repeated.begin(), repeated.end());
  return {std::move(members), {}};
}

Left Left::with(const Node& member) const {
  auto narrower = *this;
  insert(narrower.members, &member);
  return narrower;
}

Left Left::without(const Node& refused) const {
  auto narrower = *this;
  insert(narrower.nots, &refused);
  return narrower;
}

Shape shape_of(const Left& left, Arena& arena) {
  Shape shape;
  Closure(shape, left).run();
  for (const auto* member : shape.members) add_member(shape, *member, arena);
  for (const auto* refused : shape.nots) add_refused(shape, *refused);
  shape.min_properties = std::max(shape.min_properties, shape.required.size());
  for (const auto* rules : shape.arrays) {
    if (rules->rest != nullptr && rules->rest->never) {
      shape.max_items = std::min(shape.max_items, rules->prefix.size());
    }
  }
  if (auto names = shape.closed_names()) {
    shape.max_properties = std::min(shape.max_properties, names->size());
    if (shape.min_properties == names->size()) {
      std::ranges::sort(*names);
      shape.required = std::move(*names);
    }
  }
  round_bounds(shape);
  drop_impossible_types(shape);
  shape.never |= shape.types == 0;
  return shape;
}

bool Shape::requires_member(std::string_view name) const {
  return std::ranges::binary_search(required, name);
}

std::vector<const Node*> places_of(const ObjectRules& rules, std::string_view name, bool& certain) {
  std::vector<const Node*> places;
  bool described = false;
  if (const auto* node = rules.find(name)) {
    described = true;
    places.push_back(node);
  }
  for (const auto& [pattern, node] : rules.patterns) {
    const auto match = matches(pattern, name);
    certain &= match != Truth::Unknown;
    if (match == Truth::Yes) places.push_back(node);
    described |= match != Truth::No;
  }
  if (!described && rules.additional != nullptr) places.push_back(rules.additional);
  return places;
}

std::vector<const Node*> Shape::places(std::string_view name, const Node& nothing) const {
  if (std::ranges::find(absent, name) != absent.end()) return {&nothing};
  std::vector<const Node*> places;
  bool certain = true;  // what is left out only widens
  for (const auto* rules : objects) {
    for (const auto* node : places_of(*rules, name, certain)) insert(places, node);
  }
  return places;
}

std::vector<const Node*> Shape::item_places(std::size_t index) const {
  std::vector<const Node*> places;
  for (const auto* rules : arrays) {
    const auto* const node = index < rules->prefix.size() ? rules->prefix[index] : rules->rest;
    if (node != nullptr) insert(places, node);
  }
  return places;
}

std::optional<std::vector<std::string_view>> Shape::closed_names() const {
  std::optional<std::vector<std::string_view>> names;
  const auto offer = [&](std::vector<std::string_view> offered) {
    if (!names || offered.size() < names->size()) names = std::move(offered);
  };
  for (const auto* rules : objects) {
    if (rules->additional != nullptr && rules->additional->never && rules->patterns.empty()) {
      std::vector<std::string_view> known;
      for (const auto& property : rules->properties) {
        if (!property.node->never) known.push_back(property.name);
      }
      offer(std::move(known));
    }
    if (rules->names != nullptr && rules->names->values) {
      std::vector<std::string_view> known;
      for (const auto* value : *rules->names->values) {
        if (const auto* text = value->as_string()) known.emplace_back(*text);
      }
      offer(std::move(known));
    }
  }
  if (max_properties <= required.size()) offer(required);
  return names;
}

std::vector<Left> cases_of(const Left& left, const Shape& shape, const Node& choice) {
  std::vector<Left> cases;
  const auto& logic = *choice.logic;
  if (logic.any.size() > 1 && !has_any(shape.members, logic.sorted_any)) {
    for (const auto* branch : logic.any) cases.push_back(left.with(*branch));
    return cases;
  }
  if (logic.one.size() > 1 && !has_any(shape.members, logic.sorted_one)) {
    for (const auto* branch : logic.one) {
      auto one = left.with(*branch);
      if (logic.one.size() <= kTellingBranches) {
        for (const auto* other : logic.one) {
          if (other != branch) insert(one.nots, other);
        }
      }
      cases.push_back(std::move(one));
    }
    return cases;
  }
  cases.push_back(left.with(*logic.condition));
  cases.push_back(left.without(*logic.condition));
  return cases;
}

}  // namespace hotswap::schema::compat
