#include "domain/schema/compat/locate.hpp"

#include "domain/json/path.hpp"

namespace hotswap::schema::compat {

void Locator::index() {
  std::vector<const json::Value*> todo{&document_};
  while (!todo.empty()) {
    const auto* const parent = todo.back();
    todo.pop_back();
    const auto add = [&](const json::Value& child, std::string token) {
      if (child.as_object() == nullptr && child.as_array() == nullptr && !child.as_bool()) return;
      steps_.emplace(&child, Step{parent, std::move(token)});
      todo.push_back(&child);
    };
    if (const auto* members = parent->as_object()) {
      for (const auto& [name, child] : *members) add(child, json::pointer_member("", name));
    }
    if (const auto* items = parent->as_array()) {
      for (std::size_t i = 0; i < items->size(); ++i) add((*items)[i], json::pointer_item("", i));
    }
  }
}

std::string Locator::pointer(const json::Value& schema) {
  if (steps_.empty()) index();
  if (&schema != &document_ && !steps_.contains(&schema)) {
    return resources_.place(schema).resource->uri + '#' + resources_.pointer(schema);
  }
  std::string pointer;
  for (const auto* at = &schema; at != &document_;) {
    const auto& step = steps_.at(at);
    pointer.insert(0, step.token);
    at = step.parent;
  }
  return pointer;
}

}  // namespace hotswap::schema::compat
