// Compiler: references, and keywords that apply other schemas to the same value.
#include "domain/schema/compiler.hpp"
#include "domain/schema/text/uri.hpp"

namespace hotswap::schema {

void Compiler::references(Context& context) {
  const auto text = [&](Keyword keyword) {
    const auto* value = context.get(keyword);
    return value == nullptr ? nullptr : value->as_string();
  };
  if (const auto* reference = text(Keyword::Ref)) {
    const auto target = resources_.resolve(context.place.base, *reference);
    if (target) {
      context.groups.any.push_back({Keyword::Ref, 0, node_of(*target->schema)});
    } else {
      mistake(context, Keyword::Ref, target.error().reason,
              "the reference \"" + std::string(*reference) +
                  "\" leads nowhere: " + target.error().detail);
    }
  }
  if (text(Keyword::RecursiveRef) != nullptr) dynamic(context, Keyword::RecursiveRef, "#");
  if (const auto* reference = text(Keyword::DynamicRef)) {
    dynamic(context, Keyword::DynamicRef, *reference);
  }
}

void Compiler::dynamic(Context& context, Keyword keyword, std::string_view reference) {
  const auto target = resources_.resolve(context.place.base, reference);
  if (!target) {
    mistake(
        context, keyword, target.error().reason,
        "the reference \"" + std::string(reference) + "\" leads nowhere: " + target.error().detail);
    return;
  }
  context.groups.any.push_back({keyword, 0, static_cast<std::uint32_t>(program_->dynamics.size())});
  Dynamic dynamic{node_of(*target->schema)};
  if (keyword == Keyword::RecursiveRef) {
    if (target->resource->recursive_anchor) dynamic.anchor = anchor_number({});
  } else {
    // Only a reference whose own target is a dynamic anchor is dynamic.
    const auto fragment = schema::resolve(context.place.base, reference).fragment;
    const auto& anchors = target->resource->dynamic_anchors;
    const auto anchor = anchors.find(fragment);
    const bool is_dynamic = anchor != anchors.end() && anchor->second == target->schema;
    if (is_dynamic) dynamic.anchor = anchor_number(fragment);
  }
  program_->dynamics.push_back(dynamic);
}

std::uint32_t Compiler::anchor_number(const std::string& name) {
  const auto next = static_cast<std::uint32_t>(anchors_.size());
  const auto [found, added] = anchors_.try_emplace(name, next);
  if (added) program_->anchors.emplace_back();
  return found->second;
}

Range Compiler::list(const json::Array& schemas) {
  const Range range{static_cast<std::uint32_t>(program_->children.size()),
                    static_cast<std::uint32_t>(schemas.size())};
  for (const auto& each : schemas) program_->children.push_back(child_of(each));
  return range;
}

void Compiler::logic(Context& context) {
  auto& group = context.groups.any;
  for (const auto keyword : {Keyword::AllOf, Keyword::AnyOf, Keyword::OneOf}) {
    const auto* value = context.get(keyword);
    const auto* schemas = value == nullptr ? nullptr : value->as_array();
    if (schemas == nullptr || schemas->empty()) continue;
    const auto range = list(*schemas);
    group.push_back({keyword, 0, range.first, range.count});
  }
  if (const auto* value = context.get(Keyword::Not)) {
    group.push_back({Keyword::Not, 0, node_of(*value)});
  }
  const auto* condition = context.get(Keyword::If);
  const auto* then = context.get(Keyword::Then);
  const auto* otherwise = context.get(Keyword::Else);
  if (condition == nullptr) return;
  // Also without then and else: what `if` evaluates counts.
  group.push_back({Keyword::If, 0, static_cast<std::uint32_t>(program_->conditionals.size())});
  program_->conditionals.push_back({node_of(*condition), then == nullptr ? kNone : node_of(*then),
                                    otherwise == nullptr ? kNone : node_of(*otherwise)});
}

}  // namespace hotswap::schema
