// Composition, references, dependencies, and the lenient readings.

#include <algorithm>

#include "domain/schema/compat/builder.hpp"
#include "domain/schema/compat/evaluated.hpp"

namespace hotswap::schema::compat {
namespace {

LogicRules& logic_of(Node& node) {
  if (!node.logic) node.logic = std::make_unique<LogicRules>();
  return *node.logic;
}

}  // namespace

void Builder::fill_dependents(const Work& work, ObjectRules& rules) {
  rules.dependent_required.clear();
  rules.dependent_schemas.clear();
  for (const auto* keyword_name : {"dependentRequired", "dependentSchemas", "dependencies"}) {
    const auto* const value = keyword(work, keyword_name);
    if (value == nullptr || value->as_object() == nullptr) continue;
    for (const auto& [trigger, dependent] : *value->as_object()) {
      const auto* const names = dependent.as_array();
      if (names == nullptr) {
        rules.dependent_schemas.push_back({trigger, node_of(dependent, in_place(work))});
        continue;
      }
      DependentRequired entry{trigger, {}};
      for (const auto& name : *names) {
        if (const auto* text = name.as_string()) entry.names.emplace_back(*text);
      }
      rules.dependent_required.push_back(std::move(entry));
    }
  }
}

void Builder::fill_logic(const Work& work) {
  LogicRules rules;
  rules.all = children(work, "allOf", in_place(work));
  rules.any = children(work, "anyOf", in_place(work));
  rules.one = children(work, "oneOf", in_place(work));
  rules.sorted_any = rules.any;
  std::ranges::sort(rules.sorted_any);
  rules.sorted_one = rules.one;
  std::ranges::sort(rules.sorted_one);
  rules.negated = child(work, "not", Role::Exact);
  fill_condition(work, rules);
  rules.reference = reference(work);
  if (!rules.all.empty() || !rules.any.empty() || !rules.one.empty() || rules.negated ||
      rules.condition || rules.lone_condition || rules.reference) {
    logic_of(*work.node) = std::move(rules);
  }
}

void Builder::fill_condition(const Work& work, LogicRules& rules) {
  const auto* const condition = keyword(work, "if");
  rules.consequence = child(work, "then", in_place(work));
  rules.alternative = child(work, "else", in_place(work));
  if (condition == nullptr || (!rules.consequence && !rules.alternative)) {
    rules.consequence = nullptr;
    rules.alternative = nullptr;
    if (condition != nullptr) rules.lone_condition = node_of(*condition, Role::Exact);
    return;
  }
  rules.condition = node_of(*condition, Role::Exact);
}

const Node* Builder::reference(const Work& work) {
  const auto text = [&](std::string_view name) -> const json::Text* {
    const auto* const value = work.schema->find(name);
    return value == nullptr ? nullptr : value->as_string();
  };
  if (const auto* uri = text("$ref")) return follow(work, *uri, false);
  if (work.place.draft == Draft::Draft2020) {
    if (const auto* uri = text("$dynamicRef")) return follow(work, *uri, true);
  }
  if (work.place.draft == Draft::Draft2019) {
    if (const auto* uri = text("$recursiveRef")) return follow(work, *uri, true);
  }
  return nullptr;
}

const Node* Builder::follow(const Work& work, std::string_view uri, bool recursive) {
  auto target = resources_.resolve(work.place.base, uri);
  if (!target) {
    error_ = std::move(target.error());
    return nullptr;
  }
  // `$ref` beside `$dynamicRef` would need both; the rarest of schemas.
  if (recursive && target->resource != nullptr) {
    const auto hash = uri.rfind('#');
    const auto anchor =
        hash == std::string_view::npos ? std::string() : std::string(uri.substr(hash + 1));
    const bool bookend = work.place.draft == Draft::Draft2019
                             ? target->resource->recursive_anchor
                             : target->resource->dynamic_anchors.contains(anchor);
    if (bookend) dynamic_.push_back({work.node, anchor});
  }
  return node_of(*target->schema, in_place(work), &*target);
}

// A dynamic reference of which only one target exists is an ordinary one.
void Builder::settle_dynamic_references() {
  for (const auto& [node, anchor] : dynamic_) {
    const auto targets = std::ranges::count_if(resources_.all(), [&](const Resource& resource) {
      return anchor.empty() ? resource.recursive_anchor : resource.dynamic_anchors.contains(anchor);
    });
    if (targets <= 1) continue;
    node->logic->reference = nullptr;
    node->opaque = true;
  }
}

// What the reader does not know it overlooks, and what is missing gets its default.
void Builder::read_as_reader(ObjectRules& rules, Role role) const {
  if (reading_ != Reading::Reader || role == Role::Exact) return;
  if (rules.additional != nullptr && rules.additional->never) rules.additional = nullptr;
  if (rules.unevaluated != nullptr && rules.unevaluated->never) rules.unevaluated = nullptr;
  std::erase_if(rules.required, [&](std::string_view name) {
    const auto* const property = rules.find(name);
    return property != nullptr && property->source->find("default") != nullptr;
  });
}

// The writer's open objects hold nothing but what they describe.
void Builder::close_open_objects() {
  if (reading_ != Reading::Writer) return;
  auto& closed = graph_.nodes_.emplace_back();
  closed.never = true;
  for (auto* const node : whole_) {
    if ((node->types & kObject) == 0) continue;
    const auto described = evaluated_properties(*node, Certainty::Possible);
    if (described.everything || !described.patterns.empty()) continue;
    if (!node->object) node->object = std::make_unique<ObjectRules>();
    node->object->unevaluated = &closed;
  }
}

}  // namespace hotswap::schema::compat
