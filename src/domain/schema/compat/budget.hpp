#pragma once
// How much work is left: what would take too long is left undecided.

#include <cstddef>

namespace hotswap::schema::compat {

inline constexpr std::size_t kMatchSteps = 8;  ///< to search one pattern in one name
inline constexpr std::size_t kTextSteps = 64;  ///< to make up texts that one pattern matches

/// Counted in small steps of some ten nanoseconds and bytes each, so that the same schemas always
/// come to the same answer, on whatever machine.
class Budget {
 public:
  explicit Budget(std::size_t steps) : left_(steps) {}

  [[nodiscard]] bool spent() const { return left_ == 0; }
  void spend(std::size_t steps) { left_ -= steps < left_ ? steps : left_; }

 private:
  std::size_t left_;
};

}  // namespace hotswap::schema::compat
