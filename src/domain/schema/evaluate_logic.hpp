#pragma once
// Evaluator: keywords that apply other schemas to the same value. Included by evaluator.hpp.

#include "domain/schema/evaluator.hpp"

namespace hotswap::schema {

/// One of several alternatives: what it evaluated counts only if it matched.
template <class Trace>
bool Evaluator<Trace>::branch(NodeId id, const Subject& subject, const Scope& scope,
                              Evaluated* seen, Where where) {
  if (seen == nullptr) return node(id, subject, scope, nullptr, where);
  const ScratchScope scratch(scratch_);
  auto evaluated = fresh(subject);
  const bool valid = node(id, subject, scope, &evaluated, where);
  // While explaining, what a failed branch describes is not reported as unknown on top.
  if (valid || (Trace::kExplain && !trace_.stops())) seen->add(evaluated);
  return valid;
}

/// Ref. a: node, b: the same directly.
template <class Trace>
bool Evaluator<Trace>::reference(const Step& step, const Subject& subject, const Scope& scope,
                                 Evaluated* seen, Where where) {
  const Below below(where, Keyword::Ref);
  return node(Trace::kExplain ? step.a : step.b, subject, scope, seen, below.where());
}

/// DynamicRef, RecursiveRef. a: dynamic.
template <class Trace>
bool Evaluator<Trace>::dynamic(const Step& step, const Subject& subject, const Scope& scope,
                               Evaluated* seen, Where where) {
  const auto& dynamic = program_.dynamics[step.a];
  auto target = dynamic.usual;
  if (dynamic.anchor != kNone) {
    const auto& targets = program_.anchors[dynamic.anchor].targets;
    for (const auto* at = &scope; at != nullptr; at = at->outer) {
      if (!spend(1)) return give_up(Abort::Steps, subject, where);
      const auto found =
          std::ranges::lower_bound(targets, at->resource, {}, &DynamicAnchor::Target::resource);
      const bool has = found != targets.end() && found->resource == at->resource;
      if (has) target = found->node;  // the outermost wins
    }
  }
  const Below below(where, step.keyword);
  return node(target, subject, scope, seen, below.where());
}

/// AllOf. a: first child, b: count.
template <class Trace>
bool Evaluator<Trace>::all_of(const Step& step, const Subject& subject, const Scope& scope,
                              Evaluated* seen, Where where) {
  bool valid = true;
  for (std::uint32_t i = 0; i < step.b; ++i) {
    const Below below(where, Keyword::AllOf, Token(std::size_t{i}));
    if (node(pick(program_.children[step.a + i]), subject, scope, seen, below.where())) continue;
    valid = false;
    if (trace_.stops() || aborted_ != Abort::None) break;
  }
  return valid;
}

/// AnyOf. a: first child, b: count.
template <class Trace>
bool Evaluator<Trace>::any_of(const Step& step, const Subject& subject, const Scope& scope,
                              Evaluated* seen, Where where) {
  typename Trace::Branches branches(trace_, where);
  bool matched = false;
  for (std::uint32_t i = 0; i < step.b; ++i) {
    const Below below(where, Keyword::AnyOf, Token(std::size_t{i}));
    branches.begin(i);
    const bool valid =
        branch(pick(program_.children[step.a + i]), subject, scope, seen, below.where());
    branches.end(valid);
    if (aborted_ != Abort::None) return false;
    matched = matched || valid;
    if (matched && seen == nullptr) break;
  }
  if (matched) return true;
  return branches.refuse(step, subject, where);
}

/// OneOf. a: first child, b: count. A branch that matches only because a value is unknown may be
/// taken as matching or not.
template <class Trace>
bool Evaluator<Trace>::one_of(const Step& step, const Subject& subject, const Scope& scope,
                              Evaluated* seen, Where where) {
  typename Trace::Branches branches(trace_, where);
  Detail matched{.first = kNone, .second = kNone};
  bool possible = false;
  for (std::uint32_t i = 0; i < step.b; ++i) {
    const Below below(where, Keyword::OneOf, Token(std::size_t{i}));
    const auto maybe = maybe_;
    branches.begin(i);
    const bool valid =
        branch(pick(program_.children[step.a + i]), subject, scope, seen, below.where());
    branches.end(valid);
    if (aborted_ != Abort::None) return false;
    if (!valid) continue;
    if (maybe_ != maybe) {
      possible = true;
    } else if (matched.first == kNone) {
      matched.first = i;
    } else {
      matched.second = i;
      break;
    }
  }
  if (matched.second != kNone) return refuse(step, Keyword::OneOf, subject, where, matched);
  if (matched.first != kNone || possible) return true;
  return branches.refuse(step, subject, where);
}

/// Not. a: node.
template <class Trace>
bool Evaluator<Trace>::none_of(const Step& step, const Subject& subject, const Scope& scope,
                               Where where) {
  const Below below(where, Keyword::Not);
  const auto maybe = maybe_;
  bool valid = false;
  {
    const typename Trace::Silence silence(trace_);
    valid = node(step.a, subject, scope, nullptr, below.where());
  }
  if (aborted_ != Abort::None) return false;
  if (!valid || maybe_ != maybe) return true;
  return refuse(step, Keyword::Not, subject, where);
}

/// If. a: conditional.
template <class Trace>
bool Evaluator<Trace>::conditional(const Step& step, const Subject& subject, const Scope& scope,
                                   Evaluated* seen, Where where) {
  const auto& conditional = program_.conditionals[step.a];
  const auto maybe = maybe_;
  bool holds = false;
  {
    const Below below(where, Keyword::If);
    const typename Trace::Silence silence(trace_);
    holds = branch(conditional.condition, subject, scope, seen, below.where());
  }
  if (aborted_ != Abort::None) return false;
  const auto run = [&](NodeId id, Keyword keyword) {
    if (id == kNone) return true;
    const Below below(where, keyword);
    return node(id, subject, scope, seen, below.where());
  };
  if (holds && maybe_ != maybe) {
    // Either may be meant: it is enough to satisfy one of them.
    {
      const typename Trace::Silence silence(trace_);
      if (run(conditional.otherwise, Keyword::Else)) return true;
    }
    if (aborted_ != Abort::None) return false;
  }
  return holds ? run(conditional.then, Keyword::Then) : run(conditional.otherwise, Keyword::Else);
}

}  // namespace hotswap::schema
