// Whatever the parser takes can be written and read again as the same value, in every form.

#include <cmath>

#include "domain/base/assert.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

using namespace hotswap;

namespace {

void expect_same(const json::Value& value, const std::string& text) {
  const auto again = json::parse(text, {.bytes = SIZE_MAX});
  HS_ASSERT(again.has_value());
  HS_ASSERT(*again == value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = json::parse({reinterpret_cast<const char*>(data), size});
  if (!value) {
    HS_ASSERT(!value.error().detail.empty());
    return 0;
  }
  expect_same(*value, json::write(*value));
  expect_same(*value, json::write_pretty(*value));
  const auto canonical = json::canonical(*value);
  const auto again = json::parse(canonical, {.bytes = SIZE_MAX});
  HS_ASSERT(again && json::canonical(*again) == canonical);
  const json::Value copy = *value;
  HS_ASSERT(copy == *value);
  return 0;
}
