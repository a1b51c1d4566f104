// Two schemas and a document, one to a line. What is called compatible is contradicted by no
// document, and what is called breaking has an example that the engine confirms.

#include "domain/base/assert.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/compat/compare.hpp"
#include "fuzz/input.hpp"

using namespace hotswap;
using namespace hotswap::schema;

namespace {

/// `wide` is said to accept whatever `narrow` accepts, or not.
void check_effect(Effect effect, const std::optional<json::Value>& example, const Schema& narrow,
                  const Schema& wide) {
  HS_ASSERT((effect == Effect::Breaking) == example.has_value());
  if (example) HS_ASSERT(narrow.accepts(*example) && !wide.accepts(*example));
}

void check_document(const Comparison& comparison, const Schema& before, const Schema& after,
                    const json::Value& document) {
  const bool was = before.accepts(document);
  const bool is = after.accepts(document);
  // An evaluation that is given up accepts nothing, and proves nothing.
  if (was == is || before.check(document).aborted || after.check(document).aborted) return;
  HS_ASSERT(!was || comparison.backward != Effect::Compatible);
  HS_ASSERT(!is || comparison.forward != Effect::Compatible);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto old_document = json::parse(input.take_line());
  const auto new_document = json::parse(input.take_line());
  if (!old_document || !new_document) return 0;
  const auto before = Schema::compile(*old_document);
  const auto after = Schema::compile(*new_document);
  if (!before || !after) return 0;
  const auto comparison = compare({*old_document, {}}, {*new_document, {}}, Policy::Strict);
  HS_ASSERT(comparison.has_value());
  check_effect(comparison->backward, comparison->backward_example, **before, **after);
  check_effect(comparison->forward, comparison->forward_example, **after, **before);
  HS_ASSERT(comparison_from_json(to_json(*comparison)).has_value());
  if (const auto document = json::parse(input.rest()))
    check_document(*comparison, **before, **after, *document);
  for (const auto* document : {&*old_document, &*new_document})
    check_document(*comparison, **before, **after, *document);
  return 0;
}
