// A schema, and on the next line a document. Both are read, the schema compiled in every reading
// and the document checked: the fast answer and the explained one agree, and every report can be
// written.

#include "domain/base/assert.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/schema.hpp"
#include "fuzz/input.hpp"

using namespace hotswap;
using namespace hotswap::schema;

namespace {

void check_refusal(const Error& error) {
  HS_ASSERT(error.code == ErrorCode::Invalid && error.reason.starts_with("schema."));
  HS_ASSERT(!error.detail.empty());
}

void check_report(const Report& report, std::size_t most) {
  HS_ASSERT(report.valid == report.failures.empty());
  HS_ASSERT(!report.aborted || (!report.valid && report.failures.size() == 1));
  HS_ASSERT(report.failures.size() <= most);
  for (const auto output : {Output::Flag, Output::Basic, Output::Detailed})
    HS_ASSERT(!json::write(to_json(report, output)).empty());
  HS_ASSERT(fields_of(report).size() <= limits::kErrorsReported);
}

void check_document(const Schema& schema, const json::Value& document) {
  const bool accepted = schema.accepts(document);
  for (const std::size_t most : {std::size_t{1}, limits::kErrorsReported}) {
    const auto report = schema.check(document, {.max_failures = most});
    HS_ASSERT(report.valid == accepted);
    check_report(report, most);
  }
  if (const auto view = plain_view(document)) {
    CheckOptions options;
    options.secrets = &*view;
    check_report(schema.check(view->document, options), options.max_failures);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto schema_document = json::parse(input.take_line());
  if (!schema_document) return 0;
  const auto document = json::parse(input.rest());
  for (const auto draft : {Draft::Draft4, Draft::Draft7, Draft::Draft2019, Draft::Draft2020}) {
    const auto schema = Schema::compile(*schema_document, {.default_draft = draft,
                                                           .assert_formats = draft != Draft::Draft7,
                                                           .base_uri = "hotswap:fuzz@1.0.0",
                                                           .documents = {}});
    if (!schema) {
      check_refusal(schema.error());
      continue;
    }
    if (document) check_document(**schema, *document);
    check_document(**schema, *schema_document);
  }
  return 0;
}
