// Compiler: schemas that apply themselves to the same value again, and so would never end.
#include <algorithm>

#include "domain/schema/compiler.hpp"

namespace hotswap::schema {

std::vector<NodeId> Compiler::applied_in_place(NodeId id) const {
  const auto& program = *program_;
  const auto& node = program.nodes[id];
  std::vector<NodeId> applied;
  const auto end = node.first_step + *std::ranges::max_element(node.ends);
  for (auto i = node.first_step; i < end; ++i) {
    const auto& step = program.steps[i];
    switch (step.keyword) {
      case Keyword::Ref:
      case Keyword::Not:
        applied.push_back(step.a);
        break;
      case Keyword::AllOf:
      case Keyword::AnyOf:
      case Keyword::OneOf:
        for (std::uint32_t j = 0; j < step.b; ++j) {
          applied.push_back(program.children[step.a + j].written);
        }
        break;
      case Keyword::If: {
        const auto& conditional = program.conditionals[step.a];
        applied.insert(applied.end(),
                       {conditional.condition, conditional.then, conditional.otherwise});
        break;
      }
      case Keyword::DynamicRef:
      case Keyword::RecursiveRef:
        // A dynamic one may lead elsewhere each time; its loops end at the depth limit.
        if (program.dynamics[step.a].anchor == kNone) {
          applied.push_back(program.dynamics[step.a].usual);
        }
        break;
      case Keyword::Dependencies:
      case Keyword::DependentSchemas:
        for (std::uint32_t j = 0; j < step.b; ++j) {
          applied.push_back(program.dependencies[step.a + j].node);
        }
        break;
      default:
        break;
    }
  }
  std::erase(applied, kNone);
  return applied;
}

/// Depth-first with a stack of its own; a node met again while it is still open closes a loop.
void Compiler::find_endless() {
  enum class State : std::uint8_t { New, Open, Done };
  struct Frame {
    NodeId node;
    std::vector<NodeId> applied;
    std::size_t next = 0;
  };
  std::vector<State> states(program_->nodes.size(), State::New);
  for (NodeId start = 0; start < states.size(); ++start) {
    if (states[start] != State::New) continue;
    std::vector<Frame> stack{{start, applied_in_place(start)}};
    states[start] = State::Open;
    while (!stack.empty()) {
      auto& top = stack.back();
      if (top.next == top.applied.size()) {
        states[top.node] = State::Done;
        stack.pop_back();
        continue;
      }
      const auto next = top.applied[top.next++];
      if (states[next] == State::Open) {
        reason_ = "schema.endless";
        mistakes_.push_back({resources_.path(*schemas_[top.node]), "$ref",
                             "this schema applies " + resources_.path(*schemas_[next]) +
                                 " to the same value again, which would never end"});
        return;
      }
      if (states[next] == State::Done) continue;
      states[next] = State::Open;
      stack.push_back({next, applied_in_place(next)});
    }
  }
}

}  // namespace hotswap::schema
