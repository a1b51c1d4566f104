#pragma once
// What stands between {{ and }}: an operand with its filters, or a condition. Parsed once,
// evaluated at every rendering (evaluate.hpp).

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/template/filters.hpp"
#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::agent {

/// `pool.max`, `servers.0.host`, `a["odd name"]`, `.host` (of the item), `@index` (a fact).
struct Name {
  enum class From { Document, Item, Facts } from = From::Document;
  std::vector<std::string> steps;
  std::string text;  ///< as it was written
};

struct Operand {
  std::variant<Name, json::Value> source;  ///< or a literal
  std::vector<Filter> filters;
};

enum class Comparison { Equal, Unequal, Less, LessOrEqual, Greater, GreaterOrEqual };

struct Condition {
  enum class Kind { Truth, Exists, Compare, Not, And, Or } kind = Kind::Truth;
  std::vector<Operand> operands;  ///< one, or two of a comparison
  Comparison comparison = Comparison::Equal;
  std::vector<Condition> parts;  ///< of not, and, or
};

/// An error's detail is the mistake alone: the template adds the line.
[[nodiscard]] Result<Operand> parse_operand(std::string_view text);
[[nodiscard]] Result<Condition> parse_condition(std::string_view text);

/// `servers`, `servers as server`
struct Loop {
  Operand list;
  std::string name;  ///< empty: the item is `.` alone
};
[[nodiscard]] Result<Loop> parse_loop(std::string_view text);

}  // namespace hotswap::agent
