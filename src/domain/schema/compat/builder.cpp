#include "domain/schema/compat/builder.hpp"

#include <algorithm>

#include "domain/json/write.hpp"
#include "domain/schema/compat/number.hpp"

namespace hotswap::schema::compat {
namespace {

constexpr std::size_t kFewValues = 8;  // beyond, equality goes through a sorted index

template <class T>
T& made(std::unique_ptr<T>& part) {
  if (!part) part = std::make_unique<T>();
  return *part;
}

TypeMask mask_of(std::string_view name) {
  if (name == "null") return kNull;
  if (name == "boolean") return kBoolean;
  if (name == "integer") return kInteger;
  if (name == "number") return kNumber;
  if (name == "string") return kString;
  if (name == "array") return kArray;
  return name == "object" ? kObject : TypeMask{0};
}

// A count: what no size can reach is as good as the largest.
std::size_t count_of(const json::Value& value) {
  const auto number = value.as_int();
  return number && *number >= 0 ? static_cast<std::size_t>(*number) : kNoLimit;
}

bool is_true(const json::Value* value) {
  return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

void tighten(std::optional<Bound>& bound, Bound with, bool upper) {
  if (!bound) {
    bound = std::move(with);
    return;
  }
  const int sign = order(with.at, bound->at) * (upper ? 1 : -1);
  if (sign < 0 || (sign == 0 && with.exclusive)) bound = std::move(with);
}

}  // namespace

Result<Graph> Builder::build() {
  const auto root = resources_.root();
  graph_.root_ = node_of(*root.schema, Role::Whole, &root);
  while (!work_.empty() && !error_) {
    const auto work = std::move(work_.front());
    work_.pop_front();
    fill(work);
  }
  if (error_) return std::unexpected(std::move(*error_));
  settle_dynamic_references();
  close_open_objects();
  return std::move(graph_);
}

const Node* Builder::node_of(const json::Value& schema, Role role, const Place* place) {
  if (reading_ == Reading::AsWritten) role = Role::Exact;
  auto& known = graph_.by_source_[&schema];
  auto& slot = known[static_cast<std::size_t>(role)];
  if (slot != nullptr) return slot;
  auto& node = graph_.nodes_.emplace_back();
  node.source = &schema;
  slot = &node;
  if (const auto* flag = schema.as_bool()) node.never = !*flag;
  if (const auto* members = schema.as_object()) {
    work_.push_back({&node, members, place != nullptr ? *place : resources_.place(schema), role});
  }
  return &node;
}

const json::Value* Builder::keyword(const Work& work, std::string_view name) {
  const auto* const value = work.schema->find(name);
  if (value == nullptr) return nullptr;
  const auto known = keyword_of(name);
  const auto vocabulary = known ? vocabulary_of(work.place.draft, *known) : std::nullopt;
  if (!vocabulary) return nullptr;
  const auto in_use = work.place.resource->dialect.vocabularies;
  return *vocabulary == 0 || (*vocabulary & in_use) != 0 ? value : nullptr;
}

Role Builder::inner(const Work& work) const {
  return work.role == Role::Exact ? Role::Exact : Role::Whole;
}

Role Builder::in_place(const Work& work) {
  return work.role == Role::Exact ? Role::Exact : Role::Part;
}

const Node* Builder::child(const Work& work, std::string_view name, Role role) {
  const auto* const value = keyword(work, name);
  return value == nullptr ? nullptr : node_of(*value, role);
}

std::vector<const Node*> Builder::children(const Work& work, std::string_view name, Role role) {
  std::vector<const Node*> nodes;
  const auto* const value = keyword(work, name);
  if (value == nullptr || value->as_array() == nullptr) return nodes;
  for (const auto& item : *value->as_array()) nodes.push_back(node_of(item, role));
  return nodes;
}

void Builder::fill(const Work& work) {
  if (ref_overrides(work.place.draft) && work.schema->find("$ref") != nullptr) {
    if (const auto* target = reference(work)) made(work.node->logic).reference = target;
    return;
  }
  fill_values(work);
  fill_numbers(work);
  fill_strings(work);
  fill_array(work);
  fill_object(work);
  fill_logic(work);
  const auto* const write_only = work.schema->find("writeOnly");
  work.node->secret = is_true(write_only) || is_true(work.schema->find("x-secret"));
  if (work.role == Role::Whole) whole_.push_back(work.node);
}

void Builder::fill_values(const Work& work) {
  auto& node = *work.node;
  if (const auto* type = keyword(work, "type")) {
    node.types = 0;
    if (const auto* name = type->as_string()) node.types = mask_of(*name);
    if (const auto* names = type->as_array()) {
      for (const auto& name : *names) {
        if (const auto* text = name.as_string()) node.types |= mask_of(*text);
      }
    }
  }
  const auto* const constant = keyword(work, "const");
  if (const auto* values = keyword(work, "enum"); values != nullptr && values->as_array()) {
    node.values.emplace();
    for (const auto& value : *values->as_array()) {
      if (constant == nullptr || *constant == value) node.values->push_back(&value);
    }
  } else if (constant != nullptr) {
    node.values.emplace(1, constant);
  }
  if (!node.values || node.values->size() <= kFewValues) return;
  for (const auto* value : *node.values) node.value_keys.push_back(json::canonical(*value));
  std::ranges::sort(node.value_keys);
}

void Builder::fill_numbers(const Work& work) {
  auto& rules = work.node->number;
  const auto read = [&](std::string_view inclusive, std::string_view exclusive, bool upper) {
    const auto* const at = keyword(work, inclusive);
    const auto* const strict = keyword(work, exclusive);
    if (at != nullptr && at->as_number() != nullptr) {
      auto& slot = upper ? made(rules).upper : made(rules).lower;
      tighten(slot, {json::to_decimal(at->as_number()->text), is_true(strict)}, upper);
    }
    if (strict != nullptr && strict->as_number() != nullptr) {
      auto& slot = upper ? made(rules).upper : made(rules).lower;
      tighten(slot, {json::to_decimal(strict->as_number()->text), true}, upper);
    }
  };
  read("minimum", "exclusiveMinimum", false);
  read("maximum", "exclusiveMaximum", true);
  if (const auto* multiple = keyword(work, "multipleOf"); multiple && multiple->as_number()) {
    made(rules).multiple = json::to_decimal(multiple->as_number()->text);
  }
}

void Builder::fill_strings(const Work& work) {
  auto& rules = work.node->string;
  if (const auto* min = keyword(work, "minLength")) made(rules).min = count_of(*min);
  if (const auto* max = keyword(work, "maxLength")) made(rules).max = count_of(*max);
  if (const auto* pattern = keyword(work, "pattern"); pattern && pattern->as_string()) {
    made(rules).pattern = patterns_.get(*pattern->as_string());
  }
  const bool asserted =
      assert_formats_ || work.place.resource->dialect.has(Vocabulary::kFormatAssertion);
  if (const auto* format = keyword(work, "format"); format && format->as_string() && asserted) {
    if (const auto known = format_of(*format->as_string())) made(rules).format = known;
  }
}

void Builder::fill_array(const Work& work) {
  auto& slot = work.node->array;
  if (const auto* min = keyword(work, "minItems")) made(slot).min = count_of(*min);
  if (const auto* max = keyword(work, "maxItems")) made(slot).max = count_of(*max);
  if (is_true(keyword(work, "uniqueItems"))) made(slot).unique = true;
  if (keyword(work, "items") || keyword(work, "prefixItems")) fill_items(work, made(slot));
  if (const auto* contains = child(work, "contains", Role::Exact)) {
    auto& rules = made(slot);
    rules.contains = contains;
    if (const auto* min = keyword(work, "minContains")) rules.min_contains = count_of(*min);
    if (const auto* max = keyword(work, "maxContains")) rules.max_contains = count_of(*max);
    rules.contains_evaluates = work.place.draft >= Draft::Draft2020;
  }
  if (const auto* rest = child(work, "unevaluatedItems", inner(work))) {
    made(slot).unevaluated = rest;
  }
}

void Builder::fill_items(const Work& work, ArrayRules& rules) {
  rules.prefix = children(work, "prefixItems", inner(work));
  const auto* const items = keyword(work, "items");
  if (items == nullptr) return;
  if (items->as_array() == nullptr) {
    rules.rest = node_of(*items, inner(work));
    return;
  }
  rules.prefix = children(work, "items", inner(work));
  rules.rest = child(work, "additionalItems", inner(work));
}

void Builder::fill_object(const Work& work) {
  auto& slot = work.node->object;
  if (const auto* min = keyword(work, "minProperties")) made(slot).min = count_of(*min);
  if (const auto* max = keyword(work, "maxProperties")) made(slot).max = count_of(*max);
  if (const auto* names = keyword(work, "required"); names && names->as_array()) {
    for (const auto& name : *names->as_array()) {
      if (const auto* text = name.as_string()) made(slot).required.emplace_back(*text);
    }
  }
  if (const auto* known = keyword(work, "properties"); known && known->as_object()) {
    for (const auto& [name, schema] : *known->as_object()) {
      made(slot).properties.push_back({name, node_of(schema, inner(work))});
    }
  }
  if (const auto* known = keyword(work, "patternProperties"); known && known->as_object()) {
    for (const auto& [name, schema] : *known->as_object()) {
      made(slot).patterns.push_back({patterns_.get(name), node_of(schema, inner(work))});
    }
  }
  if (const auto* rest = child(work, "additionalProperties", inner(work))) {
    made(slot).additional = rest;
  }
  if (const auto* names = child(work, "propertyNames", inner(work))) made(slot).names = names;
  if (const auto* rest = child(work, "unevaluatedProperties", inner(work))) {
    made(slot).unevaluated = rest;
  }
  for (const auto* name : {"dependentRequired", "dependentSchemas", "dependencies"}) {
    if (keyword(work, name) != nullptr) fill_dependents(work, made(slot));
  }
  if (!slot) return;
  std::ranges::sort(slot->required);
  slot->sorted = slot->properties;
  std::ranges::sort(slot->sorted, {}, &Property::name);
  read_as_reader(*slot, work.role);
}

}  // namespace hotswap::schema::compat
