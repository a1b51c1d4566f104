#pragma once
// The nodes of one side's schema.

#include <deque>
#include <map>
#include <unordered_map>

#include "domain/base/error.hpp"
#include "domain/schema/compat/node.hpp"
#include "domain/schema/resources.hpp"

namespace hotswap::schema::compat {

/// How a schema is read. Under the lenient policy its writers leave out what it does not describe
/// (an open object counts as closed), and its readers overlook what they do not know (a closed
/// object counts as open) and fill in what has a default (it is not required).
enum class Reading { AsWritten, Writer, Reader };

/// The part that a subschema plays, which matters to the lenient readings only.
enum class Role : std::uint8_t {
  Whole,  ///< describes a value alone
  Part,   ///< describes it together with others: a branch of allOf, anyOf, …
  Exact   ///< below `not`, `if` and `contains`: to be taken literally
};

/// Compiled patterns by their text, shared by all graphs of a comparison.
class Patterns {
 public:
  TextPattern get(const std::string& source);

 private:
  std::map<std::string, std::shared_ptr<const Pattern>> known_;
};

class Graph {
 public:
  /// `resources` and its documents must outlive the graph; outside documents may be added to it.
  /// Errors are those of Resources::resolve.
  [[nodiscard]] static Result<Graph> of(Resources& resources, bool assert_formats, Reading reading,
                                        Patterns& patterns);

  [[nodiscard]] const Node& root() const { return *root_; }
  /// The node of a subschema, or null if the graph does not reach it in that role.
  [[nodiscard]] const Node* node(const json::Value* schema, Role role) const;

 private:
  friend class Builder;
  Graph() = default;

  std::deque<Node> nodes_;
  std::unordered_map<const json::Value*, std::array<const Node*, 3>> by_source_;
  const Node* root_ = nullptr;
};

}  // namespace hotswap::schema::compat
