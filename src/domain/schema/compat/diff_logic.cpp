// Composition.

#include <algorithm>

#include "domain/json/path.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/compat/diff.hpp"
#include "domain/schema/compat/wording.hpp"

namespace hotswap::schema::compat {
namespace {

constexpr std::size_t kCrosswise = 40'000;  // pairs of branches that are looked at for likeness

using Nodes = std::vector<const Node*>;

std::string text_of(const Node* node) { return json::canonical(*node->source); }

const json::Value* stated(const Node* node, std::string_view keyword) {
  return node->source->find(keyword);
}

// How much two branches look like versions of one another.
int likeness(const Node* before, const Node* after) {
  int score = 0;
  for (const auto* keyword : {"title", "$ref", "const"}) {
    const auto* const old = stated(before, keyword);
    const auto* const now = stated(after, keyword);
    if (old != nullptr && now != nullptr) score += *old == *now ? 20 : -5;
  }
  if (before->types == after->types) ++score;
  if (!before->object || !after->object) return score;
  for (const auto& property : before->object->properties) {
    const auto* const now = after->object->find(property.name);
    if (now == nullptr) continue;
    const bool same = *now->source == *property.node->source;
    // A constant under the same name tells the kinds of things apart.
    const bool constant = now->values && property.node->values;
    score += same ? (constant ? 20 : 2) : (constant ? -10 : 1);
  }
  return score;
}

// For every branch of `after` the one of `before` that it came from, or none.
std::vector<std::optional<std::size_t>> paired(const Nodes& before, const Nodes& after) {
  std::vector<std::optional<std::size_t>> pairs(after.size());
  std::multimap<std::string, std::size_t> by_text;
  for (std::size_t i = 0; i < before.size(); ++i) by_text.emplace(text_of(before[i]), i);
  std::vector<std::size_t> new_ones;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto same = by_text.find(text_of(after[i]));
    if (same == by_text.end()) {
      new_ones.push_back(i);
    } else {
      pairs[i] = same->second;
      by_text.erase(same);
    }
  }
  std::vector<std::size_t> old_ones;
  for (const auto& [text, index] : by_text) old_ones.push_back(index);
  std::ranges::sort(old_ones);
  if (old_ones.size() * new_ones.size() > kCrosswise) return pairs;
  const bool single = old_ones.size() == 1 && new_ones.size() == 1;
  for (const auto now : new_ones) {
    const auto best = std::ranges::max_element(
        old_ones, {}, [&](std::size_t old) { return likeness(before[old], after[now]); });
    if (best == old_ones.end()) break;
    if (!single && likeness(before[*best], after[now]) <= 0) continue;
    pairs[now] = *best;
    old_ones.erase(best);
  }
  return pairs;
}

}  // namespace

void Diff::compare_logic(const Spot& spot) {
  static const LogicRules kNone;
  const auto& before = spot.before->logic ? *spot.before->logic : kNone;
  const auto& after = spot.after->logic ? *spot.after->logic : kNone;
  compare_reference(spot, before.reference, after.reference);
  compare_branches(spot, Demand::AllOf, {"allOf", before.all}, {"allOf", after.all});
  compare_choices(spot, before, after);
  compare_not(spot, before.negated, after.negated);
  compare_condition(spot, before, after);
  const auto leads_to = [&](const Node* node) {
    const auto* const target = stated(node, "$dynamicRef");
    return target == nullptr ? std::string() : json::write(*target);
  };
  const bool opaque = spot.before->opaque || spot.after->opaque;
  if (spot.before->opaque != spot.after->opaque ||
      (opaque && leads_to(spot.before) != leads_to(spot.after))) {
    note(spot, "", "reference.changed", {Demand::Everything, {}},
         {"a dynamic reference leads elsewhere", "what it leads to decides",
          "what it leads to decides"});
  }
}

void Diff::compare_reference(const Spot& spot, const Node* before, const Node* after) {
  if (before == nullptr && after == nullptr) return;
  const Focus focus{Demand::Reference, {}};
  if (before != nullptr && after != nullptr) {
    visit_branch(spot, {"/$ref", "/$ref", before, after});
  } else if (after != nullptr) {
    note(spot, "$ref", "reference.added", focus,
         {"must now also be " + say_schema(*after), "other values are refused", ""});
  } else {
    gone(spot, "$ref", "reference.removed", focus,
         {"need not be " + say_schema(*before) + " any more", "",
          "the old schema refuses other values"});
  }
}

void Diff::compare_choices(const Spot& spot, const LogicRules& before, const LogicRules& after) {
  const bool to_one =
      before.one.empty() && after.any.empty() && !before.any.empty() && !after.one.empty();
  const bool to_any =
      before.any.empty() && after.one.empty() && !before.one.empty() && !after.any.empty();
  if (!to_one && !to_any) {
    compare_branches(spot, Demand::AnyOf, {"anyOf", before.any}, {"anyOf", after.any});
    compare_branches(spot, Demand::OneOf, {"oneOf", before.one}, {"oneOf", after.one});
    return;
  }
  const std::string now = to_one ? "oneOf" : "anyOf";
  const std::string old = to_one ? "anyOf" : "oneOf";
  Words words{old + " became " + now, "", ""};
  (to_one ? words.loses : words.gains) =
      (to_one ? "the new schema" : "the old schema") +
      std::string(" refuses values that are valid under more than one branch");
  note(spot, now, "composition.changed", {Demand::Choice, {}}, std::move(words));
  if (to_one) compare_branches(spot, Demand::Choice, {old, before.any}, {now, after.one});
  if (to_any) compare_branches(spot, Demand::Choice, {old, before.one}, {now, after.any});
}

void Diff::compare_branches(const Spot& spot, Demand demand, Branches before, Branches after) {
  if (before.nodes.empty() && after.nodes.empty()) return;
  const auto pairs = paired(before.nodes, after.nodes);
  std::vector<bool> used(before.nodes.size());
  const auto step = [](std::string_view keyword, std::size_t index) {
    return json::pointer_item(keyword, index);
  };
  const std::string keyword(after.keyword);
  const bool product = demand == Demand::AllOf;
  for (std::size_t i = 0; i < after.nodes.size(); ++i) {
    if (pairs[i]) {
      used[*pairs[i]] = true;
      visit_branch(spot, {"/" + step(before.keyword, *pairs[i]), "/" + step(keyword, i),
                          before.nodes[*pairs[i]], after.nodes[i]});
      continue;
    }
    Words words{"a branch of " + keyword + " added: " + say_schema(*after.nodes[i]),
                "values that it does not accept are refused", ""};
    if (!product && !before.nodes.empty()) {
      words.loses = "values that are valid under another branch, too, are refused";
      words.gains = "the old schema refuses what only this branch accepts";
    }
    note(spot, step(keyword, i), keyword + ".added", {demand, {}}, std::move(words));
  }
  for (std::size_t i = 0; i < before.nodes.size(); ++i) {
    if (used[i]) continue;
    const std::string old(before.keyword);
    Words words{"a branch of " + old + " removed: " + say_schema(*before.nodes[i]), "",
                "the old schema refuses values that it does not accept"};
    if (!product && !after.nodes.empty()) {
      words.loses = "values that only this branch accepts are refused";
      words.gains = "the old schema refuses values that are valid under this branch, too";
    }
    gone(spot, step(old, i), old + ".removed", {demand, {}}, std::move(words));
  }
}

void Diff::compare_not(const Spot& spot, const Node* before, const Node* after) {
  if (before == nullptr && after == nullptr) return;
  const Focus focus{Demand::Not, {}};
  if (before == nullptr) {
    note(spot, "not", "not.added", focus,
         {"forbidden now: " + say(*after->source), "such values are refused", ""});
  } else if (after == nullptr) {
    gone(
        spot, "not", "not.removed", focus,
        {"no longer forbidden: " + say(*before->source), "", "the old schema refuses such values"});
  } else if (differs(spot, "not", *before, *after)) {
    note(spot, "not", "not.changed", focus,
         {"what is forbidden changed " + say_change(*before->source, *after->source),
          "other values are now refused", "the old schema refuses other values"});
  }
}

void Diff::compare_condition(const Spot& spot, const LogicRules& before, const LogicRules& after) {
  if (before.condition == nullptr && after.condition == nullptr) return;
  const Focus focus{Demand::Condition, {}};
  if (before.condition == nullptr) {
    note(spot, "if", "condition.added", focus,
         {"a condition added: if " + say(*after.condition->source),
          "documents for which its then or else does not hold are refused", ""});
    return;
  }
  if (after.condition == nullptr) {
    gone(spot, "if", "condition.removed", focus,
         {"the condition removed: if " + say(*before.condition->source), "",
          "the old schema refuses documents for which its then or else does not hold"});
    return;
  }
  const Words words{
      "the condition changed " + say_change(*before.condition->source, *after.condition->source),
      "documents that it now concerns may be refused",
      "the old schema refuses documents that it concerned"};
  if (differs(spot, "if", *before.condition, *after.condition)) {
    note(spot, "if", "condition.changed", focus, words);
    return;
  }
  const auto part = [&](const std::string& keyword, const Node* old, const Node* now, bool holds) {
    if (old == nullptr && now == nullptr) return;
    if (old != nullptr && now != nullptr) {
      visit_branch(
          spot, {"/" + keyword, "/" + keyword, old, now, before.condition, after.condition, holds});
    } else if (now != nullptr) {
      note(spot, keyword, "condition.changed", focus,
           {keyword + " added: " + say_schema(*now), "some documents are now refused", ""});
    } else {
      gone(
          spot, keyword, "condition.changed", focus,
          {keyword + " removed: " + say_schema(*old), "", "the old schema refuses some documents"});
    }
  };
  part("then", before.consequence, after.consequence, true);
  part("else", before.alternative, after.alternative, false);
}

void Diff::visit_branch(const Spot& spot, Branch branch) {
  auto inside = below(spot, Spot::Step::InPlace);
  inside.before = branch.before;
  inside.after = branch.after;
  inside.path_before += branch.step_before;
  inside.path_after += branch.step_after;
  inside.given_before = branch.given_before;
  inside.given_after = branch.given_after;
  inside.given_holds = branch.given_holds;
  visit(std::move(inside));
}

}  // namespace hotswap::schema::compat
