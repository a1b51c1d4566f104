#include "orchestrator/schema_check.hpp"

namespace hotswap {
namespace {

/// " (and 2 more failures)"
std::string others(const schema::Report& report) {
  if (report.truncated)
    return " (and more than " + std::to_string(report.failures.size() - 1) + " others)";
  if (report.failures.size() < 2) return {};
  const auto more = report.failures.size() - 1;
  return " (and " + std::to_string(more) + (more == 1 ? " more failure)" : " more failures)");
}

}  // namespace

schema::Report check_document(const schema::Schema& schema, const json::Value& document,
                              std::size_t max_failures) {
  const auto view = plain_view(document);
  schema::CheckOptions options;
  options.max_failures = max_failures;
  options.secrets = view ? &*view : nullptr;
  options.demand_secrets = true;
  return schema.check(view ? view->document : document, options);
}

std::string first_failure(const schema::Report& report) {
  if (report.failures.empty()) return {};
  const schema::Failure& first = report.failures.front();
  return first.path + ": " + first.message;
}

Error schema_mismatch(const SchemaRef& schema, const schema::Report& report) {
  Error error;
  error.code = ErrorCode::Invalid;
  error.reason = "version.schema_mismatch";
  error.detail = "The configuration does not satisfy " + to_string(schema) + ": " +
                 first_failure(report) + others(report);
  error.fields = schema::fields_of(report);
  return error;
}

}  // namespace hotswap
