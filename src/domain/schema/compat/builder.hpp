#pragma once
// Turns schemas into nodes: drafts, vocabularies and references end here.

#include <deque>

#include "domain/schema/compat/graph.hpp"

namespace hotswap::schema::compat {

class Builder {
 public:
  Builder(Resources& resources, bool assert_formats, Reading reading, Patterns& patterns)
      : resources_(resources),
        assert_formats_(assert_formats),
        reading_(reading),
        patterns_(patterns) {}

  [[nodiscard]] Result<Graph> build();

 private:
  /// The subschema being filled.
  struct Work {
    Node* node;
    const json::Object* schema;
    Place place;
    Role role;
  };
  struct DynamicReference {
    Node* node;
    std::string anchor;  ///< empty: $recursiveRef
  };

  /// The keyword's value if the draft and its vocabularies have it.
  [[nodiscard]] static const json::Value* keyword(const Work& work, std::string_view name);
  const Node* node_of(const json::Value& schema, Role role, const Place* place = nullptr);
  /// The child's node; null if the keyword is absent.
  const Node* child(const Work& work, std::string_view name, Role role);
  std::vector<const Node*> children(const Work& work, std::string_view name, Role role);
  [[nodiscard]] Role inner(const Work& work) const;
  [[nodiscard]] static Role in_place(const Work& work);

  void fill(const Work& work);
  static void fill_values(const Work& work);
  static void fill_numbers(const Work& work);
  void fill_strings(const Work& work);
  void fill_array(const Work& work);
  void fill_items(const Work& work, ArrayRules& rules);
  void fill_object(const Work& work);
  void fill_dependents(const Work& work, ObjectRules& rules);
  void fill_logic(const Work& work);
  void fill_condition(const Work& work, LogicRules& rules);
  const Node* reference(const Work& work);
  const Node* follow(const Work& work, std::string_view uri, bool recursive);
  void settle_dynamic_references();
  void read_as_reader(ObjectRules& rules, Role role) const;
  void close_open_objects();

  Resources& resources_;
  bool assert_formats_;
  Reading reading_;
  Patterns& patterns_;
  Graph graph_;
  std::deque<Work> work_;
  std::vector<DynamicReference> dynamic_;
  std::vector<Node*> whole_;  ///< for the writer's reading
  std::optional<Error> error_;
};

}  // namespace hotswap::schema::compat
