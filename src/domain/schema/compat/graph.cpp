#include "domain/schema/compat/graph.hpp"

#include "domain/schema/compat/builder.hpp"

namespace hotswap::schema::compat {

TextPattern Patterns::get(const std::string& source) {
  auto [at, fresh] = known_.try_emplace(source);
  if (fresh) {
    if (auto compiled = Pattern::compile(source)) {
      at->second = std::make_shared<const Pattern>(std::move(*compiled));
    }
  }
  return {source, at->second};
}

Result<Graph> Graph::of(Resources& resources, bool assert_formats, Reading reading,
                        Patterns& patterns) {
  return Builder(resources, assert_formats, reading, patterns).build();
}

const Node* Graph::node(const json::Value* schema, Role role) const {
  const auto at = by_source_.find(schema);
  return at == by_source_.end() ? nullptr : at->second[static_cast<std::size_t>(role)];
}

}  // namespace hotswap::schema::compat
