// A pattern, and on the next line a text. A pattern in a group is matched by PCRE2, where without
// the group it might be matched in one pass: both must say the same. Formats and references come
// along, over the same text.

#include "domain/base/assert.hpp"
#include "domain/base/utf8.hpp"
#include "domain/schema/text/format.hpp"
#include "domain/schema/text/pattern.hpp"
#include "domain/schema/text/uri.hpp"
#include "fuzz/input.hpp"

using namespace hotswap;
using namespace hotswap::schema;

namespace {

void check_pattern(const std::string& source, std::string_view text) {
  const auto pattern = Pattern::compile(source);
  if (!pattern) {
    HS_ASSERT(pattern.error().reason == "schema.bad_pattern");
    return;
  }
  const auto plain = pattern->search(text);
  const auto grouped = Pattern::compile("(?:" + source + ")");
  if (!grouped) return;  // a little too long, or nested too deep
  const auto match = grouped->search(text);
  HS_ASSERT(plain == match || plain == Match::GaveUp || match == Match::GaveUp);
}

void check_formats(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(Format::Regex); ++i)
    static_cast<void>(conforms(static_cast<Format>(i), text));
  // Each of these is a stricter grammar than the other.
  HS_ASSERT(!conforms(Format::Uri, text) || conforms(Format::UriReference, text));
  HS_ASSERT(!conforms(Format::Uri, text) || conforms(Format::Iri, text));
  HS_ASSERT(!conforms(Format::Hostname, text) || conforms(Format::IdnHostname, text));
  HS_ASSERT(!conforms(Format::Email, text) || conforms(Format::IdnEmail, text));
}

/// What is resolved has no fragment left and nothing relative left to resolve.
void check_reference(std::string_view base, std::string_view reference) {
  const auto uri = resolve(base, reference);
  HS_ASSERT(!uri.absolute.contains('#'));
  const auto root = resolve("http://example.com/a/b", reference).absolute;
  HS_ASSERT(resolve("http://example.com/c", root).absolute == root);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto source = clip_utf8(input.take_line(), SIZE_MAX);
  const auto text = clip_utf8(input.rest(), SIZE_MAX);
  check_pattern(source, text);
  static_cast<void>(Pattern::compile(input.rest()));  // bytes as they are
  check_formats(text);
  check_formats(source);
  check_reference(source, text);
  return 0;
}
