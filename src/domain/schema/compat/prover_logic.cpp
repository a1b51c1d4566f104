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

// Of a long list the branches that read like one of the left's members come first; without that,
// two lists of thousands would be compared crosswise.
std::vector<const Node*> Prover::likely_first(const Left& left,
                                              const std::vector<const Node*>& branches) {
  constexpr std::size_t kShort = 8;
  if (branches.size() <= kShort) return branches;
  auto& index = by_text_[branches.data()];
  if (index.empty()) {
    for (const auto* branch : branches) index.emplace(text_of(*branch), branch);
  }
  std::vector<const Node*> ordered;
  for (const auto* member : left.members) {
    const auto [from, to] = index.equal_range(text_of(*member));
    for (auto at = from; at != to; ++at) ordered.push_back(at->second);
  }
  const auto likely = ordered;
  for (const auto* branch : branches) {
    if (std::ranges::find(likely, branch) == likely.end()) ordered.push_back(branch);
  }
  return ordered;
}

const std::string& Prover::text_of(const Node& node) {
  auto [at, fresh] = texts_.try_emplace(&node);
  if (fresh && node.source != nullptr) at->second = json::canonical(*node.source);
  return at->second;
}

bool Prover::any_holds(const Left& left, const std::vector<const Node*>& branches) {
  return std::ranges::any_of(likely_first(left, branches),
                             [&](const Node* branch) { return included(left, *branch); });
}

bool Prover::one_holds(const Left& left, const std::vector<const Node*>& branches) {
  return std::ranges::any_of(likely_first(left, branches), [&](const Node* branch) {
    return included(left, *branch) && std::ranges::all_of(branches, [&](const Node* other) {
             return other == branch || empty(left.with(*other));
           });
  });
}

}  // namespace hotswap::schema::compat
