#include "domain/schema/compat/prover.hpp"

#include <algorithm>
#include <bit>

#include "domain/schema/compat/number.hpp"

namespace hotswap::schema::compat {
namespace {

constexpr std::size_t kRequiredSteps = 8;  // to gather and sort one name

constexpr std::size_t kQuestion = 8;       // steps, beside those for its length
constexpr int kDepth = 300;                // questions that wait for each other
constexpr std::int64_t kFewIntegers = 64;  // a range of so many counts as enumerated

// The values of one type of the shape, if they are few; nothing otherwise.
bool enumerate(const Shape& shape, TypeMask type, Arena& arena,
               std::vector<const json::Value*>& values) {
  if (type == kNull) values.push_back(&arena.null());
  if (type == kBoolean) {
    values.push_back(&arena.boolean(false));
    values.push_back(&arena.boolean(true));
  }
  if (type == kNull || type == kBoolean) return true;
  if (type == kString && shape.max_length == 0) values.push_back(&arena.empty_string());
  if (type == kString) return shape.max_length == 0;
  if (type != kInteger || !shape.lower || !shape.upper) return false;
  const auto least = ceil_of(shape.lower->at);
  const auto most = floor_of(shape.upper->at);
  if (!least || !most || *most - *least >= kFewIntegers) return false;
  for (auto number = *least; number <= *most; ++number) values.push_back(&arena.integer(number));
  return true;
}

}  // namespace

template <class Attempt>
bool Prover::ask(Question question, Attempt attempt) {
  if (budget_.spent() || depth_ >= kDepth) return false;
  if (const auto known = answers_.find(question); known != answers_.end()) return known->second;
  if (const auto open = open_.find(question); open != open_.end()) {
    // By induction over the documents' size, once something of them has been consumed.
    if (open->second.consumed >= consumed_) return false;
    open->second.used = true;
    return true;
  }
  budget_.spend(kQuestion + 8 * (question.left.members.size() + question.left.nots.size()));
  const auto mark = proven_.size();
  const auto open = open_.emplace(question, Open{consumed_}).first;
  ++depth_;
  const bool answer = attempt();
  --depth_;
  const bool used = open->second.used;
  open_.erase(open);
  if (!answer && used) forget_since(mark);
  answers_[question] = answer;
  if (answer) proven_.push_back(std::move(question));
  return answer;
}

void Prover::forget_since(std::size_t mark) {
  for (; proven_.size() > mark; proven_.pop_back()) answers_.erase(proven_.back());
}

const Shape& Prover::shape(const Left& left) {
  if (const auto known = shapes_.find(left); known != shapes_.end()) return *known->second;
  // What is left out only widens: without a budget nothing is known.
  static const Shape kAnything;
  if (budget_.spent()) return kAnything;
  auto& made = shapes_[left] = std::make_unique<Shape>(shape_of(left, arena_));
  budget_.spend(8 * (made->members.size() + made->nots.size() + made->choices.size()) +
                kRequiredSteps * made->required.size());
  for (const auto* rules : made->objects)
    budget_.spend(kRequiredSteps * 4 * rules->dependent_required.size());
  return *made;
}

bool Prover::included(const Left& left, const Node& right) {
  if (right.anything()) return true;
  return ask({left, &right}, [&] { return try_included(left, right); });
}

bool Prover::empty(const Left& left) {
  return ask({left, nullptr}, [&] { return try_empty(left); });
}

bool Prover::included_below(const Left& left, const Node& right) {
  ++consumed_;
  const bool answer = included(left, right);
  --consumed_;
  return answer;
}

bool Prover::empty_below(const Left& left) {
  ++consumed_;
  const bool answer = empty(left);
  --consumed_;
  return answer;
}

bool Prover::try_included(const Left& left, const Node& right) {
  const auto& known = shape(left);
  if (known.never) return true;
  const bool same = std::ranges::any_of(
      known.members, [&](const Node* member) { return identical_.check(*member, right); });
  if (same) return true;
  if (const auto answer = by_values(left, right)) return *answer;
  return holds(left, known, right) || included_by_cases(left, right) || empty(left);
}

bool Prover::included_by_cases(const Left& left, const Node& right) {
  const auto& known = shape(left);
  if (!known.choices.empty()) {
    const auto cases = cases_of(left, known, *known.choices.front());
    budget_.spend(4 * cases.size());
    return std::ranges::all_of(cases, [&](const Left& each) { return included(each, right); });
  }
  if (std::popcount(known.types) < 2 || (!right.logic && !right.values)) return false;
  for (unsigned type = kNull; type <= kObject; type <<= 1) {
    const auto mask = static_cast<TypeMask>(type);
    if ((known.types & mask) != 0 && !included(left.with(arena_.of_type(mask)), right)) {
      return false;
    }
  }
  return true;
}

std::optional<std::vector<const json::Value*>> Prover::finite_values(const Left& left) {
  const auto& known = shape(left);
  if (known.listed != nullptr) return known.listed->values;
  std::vector<const json::Value*> values;
  for (unsigned type = kNull; type <= kObject; type <<= 1) {
    const auto mask = static_cast<TypeMask>(type);
    if ((known.types & mask) != 0 && !enumerate(known, mask, arena_, values)) return std::nullopt;
  }
  return values;
}

bool Prover::may_hold(const json::Value& value, const Left& left) {
  return std::ranges::none_of(
             left.members,
             [&](const Node* node) { return evaluator_.check(value, *node) == Truth::No; }) &&
         std::ranges::none_of(left.nots, [&](const Node* node) {
           return evaluator_.check(value, *node) == Truth::Yes;
         });
}

// Exact where the values are few: each is tried. Nothing where that does not decide it.
std::optional<bool> Prover::by_values(const Left& left, const Node& right) {
  const auto values = finite_values(left);
  if (!values) return std::nullopt;
  bool certain = true;
  for (const auto* value : *values) {
    const auto verdict = evaluator_.check(*value, right);
    if (verdict == Truth::Yes || !may_hold(*value, left)) continue;
    if (verdict == Truth::No) return false;
    certain = false;
  }
  return certain ? std::optional(true) : std::nullopt;
}

bool Prover::try_empty(const Left& left) {
  const auto& known = shape(left);
  return known.never || contradictory(left) || empty_by_cases(left);
}

bool Prover::contradictory(const Left& left) {
  const auto& known = shape(left);
  if (const auto values = finite_values(left)) {
    return std::ranges::none_of(*values, [&](const auto* value) { return may_hold(*value, left); });
  }
  if (std::ranges::any_of(known.nots, [&](const Node* node) { return included(left, *node); })) {
    return true;
  }
  auto possible = known.types;
  if ((possible & kArray) != 0 && items_impossible(known)) {
    possible &= static_cast<TypeMask>(~kArray);
  }
  if ((possible & kObject) != 0 && members_impossible(known)) {
    possible &= static_cast<TypeMask>(~kObject);
  }
  return possible == 0;
}

bool Prover::empty_by_cases(const Left& left) {
  const auto& known = shape(left);
  if (known.choices.empty()) return false;
  const auto cases = cases_of(left, known, *known.choices.front());
  budget_.spend(4 * cases.size());
  return std::ranges::all_of(cases, [&](const Left& each) { return empty(each); });
}

bool Prover::items_impossible(const Shape& known) {
  constexpr std::size_t kPositions = 64;
  for (std::size_t i = 0; i < std::min(known.min_items, kPositions); ++i) {
    if (empty_below(left_of(known.item_places(i)))) return true;
  }
  return false;
}

bool Prover::members_impossible(const Shape& known) {
  return std::ranges::any_of(known.required, [&](std::string_view name) {
    const auto places = known.places(name, arena_.nothing());
    return !places.empty() && empty_below(left_of(places));
  });
}

bool Prover::holds(const Left& left, const Shape& known, const Node& right) {
  if (right.never || right.opaque || right.values || (known.types & ~right.types) != 0) {
    return false;
  }
  const auto secret = [](const Node* member) { return member->secret; };
  if (right.secret && std::ranges::none_of(known.members, secret)) return false;
  if (right.number && (known.types & kNumber) != 0 && !number_holds(known, *right.number)) {
    return false;
  }
  if (right.string && (known.types & kString) != 0 && !string_holds(known, *right.string)) {
    return false;
  }
  if (right.array && (known.types & kArray) != 0 && !array_holds(known, right)) return false;
  if (right.object && (known.types & kObject) != 0 && !object_holds(left, known, right)) {
    return false;
  }
  return !right.logic || logic_holds(left, *right.logic);
}

}  // namespace hotswap::schema::compat
