#pragma once
// Takes a name out of texts: whole words become the pseudonym, everything else stays.

#include <string>
#include <string_view>

#include "domain/json/value.hpp"

namespace hotswap::erasure {

class Eraser {
 public:
  Eraser(std::string name, std::string pseudonym);

  /// A letter, digit, `_`, `-`, `@` or a byte beyond ASCII on either side belongs to a longer word;
  /// so does a dot with such a one behind it: `ann.lee` and `ann@example.com` do not hold the word
  /// `ann`, while `asked by ann.` does.
  [[nodiscard]] std::string text(std::string_view text) const;
  /// Strings at any depth. Names of members stay, and so do members whose strings are words of the
  /// product (`state`, `type`, …).
  [[nodiscard]] json::Value json(const json::Value& value) const;
  /// JSON text; what cannot be read is taken as plain text.
  [[nodiscard]] std::string json_text(std::string_view text) const;

  /// Whether the name stands anywhere, also within a word, also as JSON writes it.
  [[nodiscard]] bool holds(std::string_view text) const;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& in_json() const { return in_json_; }  ///< escaped, not quoted
  [[nodiscard]] const std::string& pseudonym() const { return pseudonym_; }

 private:
  std::string name_, in_json_, pseudonym_;
};

}  // namespace hotswap::erasure
