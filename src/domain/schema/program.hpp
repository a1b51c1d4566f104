#pragma once
// What a schema compiles to: flat tables that refer to each other by number. Written by Compiler,
// read by Evaluator, never changed in between.

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/json/text.hpp"
#include "domain/json/value.hpp"
#include "domain/schema/node.hpp"
#include "domain/schema/numbers.hpp"
#include "domain/schema/schema.hpp"
#include "domain/schema/text/format.hpp"
#include "domain/schema/text/pattern.hpp"

namespace hotswap::schema {

struct Property {
  json::Text name;
  std::uint32_t hash = 0;
  std::uint32_t required = kNone;  ///< its number among the required
  Child schema;                    ///< not set: only required
};

struct PatternProperty {
  std::uint32_t pattern;
  Child schema;
};

/// properties, patternProperties, additionalProperties and required in one pass over the members.
struct Members {
  Range properties;
  std::uint32_t first_slot = 0;  ///< hash table of property numbers
  std::uint32_t slot_mask = 0;
  Range patterns;
  Child additional;
  std::uint32_t required = 0;  ///< how many
  /// Few names and nothing for the other members: look each name up instead.
  bool look_up = false;
};

/// prefixItems (the older items list) and items (additionalItems) in one pass.
struct Items {
  Range prefix;  ///< in Program::children
  Child rest;
  Keyword prefix_keyword = Keyword::PrefixItems;
  Keyword rest_keyword = Keyword::Items;
};

struct Contains {
  Child schema;
  std::uint64_t min = 1;
  std::uint64_t max = ~std::uint64_t{0};
  bool evaluates = false;  ///< 2020-12: what matches counts as evaluated
};

struct Conditional {
  NodeId condition = kNone;
  NodeId then = kNone;
  NodeId otherwise = kNone;
};

/// One name of dependentRequired, dependentSchemas or dependencies.
struct Dependency {
  std::string_view name;
  Range names;  ///< in Program::name_lists
  NodeId node = kNone;
};

/// minimum, maximum and their exclusive kin.
struct Interval {
  struct Limit {
    Keyword keyword;
    std::uint32_t bound;
  };
  std::array<Limit, 4> limits{};
  std::uint8_t count = 0;
  bool whole = false;  ///< `least` and `most` say it all for integers of at most 18 digits
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

/// minLength and maxLength, or the like of items and properties.
struct Sizes {
  std::uint64_t min = 0;
  std::uint64_t max = ~std::uint64_t{0};
};

/// The values of `enum`, or the one of `const`.
struct Choice {
  Range values;
  std::uint32_t first_slot = 0;  ///< hash table of value numbers; mask 0: search one by one
  std::uint32_t slot_mask = 0;
};

/// $dynamicRef and $recursiveRef: leads to where the outermost resource on the way that has the
/// anchor has it.
struct Dynamic {
  NodeId usual = kNone;
  std::uint32_t anchor = kNone;  ///< not set: as a plain $ref
};
/// The places of one dynamic anchor, sorted by resource.
struct DynamicAnchor {
  struct Target {
    std::uint32_t resource;
    NodeId node;
  };
  std::vector<Target> targets;
};

class Program {
 public:
  Draft draft = Draft::Draft2020;
  NodeId root = 0;
  bool demands_secrets = false;  ///< writeOnly or x-secret occurs
  std::vector<Node> nodes;
  std::vector<Step> steps;
  std::vector<Child> children;
  std::vector<Property> properties;
  std::vector<std::uint32_t> slots;
  std::vector<PatternProperty> pattern_properties;
  std::vector<Members> members;
  std::vector<Items> items;
  std::vector<Contains> contains;
  std::vector<Conditional> conditionals;
  std::vector<Dependency> dependencies;
  std::vector<std::string_view> name_lists;
  std::vector<Choice> choices;
  std::vector<json::Value> values;
  std::vector<Bound> bounds;
  std::vector<Interval> intervals;
  std::vector<Sizes> sizes;
  std::vector<Pattern> patterns;
  std::vector<Dynamic> dynamics;
  std::vector<DynamicAnchor> anchors;
  std::deque<std::string> names;

  // Only for explanations.
  std::vector<std::string> resource_uris;
  std::vector<std::string> pointers;  ///< of the nodes, in their resources
  std::vector<std::string> references;
};

/// Property of that name, or nullptr.
[[nodiscard]] const Property* find_property(const Program& program, const Members& members,
                                            const json::Text& name);

}  // namespace hotswap::schema
