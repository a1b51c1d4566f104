// A YAML document: what is taken is a JSON value within the limits, and stays the same when it is
// written as JSON, which is YAML, and read again.

#include "api/formats/yaml.hpp"
#include "domain/base/assert.hpp"
#include "domain/json/write.hpp"

using namespace hotswap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = api::yaml_to_json(text);
  if (!value) {
    HS_ASSERT(!value.error().reason.empty() && !value.error().detail.empty());
    return 0;
  }
  const auto written = json::write(*value);
  const auto parsed = json::parse(written, {.bytes = SIZE_MAX});
  HS_ASSERT(parsed && *parsed == *value);
  // Nothing grows: aliases are refused.
  HS_ASSERT(written.size() <= 16 * size + 16);
  HS_ASSERT(!api::yaml_to_json(text, {.bytes = size == 0 ? 0 : size - 1}) || size == 0);
  return 0;
}
