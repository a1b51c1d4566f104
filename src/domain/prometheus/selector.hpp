#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/prometheus/exposition.hpp"
#include "domain/schema/text/pattern.hpp"

namespace hotswap::prometheus {

/// `http_requests_total{code=~"5..",method!="OPTIONS"}`: the name and conditions on labels, as
/// PromQL writes them. Regular expressions match the whole value; a label that is not there is
/// empty.
class Selector {
 public:
  /// Invalid `selector.invalid` that says what is wrong.
  [[nodiscard]] static Result<Selector> parse(std::string_view text);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The conditions alone, without the name.
  [[nodiscard]] bool takes(const Labels& labels) const;

 private:
  struct Condition {
    std::string label;
    bool negated = false;
    std::string value;
    std::optional<schema::Pattern> pattern;  ///< instead of the value
  };
  [[nodiscard]] static bool holds(const Condition& condition, std::string_view value);

  std::string name_;
  std::vector<Condition> conditions_;
};

}  // namespace hotswap::prometheus
