#pragma once
// Regular expressions with ECMA-262 semantics (flag u), on PCRE2 with limits: a hostile pattern
// ends as an error, never as a hang.

#include <memory>
#include <string>
#include <string_view>

#include "domain/base/error.hpp"

namespace hotswap::schema {

enum class Match { Yes, No, GaveUp };  ///< GaveUp: the match limit was reached

/// Immutable, thread-safe; matching allocates nothing on the heap after a thread's first match.
class Pattern {
 public:
  /// Invalid `schema.bad_pattern` with the offset and what is wrong there; also for patterns of
  /// more than limits::kPatternBytes.
  [[nodiscard]] static Result<Pattern> compile(std::string_view ecma);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  /// Whether the pattern matches anywhere in `text` (UTF-8).
  [[nodiscard]] Match search(std::string_view text) const;
  [[nodiscard]] const std::string& source() const;
  /// Memory that it takes: a short pattern may be compiled to 100 KB and more.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Code;
  explicit Pattern(std::unique_ptr<const Code> code);
  std::unique_ptr<const Code> code_;
};

}  // namespace hotswap::schema
