// Items, tuples and `contains`.

#include <algorithm>

#include "domain/schema/compat/prover.hpp"

namespace hotswap::schema::compat {
namespace {

constexpr std::size_t kPositions = 4096;  // tuples longer than that are not understood

std::size_t longest_prefix(const Shape& known, const ArrayRules& rules) {
  auto longest = rules.prefix.size();
  for (const auto* each : known.arrays) longest = std::max(longest, each->prefix.size());
  return longest;
}

}  // namespace

bool Prover::array_holds(const Shape& known, const Node& right) {
  const auto& rules = *right.array;
  if (known.min_items < rules.min || known.max_items > rules.max) return false;
  if (rules.unique && !known.unique && known.max_items > 1) return false;
  if (!items_hold(known, rules) || !contains_holds(known, rules)) return false;
  return rules.unevaluated == nullptr ||
         items_hold(known, arena_.array_rest(right, Certainty::Certain));
}

bool Prover::items_hold(const Shape& known, const ArrayRules& rules) {
  if (rules.prefix.empty() && rules.rest == nullptr) return true;
  const auto longest = longest_prefix(known, rules);
  if (longest > kPositions) return false;
  for (std::size_t i = 0; i < longest && i < known.max_items; ++i) {
    const auto* const place = i < rules.prefix.size() ? rules.prefix[i] : rules.rest;
    if (place != nullptr && !included_below(left_of(known.item_places(i)), *place)) return false;
  }
  return rules.rest == nullptr || known.max_items <= longest ||
         included_below(left_of(known.item_places(longest)), *rules.rest);
}

bool Prover::contains_holds(const Shape& known, const ArrayRules& rules) {
  return rules.contains == nullptr ||
         (min_contains_holds(known, rules) && max_contains_holds(known, rules));
}

bool Prover::min_contains_holds(const Shape& known, const ArrayRules& rules) {
  if (rules.min_contains == 0) return true;
  const auto has_them = [&](const ArrayRules* each) {
    return each->contains != nullptr && each->min_contains >= rules.min_contains &&
           included_below(left_of(*each->contains), *rules.contains);
  };
  if (std::ranges::any_of(known.arrays, has_them)) return true;
  const auto longest = longest_prefix(known, rules);
  if (known.min_items < rules.min_contains || longest > kPositions) return false;
  std::size_t matching = 0;
  for (std::size_t i = 0; i < std::min(longest, known.min_items); ++i) {
    if (included_below(left_of(known.item_places(i)), *rules.contains)) ++matching;
  }
  if (known.min_items > longest &&
      included_below(left_of(known.item_places(longest)), *rules.contains)) {
    matching += known.min_items - longest;
  }
  return matching >= rules.min_contains;
}

bool Prover::max_contains_holds(const Shape& known, const ArrayRules& rules) {
  if (known.max_items <= rules.max_contains) return true;
  const auto has_few = [&](const ArrayRules* each) {
    return each->contains != nullptr && each->max_contains <= rules.max_contains &&
           included_below(left_of(*rules.contains), *each->contains);
  };
  if (std::ranges::any_of(known.arrays, has_few)) return true;
  const auto longest = longest_prefix(known, rules);
  if (longest > kPositions) return false;
  const auto never = [&](std::size_t index) {
    return empty_below(left_of(known.item_places(index)).with(*rules.contains));
  };
  std::size_t matching = 0;
  for (std::size_t i = 0; i < std::min(longest, known.max_items); ++i) {
    if (!never(i)) ++matching;
  }
  if (known.max_items > longest && !never(longest)) return false;
  return matching <= rules.max_contains;
}

}  // namespace hotswap::schema::compat
