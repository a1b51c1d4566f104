#pragma once
// `*`, `+`, `?` and `{…}` after an atom.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "domain/schema/text/ecma_cursor.hpp"

namespace hotswap::schema {

struct Repeat {
  static constexpr std::size_t kEndless = SIZE_MAX;

  std::size_t least = 1;
  std::size_t most = 1;
  bool lazy = false;
};

/// A brace that starts no repeat is only a brace.
[[nodiscard]] bool sees_repeat(const Cursor& cursor);
/// Nothing if there is none.
[[nodiscard]] std::optional<Repeat> read_repeat(Cursor& cursor);
/// Digits; what is too large is some huge number below Repeat::kEndless.
[[nodiscard]] std::size_t read_number(Cursor& cursor);

}  // namespace hotswap::schema
