#pragma once
// Which of several branches that all failed came closest: the one that the author most probably
// meant, so that its failures are worth showing.

#include <cstdint>
#include <vector>

#include "domain/schema/keyword.hpp"
#include "domain/schema/report.hpp"

namespace hotswap::schema {

/// What one branch of an anyOf or oneOf, or the evaluation as a whole, came to.
struct Attempt {
  std::vector<Failure> failures;                 ///< the first few
  std::size_t count = 0;                         ///< of all
  std::uint32_t depth = 0;                       ///< of the value the branches are for
  std::uint32_t shallowest = ~std::uint32_t{0};  ///< least depth of a failing value
  int refused = 0;  ///< the value's own type, const or enum failed: 2; that of a direct member: 1
  int chosen = 0;   ///< const and enum of direct members that were met

  void note(Keyword keyword, std::uint32_t at_depth);
  /// A branch inside failed for the same value.
  void take_over(const Attempt& inner);
  void note_chosen(std::uint32_t at_depth);
};

[[nodiscard]] bool closer(const Attempt& a, const Attempt& b);

}  // namespace hotswap::schema
