#pragma once
// A schema as the comparison sees it: one node per subschema, draft differences gone, references
// followed, numbers exact. Nodes are shared and may refer to each other in circles.

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/json/decimal.hpp"
#include "domain/json/value.hpp"
#include "domain/schema/text/format.hpp"
#include "domain/schema/text/pattern.hpp"

namespace hotswap::schema::compat {

using TypeMask = std::uint8_t;
inline constexpr TypeMask kNull = 1, kBoolean = 2, kInteger = 4, kFraction = 8, kString = 16,
                          kArray = 32, kObject = 64;
inline constexpr TypeMask kNumber = kInteger | kFraction;  ///< 1.0 is an integer, 1.5 a fraction
inline constexpr TypeMask kAnyType = 127;
inline constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

struct Node;

struct Bound {
  json::Decimal at;
  bool exclusive = false;
  bool operator==(const Bound&) const = default;
};

struct NumberRules {
  std::optional<Bound> lower;
  std::optional<Bound> upper;
  std::optional<json::Decimal> multiple;
};

/// A regular expression; `code` is null for one that cannot be used.
struct TextPattern {
  std::string source;
  std::shared_ptr<const Pattern> code;
};

struct StringRules {
  std::size_t min = 0;  ///< in characters
  std::size_t max = kNoLimit;
  std::optional<TextPattern> pattern;
  std::optional<Format> format;  ///< only where formats are asserted
};

struct ArrayRules {
  std::size_t min = 0;
  std::size_t max = kNoLimit;
  bool unique = false;
  std::vector<const Node*> prefix;
  const Node* rest = nullptr;  ///< of the items after the prefix; null: anything
  const Node* contains = nullptr;
  std::size_t min_contains = 1;
  std::size_t max_contains = kNoLimit;
  bool contains_evaluates = false;  ///< 2020-12: what `contains` matched is not unevaluated
  const Node* unevaluated = nullptr;
};

struct Property {
  std::string_view name;
  const Node* node;
};
struct PatternProperty {
  TextPattern pattern;
  const Node* node;
};
struct DependentRequired {
  std::string_view trigger;
  std::vector<std::string_view> names;
};

struct ObjectRules {
  std::size_t min = 0;
  std::size_t max = kNoLimit;
  std::vector<Property> properties;  ///< in the schema's order
  std::vector<Property> sorted;      ///< the same by name
  std::vector<PatternProperty> patterns;
  const Node* additional = nullptr;        ///< null: anything
  std::vector<std::string_view> required;  ///< sorted
  const Node* names = nullptr;
  std::vector<DependentRequired> dependent_required;
  std::vector<Property> dependent_schemas;
  const Node* unevaluated = nullptr;

  [[nodiscard]] const Node* find(std::string_view name) const;
};

struct LogicRules {
  std::vector<const Node*> all;  ///< allOf
  const Node* reference = nullptr;
  std::vector<const Node*> any;
  std::vector<const Node*> one;
  std::vector<const Node*> sorted_any;  ///< the same by address
  std::vector<const Node*> sorted_one;
  const Node* negated = nullptr;
  const Node* condition = nullptr;       ///< if; null when there is neither then nor else
  const Node* lone_condition = nullptr;  ///< if there is not: it decides nothing, but evaluates
  const Node* consequence = nullptr;
  const Node* alternative = nullptr;
};

struct Node {
  const json::Value* source = nullptr;  ///< null for what the comparison itself made up
  bool never = false;                   ///< the schema `false`
  bool secret = false;                  ///< demands that the value be a secret
  bool opaque = false;                  ///< says more than the comparison understands
  TypeMask types = kAnyType;
  std::optional<std::vector<const json::Value*>> values;  ///< enum and const
  std::vector<std::string> value_keys;                    ///< canonical and sorted, when many
  std::unique_ptr<NumberRules> number;
  std::unique_ptr<StringRules> string;
  std::unique_ptr<ArrayRules> array;
  std::unique_ptr<ObjectRules> object;
  std::unique_ptr<LogicRules> logic;

  /// Accepts every value whatsoever.
  [[nodiscard]] bool anything() const {
    return !never && !secret && !opaque && types == kAnyType && !values && !number && !string &&
           !array && !object && !logic;
  }
};

/// Yes and No are certain.
enum class Truth { No, Yes, Unknown };

[[nodiscard]] TypeMask type_of(const json::Value& value);
/// Characters of UTF-8 text.
[[nodiscard]] std::size_t length_of(std::string_view text);

}  // namespace hotswap::schema::compat
