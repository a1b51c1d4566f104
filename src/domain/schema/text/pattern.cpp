#include "domain/schema/text/pattern.hpp"

#include <fmt/format.h>

#include "domain/base/limits.hpp"
#include "domain/base/utf8.hpp"
#include "domain/schema/text/code_points.hpp"
#include "domain/schema/text/ecma_regex.hpp"
#include "domain/schema/text/pcre.hpp"
#include "domain/schema/text/simple_pattern.hpp"

namespace hotswap::schema {

struct Pattern::Code {
  std::string source;
  std::optional<SimplePattern> simple;
  std::optional<Pcre> regex;  ///< unless the simple one always decides
};

namespace {

constexpr std::size_t kQuoted = 200;  ///< bytes of a pattern in a message

std::unexpected<Error> bad(std::string_view ecma, std::string_view why) {
  const auto* rest = ecma.size() > kQuoted ? "…" : "";
  return fail(ErrorCode::Invalid, "schema.bad_pattern",
              fmt::format("the pattern \"{}{}\" is no regular expression: {}",
                          clip_utf8(ecma, kQuoted), rest, why));
}

Result<std::string> translate(std::string_view ecma, std::u32string_view characters,
                              Lookbehind lookbehind) {
  auto text = to_pcre(characters, lookbehind);
  if (text) return std::move(*text);
  const auto& [at, what] = text.error();
  return bad(ecma, fmt::format("at character {}, {}", at + 1, what));
}

Result<Pcre> build(std::string_view ecma, std::u32string_view characters, Lookbehind lookbehind) {
  const auto text = translate(ecma, characters, lookbehind);
  if (!text) return std::unexpected(text.error());
  auto regex = Pcre::compile(*text, lookbehind == Lookbehind::WalkBack);
  if (regex) return std::move(*regex);
  if (regex.error().needs_fixed_length && lookbehind == Lookbehind::Fixed)
    return build(ecma, characters, Lookbehind::WalkBack);
  return bad(ecma, regex.error().what);
}

}  // namespace

Result<Pattern> Pattern::compile(std::string_view ecma) {
  if (ecma.size() > limits::kPatternBytes) {
    return bad(ecma,
               fmt::format("it has {} bytes, {} are the most", ecma.size(), limits::kPatternBytes));
  }
  const auto characters = characters_of(ecma);
  if (!characters) return bad(ecma, "it is not UTF-8");
  Code code{std::string(ecma), SimplePattern::of(*characters), {}};
  if (!code.simple || !code.simple->always_decides()) {
    auto regex = build(ecma, *characters, Lookbehind::Fixed);
    if (!regex) return std::unexpected(std::move(regex.error()));
    code.regex = std::move(*regex);
  }
  return Pattern(std::make_unique<const Code>(std::move(code)));
}

Pattern::Pattern(std::unique_ptr<const Code> code) : code_(std::move(code)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Match Pattern::search(std::string_view text) const {
  if (code_->simple) {
    const auto found = code_->simple->search(text);
    if (found) return *found ? Match::Yes : Match::No;
  }
  return code_->regex->search(text);
}

const std::string& Pattern::source() const { return code_->source; }

std::size_t Pattern::bytes() const {
  return sizeof(Code) + code_->source.size() + (code_->simple ? code_->simple->bytes() : 0) +
         (code_->regex ? code_->regex->bytes() : 0);
}

}  // namespace hotswap::schema
