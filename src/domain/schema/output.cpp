// Reports as JSON, in the units of the specification, and as the fields of a problem.
#include <span>

#include "domain/base/limits.hpp"
#include "domain/schema/location.hpp"
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

/// A failure on its way from the root, for the detailed output.
struct Trail {
  const Failure* failure;
  std::vector<Stage> stages;
};

json::Array nested(const std::vector<Failure>& failures);

json::Object leaf(const Failure& failure) {
  auto one = unit(failure);
  if (!failure.causes.empty()) one.append("errors", nested(failure.causes));
  return one;
}

/// Where the subschema is that several failures have in common.
json::Object common_unit(const Trail& trail, const Stage& stage) {
  Failure place;
  const auto& failure = *trail.failure;
  place.keyword_location = failure.keyword_location.substr(0, stage.keyword_end);
  place.instance_location = failure.instance_location.substr(0, stage.instance_end);
  // Behind the last reference the absolute location ends as the other does.
  const auto rest = failure.keyword_location.substr(stage.keyword_end);
  const auto tail = as_fragment(rest);
  if (rest.find("Ref/") == std::string::npos && rest.find("$ref/") == std::string::npos &&
      failure.absolute_location.ends_with(tail)) {
    place.absolute_location =
        failure.absolute_location.substr(0, failure.absolute_location.size() - tail.size());
  }
  auto common = unit(place);
  common.erase("error");
  return common;
}

bool same_stage(const Trail& a, const Trail& b, std::size_t level) {
  if (a.stages.size() <= level || b.stages.size() <= level) return false;
  const auto& stage = a.stages[level];
  const auto start = [](const std::string& text, std::size_t end) {
    return std::string_view(text).substr(0, end);
  };
  return stage == b.stages[level] &&
         start(a.failure->keyword_location, stage.keyword_end) ==
             start(b.failure->keyword_location, stage.keyword_end) &&
         start(a.failure->instance_location, stage.instance_end) ==
             start(b.failure->instance_location, stage.instance_end);
}

/// The failures below one subschema; those of a deeper one that has several stand below a unit of
/// its own.
json::Array grouped(std::span<const Trail> trails, std::size_t level) {
  json::Array units;
  for (std::size_t i = 0; i < trails.size();) {
    auto end = i + 1;
    while (end < trails.size() && same_stage(trails[i], trails[end], level)) ++end;
    if (end == i + 1) {
      units.push_back(leaf(*trails[i].failure));
    } else {
      auto inner = grouped(trails.subspan(i, end - i), level + 1);
      if (inner.size() == 1) {
        units.push_back(std::move(inner.front()));
      } else {
        auto common = common_unit(trails[i], trails[i].stages[level]);
        common.append("errors", std::move(inner));
        units.push_back(std::move(common));
      }
    }
    i = end;
  }
  return units;
}

json::Array nested(const std::vector<Failure>& failures) {
  std::vector<Trail> trails;
  trails.reserve(failures.size());
  for (const auto& failure : failures) trails.push_back({&failure, stages_of(failure)});
  return grouped(trails, 0);
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
