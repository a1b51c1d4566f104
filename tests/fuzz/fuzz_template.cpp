// Templates of the agent on any document: a document, a line `---`, a template. Nothing that is
// rendered is endless, every mistake has its line, and the same input gives the same file.

#include "agent/template/template.hpp"
#include "domain/base/assert.hpp"
#include "domain/json/parse.hpp"

using namespace hotswap;

namespace {

constexpr std::string_view kMark = "\n---\n";

void expect_words(const Error& error) {
  HS_ASSERT(error.code == ErrorCode::Invalid || error.code == ErrorCode::TooLarge);
  HS_ASSERT(!error.detail.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const auto mark = all.find(kMark);
  if (mark == std::string_view::npos) return 0;
  auto document = json::parse(all.substr(0, mark));
  if (!document) return 0;
  const auto text = agent::Template::parse(all.substr(mark + kMark.size()));
  if (!text) {
    expect_words(text.error());
    return 0;
  }
  const json::Value facts = json::Object{{"version", "1.2.3"}, {"profile", "p.production"}};
  const auto first = text->render(*document, facts);
  const auto second = text->render(*document, facts);
  HS_ASSERT(first.has_value() == second.has_value());
  if (!first) {
    expect_words(first.error());
    return 0;
  }
  HS_ASSERT(*first == *second);
  HS_ASSERT(first->size() <= (std::size_t{16} << 20));
  return 0;
}
