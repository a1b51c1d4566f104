#pragma once
// What a validation found, for people and for programs.

#include <string>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::schema {

/// One failing keyword.
struct Failure {
  std::string path;               ///< JSONPath of the value, `$.pool.max`
  std::string instance_location;  ///< JSON Pointer of the value, `/pool/max`
  std::string keyword_location;   ///< JSON Pointer along the evaluation, through every $ref
  std::string absolute_location;  ///< URI with fragment of the keyword, where a $ref was followed
  std::string keyword;            ///< `maximum`
  std::string message;            ///< for people: the value (masked if secret) and what is allowed
  std::vector<Failure> causes;    ///< anyOf, oneOf: why the branch that came closest failed
  bool operator==(const Failure&) const = default;
};

struct Report {
  bool valid = true;
  bool truncated = false;  ///< there were more failures than asked for
  /// The evaluation was given up (a pattern's match limit, the step budget, depth): neither valid
  /// nor truly invalid. `valid` is false and the one failure says where and why.
  bool aborted = false;
  std::vector<Failure> failures;
};

/// Output units of the JSON Schema specification, 2020-12 section 12. Of a valid document they say
/// just that: annotations are not collected. Of an anyOf or oneOf they show the closest branch.
enum class Output { Flag, Basic, Detailed };
[[nodiscard]] json::Value to_json(const Report& report, Output output);

/// The failures as the fields of a problem, causes after their cause; at most
/// limits::kErrorsReported.
[[nodiscard]] std::vector<FieldError> fields_of(const Report& report);

}  // namespace hotswap::schema
