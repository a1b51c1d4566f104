#pragma once
// PCRE2 with bounds: every search ends, whatever the pattern and the text.

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "domain/schema/text/pattern.hpp"

// PCRE2's own type; only pcre.cpp includes its header.
struct pcre2_real_code_8;

namespace hotswap::schema {

/// Immutable, thread-safe: what a match needs besides belongs to the thread.
class Pcre {
 public:
  struct Refusal {
    std::string what;
    bool needs_fixed_length = false;  ///< a lookbehind is of no fixed length
  };
  /// `compares_rest`: a step may compare the rest of the text, so that long texts get fewer steps.
  [[nodiscard]] static std::expected<Pcre, Refusal> compile(std::string_view pcre,
                                                            bool compares_rest);
  /// At most limits::kPatternSteps steps, and some for each character of the text.
  [[nodiscard]] Match search(std::string_view text) const;
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Free {
    void operator()(pcre2_real_code_8* code) const;
  };
  Pcre(std::unique_ptr<pcre2_real_code_8, Free> code, bool compares_rest);
  [[nodiscard]] Match search_slowly(std::string_view text, std::size_t budget) const;

  std::unique_ptr<pcre2_real_code_8, Free> code_;
  bool anchored_ = false;  ///< can match at the start of the text only
  bool compares_rest_ = false;
};

}  // namespace hotswap::schema
