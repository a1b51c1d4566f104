#include "domain/schema/compat/lens.hpp"

namespace hotswap::schema::compat {
namespace {

const Node& in(const Graph& graph, const Node& node, Role role) {
  if (node.source == nullptr) return node;
  for (const auto candidate : {role, Role::Exact, Role::Whole, Role::Part}) {
    if (const auto* found = graph.node(node.source, candidate)) return *found;
  }
  return node;
}

}  // namespace

const Node& Lens::left(const Spot& spot) const {
  const bool backward = direction == Direction::Backward;
  return in(writer, backward ? *spot.before : *spot.after, spot.role);
}

const Node& Lens::right(const Spot& spot) const {
  const bool backward = direction == Direction::Backward;
  return in(reader, backward ? *spot.after : *spot.before, spot.role);
}

Left Lens::known(const Spot& spot) const {
  auto all = left_of(left(spot));
  for (const auto* at = &spot; at->step == Spot::Step::InPlace; at = at->parent) {
    all = all.with(left(*at->parent));
    const auto* const given = direction == Direction::Backward ? at->given_before : at->given_after;
    if (given == nullptr) continue;
    const auto& fact = in(writer, *given, Role::Exact);
    all = at->given_holds ? all.with(fact) : all.without(fact);
  }
  return all;
}

}  // namespace hotswap::schema::compat
