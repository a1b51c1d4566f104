// Reports as JSON, in the units of the specification, and as the fields of a problem.
#include "domain/base/limits.hpp"
#include "domain/schema/report.hpp"

namespace hotswap::schema {
namespace {

json::Object unit(const Failure& failure) {
  json::Object unit{{"valid", false},
                    {"keywordLocation", failure.keyword_location},
                    {"instanceLocation", failure.instance_location},
                    {"error", failure.message}};
  if (!failure.absolute_location.empty()) {
    unit.append("absoluteKeywordLocation", failure.absolute_location);
  }
  return unit;
}

void add_flat(json::Array& errors, const std::vector<Failure>& failures) {
  for (const auto& failure : failures) {
    errors.push_back(unit(failure));
    add_flat(errors, failure.causes);
  }
}

json::Array nested(const std::vector<Failure>& failures) {
  json::Array errors;
  for (const auto& failure : failures) {
    auto one = unit(failure);
    if (!failure.causes.empty()) one.append("errors", nested(failure.causes));
    errors.push_back(std::move(one));
  }
  return errors;
}

void add_fields(std::vector<FieldError>& fields, const std::vector<Failure>& failures) {
  for (const auto& failure : failures) {
    if (fields.size() == limits::kErrorsReported) return;
    fields.push_back({failure.path, failure.keyword, failure.message});
    add_fields(fields, failure.causes);
  }
}

}  // namespace

json::Value to_json(const Report& report, Output output) {
  json::Object object{{"valid", report.valid}};
  if (output == Output::Flag || report.valid) return object;
  json::Array errors;
  if (output == Output::Basic) {
    add_flat(errors, report.failures);
  } else {
    object.append("keywordLocation", "");
    object.append("instanceLocation", "");
    errors = nested(report.failures);
  }
  object.append("errors", std::move(errors));
  return object;
}

std::vector<FieldError> fields_of(const Report& report) {
  std::vector<FieldError> fields;
  add_fields(fields, report.failures);
  return fields;
}

}  // namespace hotswap::schema
