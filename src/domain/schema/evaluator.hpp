#pragma once
// The one evaluator. A Trace says whether evaluation stops at the first failure (FastTrace), heeds
// secrets (GuardedTrace) or notes every failure (Explanation); what the keywords mean stands here
// and in the evaluate_*.hpp, once.

#include <algorithm>
#include <bit>
#include <span>

#include "domain/base/assert.hpp"
#include "domain/base/limits.hpp"
#include "domain/schema/equality.hpp"
#include "domain/schema/hash.hpp"
#include "domain/schema/program.hpp"
#include "domain/schema/scratch.hpp"
#include "domain/schema/subject.hpp"
#include "domain/secret/plain_view.hpp"

namespace hotswap::schema {

/// Why an evaluation was given up.
enum class Abort : std::uint8_t { None, Steps, Depth, Pattern, Division };

/// Whether the number is certainly within. `fractions`: it need not be an integer.
[[nodiscard]] inline bool surely_holds(const Interval& interval, const json::Text& number,
                                       bool fractions) {
  if (!interval.whole) return false;
  const auto rough = roughly(number);
  return rough && rough->down >= interval.least && rough->up <= interval.most &&
         (fractions || rough->down == rough->up);
}

/// A character takes one to four bytes, so that counting is seldom needed.
[[nodiscard]] inline bool surely_holds(const Sizes& sizes, const json::Text& text) {
  const auto bytes = text.size();
  return bytes / 4 >= sizes.min && bytes <= sizes.max;
}

template <class Trace>
class Evaluator {
 public:
  using Where = typename Trace::Where;
  using Below = typename Trace::Below;

  Evaluator(const Program& program, Trace& trace, std::size_t step_limit)
      : program_(program), trace_(trace), steps_left_(step_limit) {}

  [[nodiscard]] bool run(const json::Value& value) {
    const Scope none{nullptr, kNone};
    const ScratchScope scratch(scratch_);
    return node(program_.root, subject_of(value), none, nullptr, Where());
  }
  [[nodiscard]] Abort aborted() const { return aborted_; }

 private:
  bool node(NodeId id, const Subject& subject, const Scope& scope, Evaluated* seen, Where where);
  /// A child on the way down.
  [[gnu::always_inline]] bool child(const Child& child, const json::Value& value,
                                    const Scope& scope, Where where) {
    const auto id = pick(child);
    if constexpr (!Trace::kExplain && !Trace::kSecrets) {
      if (at_once(program_.nodes[id], value)) return true;
    }
    return node(id, subject_of(value), scope, nullptr, where);
  }
  [[nodiscard]] bool at_once(const Node& node, const json::Value& value) const;
  static NodeId pick(const Child& child) { return Trace::kExplain ? child.written : child.direct; }
  bool type_fits(const Node& node, const Subject& subject) const;
  bool steps(const Node& node, const Subject& subject, const Scope& scope, Evaluated* seen,
             Where where);
  bool tracked(const Node& node, const Subject& subject, const Scope& scope, Evaluated* seen,
               Where where);
  [[gnu::always_inline]] bool step(const Step& step, const Subject& subject, const Scope& scope,
                                   Evaluated* seen, Where where);

  // evaluate_scalar.hpp
  bool choice(const Step& step, const Subject& subject, Where where);
  bool among(const Choice& choice, const Subject& subject) const;
  bool number(const Step& step, const Subject& subject, Where where);
  bool multiple(const Step& step, const Subject& subject, Where where);
  bool length(const Step& step, const Subject& subject, Where where);
  bool pattern(const Step& step, const Subject& subject, Where where);
  bool matches(std::uint32_t pattern, const json::Text& text, Where where);
  bool secret(const Step& step, const Subject& subject, Where where);

  // evaluate_logic.hpp
  bool reference(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
                 Where where);
  bool dynamic(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
               Where where);
  bool all_of(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
              Where where);
  bool any_of(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
              Where where);
  bool one_of(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
              Where where);
  bool none_of(const Step& step, const Subject& subject, const Scope& scope, Where where);
  bool conditional(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
                   Where where);
  bool branch(NodeId id, const Subject& subject, const Scope& scope, Evaluated* seen, Where where);

  // evaluate_array.hpp
  bool items(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
             Where where);
  bool contains(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
                Where where);
  bool unique(const Step& step, const Subject& subject, Where where);
  static bool unique_few(const json::Array& items, Detail& twins);
  bool unique_many(const json::Array& items, Detail& twins);
  bool count(const Step& step, std::size_t size, const Subject& subject, Where where);
  bool rest_items(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
                  Where where);

  // evaluate_object.hpp
  bool members(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
               Where where);
  bool looked_up(const Members& members, const Subject& subject, const Scope& scope, Where where);
  struct MemberVerdict {
    bool valid = true;
    bool described = false;  ///< some keyword spoke of it, so it is evaluated
  };
  [[gnu::always_inline]] MemberVerdict one_member(const Members& members, const Property* property,
                                                  const json::Member& member, const Scope& scope,
                                                  Where where);
  bool required(const Members& members, std::span<const std::uint64_t> present,
                const Subject& subject, Where where);
  bool names(const Step& step, const Subject& subject, const Scope& scope, Where where);
  bool dependencies(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
                    Where where);
  bool rest_members(const Step& step, const Subject& subject, const Scope& scope, Evaluated* seen,
                    Where where);

  bool is_unknown(const Subject& subject) const;
  bool holds_unknown(const json::Value& value) const;
  bool give_up(Abort why, const Subject& subject, Where where, std::string_view name = {});
  bool refuse(const Step& step, Keyword keyword, const Subject& subject, Where where,
              Detail detail = {}) {
    if constexpr (Trace::kExplain) {
      if (aborted_ == Abort::None) trace_.refuse(step, keyword, subject, where, detail);
    }
    return false;
  }
  bool spend(std::size_t steps) {
    if (steps_left_ < steps) return false;
    steps_left_ -= steps;
    return true;
  }
  Evaluated fresh(const Subject& subject);

  const Program& program_;
  Trace& trace_;
  Scratch& scratch_ = Scratch::of_thread();
  std::size_t steps_left_;
  int depth_ = 0;
  Abort aborted_ = Abort::None;
  std::size_t maybe_ = 0;  ///< assertions passed only because a value is unknown
};

}  // namespace hotswap::schema

#include "domain/schema/evaluate_array.hpp"
#include "domain/schema/evaluate_logic.hpp"
#include "domain/schema/evaluate_node.hpp"
#include "domain/schema/evaluate_object.hpp"
#include "domain/schema/evaluate_scalar.hpp"
