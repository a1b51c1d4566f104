#include "domain/schema/text/pattern.hpp"

#include <fmt/format.h>

#include "domain/base/limits.hpp"
#include "domain/base/utf8.hpp"
#include "domain/schema/text/code_points.hpp"
#include "domain/schema/text/ecma_regex.hpp"
#include "domain/schema/text/pcre.hpp"

namespace hotswap::schema {

struct Pattern::Code {
  std::string source;
  Pcre regex;
};

namespace {

std::unexpected<Error> bad(std::string_view ecma, std::string_view why) {
  return fail(ErrorCode::Invalid, "schema.bad_pattern",
              fmt::format("the pattern \"{}\" is no regular expression: {}", ecma, why));
}

Result<Pcre> build(std::string_view ecma, std::u32string_view characters, Lookbehind lookbehind) {
  const auto text = to_pcre(characters, lookbehind);
  if (!text) {
    const auto& [at, what] = text.error();
    return bad(ecma, fmt::format("at character {}, {}", at + 1, what));
  }
  auto regex = Pcre::compile(*text, lookbehind == Lookbehind::WalkBack);
  if (regex) return std::move(*regex);
  if (regex.error().needs_fixed_length && lookbehind == Lookbehind::Fixed)
    return build(ecma, characters, Lookbehind::WalkBack);
  return bad(ecma, regex.error().what);
}

}  // namespace

Result<Pattern> Pattern::compile(std::string_view ecma) {
  if (ecma.size() > limits::kPatternBytes) {
    return fail(ErrorCode::Invalid, "schema.bad_pattern",
                fmt::format("a pattern has {} bytes at most, this one has {}",
                            limits::kPatternBytes, ecma.size()));
  }
  const auto characters = characters_of(ecma);
  if (!characters) return bad(clip_utf8(ecma, ecma.size()), "it is not UTF-8");
  auto regex = build(ecma, *characters, Lookbehind::Fixed);
  if (!regex) return std::unexpected(std::move(regex.error()));
  return Pattern(std::make_unique<const Code>(std::string(ecma), std::move(*regex)));
}

Pattern::Pattern(std::unique_ptr<const Code> code) : code_(std::move(code)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Match Pattern::search(std::string_view text) const { return code_->regex.search(text); }
const std::string& Pattern::source() const { return code_->source; }

}  // namespace hotswap::schema
