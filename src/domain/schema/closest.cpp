#include "domain/schema/closest.hpp"

#include <algorithm>
#include <tuple>

namespace hotswap::schema {

void Attempt::note(Keyword keyword, std::uint32_t at_depth) {
  ++count;
  shallowest = std::min(shallowest, at_depth);
  const bool picks = keyword == Keyword::Const || keyword == Keyword::Enum;
  if (at_depth == depth && (picks || keyword == Keyword::Type)) refused = 2;
  if (at_depth == depth + 1 && picks) refused = std::max(refused, 1);
}

void Attempt::note_chosen(std::uint32_t at_depth) {
  if (at_depth == depth || at_depth == depth + 1) ++chosen;
}

void Attempt::take_over(const Attempt& inner) {
  if (inner.depth != depth) return;
  refused = std::max(refused, inner.refused);
  chosen += inner.chosen;
}

bool closer(const Attempt& a, const Attempt& b) {
  const auto rank = [](const Attempt& attempt) {
    const auto deep = ~std::uint32_t{0} - attempt.shallowest;
    return std::tuple(attempt.refused, -attempt.chosen, deep, attempt.count);
  };
  return rank(a) < rank(b);
}

}  // namespace hotswap::schema
