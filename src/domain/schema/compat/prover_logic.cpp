// Composition.

#include <algorithm>

#include "domain/json/write.hpp"
#include "domain/schema/compat/prover.hpp"

namespace hotswap::schema::compat {

bool Prover::logic_holds(const Left& left, const LogicRules& logic) {
  const auto holds_in = [&](const Node* node) { return included(left, *node); };
  if (!std::ranges::all_of(logic.all, holds_in)) return false;
  if (logic.reference != nullptr && !holds_in(logic.reference)) return false;
  if (logic.negated != nullptr && !empty(left.with(*logic.negated))) return false;
  if (logic.condition != nullptr) {
    const auto under = [&](const Left& narrower, const Node* node) {
      return node == nullptr || included(narrower, *node);
    };
    if (!under(left.with(*logic.condition), logic.consequence)) return false;
    if (!under(left.without(*logic.condition), logic.alternative)) return false;
  }
  if (!logic.any.empty() && !any_holds(left, logic.any)) return false;
  return logic.one.empty() || one_holds(left, logic.one);
}

// Tried first: without them, two lists of thousands would be compared crosswise.
std::vector<const Node*> Prover::likely(const Left& left,
                                        const std::vector<const Node*>& branches) {
  constexpr std::size_t kShort = 8;
  std::vector<const Node*> alike;
  if (branches.size() <= kShort) return alike;
  auto& index = by_text_[branches.data()];
  if (index.empty()) {
    for (const auto* branch : branches) index.emplace(text_of(*branch), branch);
  }
  for (const auto* member : left.members) {
    const auto [from, to] = index.equal_range(text_of(*member));
    for (auto at = from; at != to; ++at) alike.push_back(at->second);
  }
  return alike;
}

const std::string& Prover::text_of(const Node& node) {
  auto [at, fresh] = texts_.try_emplace(&node);
  if (fresh && node.source != nullptr) at->second = json::canonical(*node.source);
  return at->second;
}

bool Prover::any_holds(const Left& left, const std::vector<const Node*>& branches) {
  const auto holds_in = [&](const Node* branch) { return included(left, *branch); };
  return std::ranges::any_of(likely(left, branches), holds_in) ||
         std::ranges::any_of(branches, holds_in);
}

bool Prover::one_holds(const Left& left, const std::vector<const Node*>& branches) {
  const auto only_in = [&](const Node* branch) {
    return included(left, *branch) && std::ranges::all_of(branches, [&](const Node* other) {
             return other == branch || empty(left.with(*other));
           });
  };
  return std::ranges::any_of(likely(left, branches), only_in) ||
         std::ranges::any_of(branches, only_in);
}

}  // namespace hotswap::schema::compat
