#pragma once
// PromQL templates: the variables of a Query criterion, filled in.

#include <string>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap {

struct QueryVariables {
  std::string service, environment, profile, version;
  std::string cohort;                  ///< `treated` or `control`
  std::vector<std::string> instances;  ///< host names; {{instances}} is their regular expression
  Duration window{};                   ///< {{window}} as PromQL writes it, `300s`
};

/// Values are escaped for use inside a PromQL string. Invalid `health.invalid` naming the field for
/// a variable that does not exist; checked when a policy is read.
[[nodiscard]] Result<void> check_query(const std::string& query, const std::string& path);
[[nodiscard]] std::string resolve_query(const std::string& query, const QueryVariables& variables);
/// Whether the query tells the cohorts apart: it uses {{cohort}}, {{instances}} or {{version}}.
[[nodiscard]] bool distinguishes_cohorts(const std::string& query);

}  // namespace hotswap
