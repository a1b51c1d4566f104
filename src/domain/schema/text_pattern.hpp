#pragma once
// A regular expression as schemas use it; the simplest, which are the most frequent, need no
// engine.

#include <optional>
#include <string>
#include <string_view>

#include "domain/schema/text/pattern.hpp"

namespace hotswap::schema {

class TextPattern {
 public:
  [[nodiscard]] static Result<TextPattern> compile(std::string_view ecma);

  [[nodiscard]] Match search(std::string_view text) const {
    switch (kind_) {
      case Kind::All:
        return Match::Yes;
      case Kind::Prefix:
        return text.starts_with(literal_) ? Match::Yes : Match::No;
      case Kind::Exact:
        return text == literal_ ? Match::Yes : Match::No;
      case Kind::Regex:
        break;
    }
    return regex_->search(text);
  }
  [[nodiscard]] const std::string& source() const { return source_; }

 private:
  enum class Kind { Regex, All, Prefix, Exact };
  explicit TextPattern(std::string_view source) : source_(source) {}
  void simplify();

  std::string source_;
  Kind kind_ = Kind::Regex;
  std::string literal_;
  std::optional<Pattern> regex_;  ///< kept only for Kind::Regex
};

}  // namespace hotswap::schema
