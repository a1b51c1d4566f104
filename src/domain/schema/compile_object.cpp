// Compiler: keywords of objects.
#include <algorithm>
#include <bit>

#include "domain/schema/compiler.hpp"
#include "domain/schema/hash.hpp"

namespace hotswap::schema {
namespace {

constexpr std::uint32_t kLookedUp = 3;  ///< so few names are faster found in the object

const json::Object* object_in(const json::Value* value) {
  return value == nullptr ? nullptr : value->as_object();
}

}  // namespace

void Compiler::objects(Context& context) {
  auto& group = context.groups.object;
  sizes(context, group, Keyword::MinProperties, Keyword::MaxProperties);
  members(context);
  if (const auto* names = context.get(Keyword::PropertyNames)) {
    group.push_back({Keyword::PropertyNames, 0, node_of(*names)});
  }
  dependencies(context, Keyword::Dependencies);
  dependencies(context, Keyword::DependentRequired);
  dependencies(context, Keyword::DependentSchemas);
  if (const auto* rest = context.get(Keyword::UnevaluatedProperties)) {
    group.push_back({Keyword::UnevaluatedProperties, 0, node_of(*rest)});
    context.node.tracks_members = true;
  }
}

std::string_view Compiler::kept(std::string_view name) {
  return program_->names.emplace_back(name);
}

void Compiler::members(Context& context) {
  const auto* described = object_in(context.get(Keyword::Properties));
  const auto* patterns = object_in(context.get(Keyword::PatternProperties));
  const auto* additional = context.get(Keyword::AdditionalProperties);
  const auto* needed = context.get(Keyword::Required);
  const auto* required = needed == nullptr ? nullptr : needed->as_array();
  Members rule;
  rule.properties.first = static_cast<std::uint32_t>(program_->properties.size());
  property_numbers_.clear();
  if (described != nullptr) {
    for (const auto& [name, schema] : *described) add_property(rule, name, child_of(schema), false);
  }
  if (required != nullptr) {
    for (const auto& name : *required) {
      if (name.as_string() != nullptr) add_property(rule, *name.as_string(), {}, true);
    }
  }
  rule.patterns.first = static_cast<std::uint32_t>(program_->pattern_properties.size());
  if (patterns != nullptr) {
    for (const auto& [source, schema] : *patterns) {
      const auto number = pattern(context, source, Keyword::PatternProperties);
      program_->pattern_properties.push_back({number, child_of(schema)});
      ++rule.patterns.count;
    }
  }
  if (additional != nullptr) rule.additional = child_of(*additional);
  const bool open = rule.patterns.count == 0 && !rule.additional.is_set();
  if (open && rule.properties.count == 0) return;
  rule.look_up = open && rule.properties.count <= kLookedUp;
  write_slots(rule);
  context.groups.object.push_back(
      {Keyword::Properties, 0, static_cast<std::uint32_t>(program_->members.size())});
  program_->members.push_back(rule);
}

void Compiler::add_property(Members& members, std::string_view name, Child schema, bool required) {
  auto& properties = program_->properties;
  const auto next = static_cast<std::uint32_t>(properties.size());
  auto found = property_numbers_.find(name);
  if (found == property_numbers_.end()) {
    const auto own = kept(name);
    found = property_numbers_.emplace(own, next).first;
    properties.push_back(
        {json::Text(own), static_cast<std::uint32_t>(hash_text(own)), kNone, schema});
    ++members.properties.count;
  }
  auto& property = properties[found->second];
  if (required && property.required == kNone) property.required = members.required++;
}

void Compiler::write_slots(Members& members) {
  const auto count = members.properties.count;
  if (count == 0) return;
  auto& slots = program_->slots;
  members.first_slot = static_cast<std::uint32_t>(slots.size());
  members.slot_mask = std::bit_ceil(count * 2) - 1;
  slots.resize(slots.size() + members.slot_mask + 1, kNone);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto at = program_->properties[members.properties.first + i].hash;
    while (slots[members.first_slot + (at & members.slot_mask)] != kNone) ++at;
    slots[members.first_slot + (at & members.slot_mask)] = i;
  }
}

void Compiler::dependencies(Context& context, Keyword keyword) {
  const auto* all = object_in(context.get(keyword));
  if (all == nullptr || all->empty()) return;
  const auto first = static_cast<std::uint32_t>(program_->dependencies.size());
  for (const auto& [name, value] : *all) {
    Dependency dependency;
    dependency.name = kept(name);
    dependency.names.first = static_cast<std::uint32_t>(program_->name_lists.size());
    const auto* names = keyword == Keyword::DependentSchemas ? nullptr : value.as_array();
    if (names != nullptr) {
      for (const auto& each : *names) {
        if (each.as_string() == nullptr) continue;
        program_->name_lists.push_back(kept(*each.as_string()));
        ++dependency.names.count;
      }
    } else if (keyword != Keyword::DependentRequired) {
      dependency.node = node_of(value);
    }
    program_->dependencies.push_back(dependency);
  }
  const auto end = static_cast<std::uint32_t>(program_->dependencies.size());
  context.groups.object.push_back({keyword, 0, first, end - first});
}

}  // namespace hotswap::schema
