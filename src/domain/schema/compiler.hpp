#pragma once
// From indexed schemas to a Program. Subschemas are compiled when something reaches them.

#include <array>
#include <map>
#include <memory>
#include <unordered_map>

#include "domain/schema/program.hpp"
#include "domain/schema/resources.hpp"

namespace hotswap::schema {

class Compiler {
 public:
  /// `resources` grows by what references lead to.
  Compiler(Resources& resources, const CompileOptions& options)
      : resources_(resources), options_(options) {}

  /// All mistakes as one Invalid error: schema.unresolved, schema.endless, schema.bad_pattern,
  /// schema.too_large.
  [[nodiscard]] Result<std::unique_ptr<Program>> run();

 private:
  /// A schema's keywords by number; nullptr where it has none, or its dialect does not know it.
  using Parts = std::array<const json::Value*, kKeywords>;
  struct Groups {
    std::vector<Step> any, number, string, array, object;
  };
  /// One schema while it is compiled.
  struct Context {
    const json::Value& schema;
    Place place;
    Parts parts;
    Groups groups;
    Node node;

    [[nodiscard]] const json::Value* get(Keyword keyword) const {
      return parts[static_cast<std::size_t>(keyword)];
    }
  };

  NodeId node_of(const json::Value& schema);
  Child child_of(const json::Value& schema) { return {node_of(schema), kNone}; }
  void drain();
  bool add_dynamic_targets();
  void compile_node(NodeId id);
  static Parts parts_of(const json::Value& schema, const Dialect& dialect);
  void note_sole(Node& node) const;
  void write_steps(Node& node, Groups&& groups);

  // compile_values.cpp
  void type(Context& context);
  void choices(Context& context);
  void bounds(Context& context);
  void divisor(Context& context);
  void sizes(Context& context, std::vector<Step>& group, Keyword min, Keyword max);
  void texts(Context& context);
  std::uint32_t choice(const json::Value* const* first, std::size_t count);
  std::uint32_t pattern(Context& context, std::string_view source, Keyword keyword);
  void secrets(Context& context);

  // compile_logic.cpp
  void references(Context& context);
  void dynamic(Context& context, Keyword keyword, std::string_view reference);
  void logic(Context& context);
  std::uint32_t anchor_number(const std::string& name);
  Range list(const json::Array& schemas);

  // compile_array.cpp
  void arrays(Context& context);
  void items(Context& context);
  void contains(Context& context);

  // compile_object.cpp
  void objects(Context& context);
  void members(Context& context);
  void add_property(Members& members, std::string_view name, Child schema, bool required);
  void write_slots(Members& members);
  void dependencies(Context& context, Keyword keyword);
  std::string_view kept(std::string_view name);

  void too_large(std::string message);
  void mistake(const Context& context, Keyword keyword, std::string reason, std::string message);
  void find_endless();
  void link_directly();
  [[nodiscard]] std::vector<NodeId> applied_in_place(NodeId id) const;
  [[nodiscard]] Error error() const;

  Resources& resources_;
  const CompileOptions& options_;
  std::unique_ptr<Program> program_ = std::make_unique<Program>();
  std::unordered_map<const json::Value*, NodeId> ids_;
  std::vector<const json::Value*> schemas_;       ///< of the nodes
  std::size_t compiled_ = 0;                      ///< nodes before this are done
  std::vector<bool> entered_;                     ///< resources of which a node is compiled
  std::map<std::string, std::uint32_t> anchors_;  ///< dynamic; the empty name: $recursiveAnchor
  std::unordered_map<std::string_view, std::uint32_t> property_numbers_;  ///< of one Members
  std::unordered_map<std::string, std::uint32_t> pattern_numbers_;
  std::size_t pattern_bytes_ = 0;
  std::string reason_;
  std::vector<FieldError> mistakes_;
};

}  // namespace hotswap::schema
