// A TOML document: what is taken is a JSON object within the limits that can be written and read.

#include "api/formats/toml.hpp"
#include "domain/base/assert.hpp"
#include "domain/json/write.hpp"

using namespace hotswap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = api::toml_to_json(text);
  if (!value) {
    HS_ASSERT(!value.error().reason.empty() && !value.error().detail.empty());
    return 0;
  }
  HS_ASSERT(value->as_object() != nullptr);
  const auto written = json::write(*value);
  const auto parsed = json::parse(written, {.bytes = SIZE_MAX});
  HS_ASSERT(parsed && *parsed == *value);
  HS_ASSERT(written.size() <= 512 * (size + 16));
  return 0;
}
