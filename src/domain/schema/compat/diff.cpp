#include "domain/schema/compat/diff.hpp"

#include <algorithm>
#include <array>

#include "domain/json/path.hpp"
#include "domain/schema/compat/wording.hpp"
#include "domain/schema/keyword.hpp"

namespace hotswap::schema::compat {
namespace {

constexpr int kDepth = 200;

// Beside the assertions: what identifies or holds schemas, which is compared by what it leads to.
bool compared_elsewhere(const std::string& keyword) {
  static constexpr std::array kElsewhere{
      std::string_view("$ref"),           std::string_view("$dynamicRef"),
      std::string_view("$recursiveRef"),  std::string_view("$defs"),
      std::string_view("definitions"),    std::string_view("writeOnly"),
      std::string_view("x-secret"),       std::string_view("$anchor"),
      std::string_view("$dynamicAnchor"), std::string_view("$recursiveAnchor"),
      std::string_view("$vocabulary")};
  return std::ranges::find(kElsewhere, keyword) != kElsewhere.end();
}

std::string kind_of(const std::string& keyword) {
  if (keyword == "$id" || keyword == "id") return "id.changed";
  if (keyword == "$schema") return "dialect.changed";
  if (keyword == "$comment") return "comment.changed";
  static constexpr std::array kNamed{"title",      "description", "examples", "default",
                                     "deprecated", "readOnly",    "format"};
  return std::ranges::find(kNamed, keyword) == kNamed.end() ? "annotation.changed"
                                                            : keyword + ".changed";
}

}  // namespace

void Diff::run(Side before, Side after) {
  locate_before_ = &before.locate;
  locate_after_ = &after.locate;
  Spot root;
  root.before = &before.root;
  root.after = &after.root;
  root.where = "$";
  visit(root);
  compare_definitions(root);
}

void Diff::add(Finding finding) {
  if (findings_.size() < most_) {
    findings_.push_back(std::move(finding));
  } else {
    truncated_ = true;
  }
}

void Diff::note(const Spot& spot, std::string_view keyword, std::string kind, Focus focus,
                Words words) {
  auto path = spot.path_after + (keyword.empty() ? "" : "/") + std::string(keyword);
  add({std::move(kind), std::move(path), std::move(words.what), std::move(words.loses),
       std::move(words.gains), std::move(focus), &spot});
}

void Diff::gone(const Spot& spot, std::string_view keyword, std::string kind, Focus focus,
                Words words) {
  auto path = spot.path_before + (keyword.empty() ? "" : "/") + std::string(keyword);
  add({std::move(kind), std::move(path), std::move(words.what), std::move(words.loses),
       std::move(words.gains), std::move(focus), &spot});
}

Spot Diff::below(const Spot& spot, Spot::Step step) {
  Spot inner = spot;
  inner.parent = &spot;
  inner.step = step;
  inner.given_before = nullptr;
  inner.given_after = nullptr;
  if (spot.role != Role::Exact) {
    inner.role = step == Spot::Step::InPlace ? Role::Part : Role::Whole;
  }
  return inner;
}

void Diff::visit(Spot spot) {
  while (follow(spot)) {
  }
  if (!seen_.insert({spot.before, spot.after}).second || truncated_) return;
  if (depth_ >= kDepth) {
    truncated_ = true;
    return;
  }
  reached_.insert(spot.before->source);
  reached_.insert(spot.after->source);
  ++depth_;
  compare(spots_.emplace_back(std::move(spot)));
  --depth_;
}

// A side that only refers to another schema is that schema.
bool Diff::follow(Spot& spot) {
  const auto target = [&](const Node*& node, std::string& path, Locator& locate) {
    const auto plain = [](const Node& it) {
      return it.logic && it.logic->reference != nullptr && it.types == kAnyType && !it.values &&
             !it.number && !it.string && !it.array && !it.object && !it.secret && !it.opaque &&
             it.logic->all.empty() && it.logic->any.empty() && it.logic->one.empty() &&
             !it.logic->negated && !it.logic->condition;
    };
    if (!plain(*node)) return false;
    reached_.insert(node->source);
    node = node->logic->reference;
    path = locate.pointer(*node->source);
    return true;
  };
  if (!seen_.insert({spot.before, spot.after}).second) return false;
  const auto* const before = spot.before;
  const auto* const after = spot.after;
  const bool left = target(spot.before, spot.path_before, *locate_before_);
  const bool right = target(spot.after, spot.path_after, *locate_after_);
  if (!left && !right) {
    seen_.erase({before, after});
    return false;
  }
  if (left && right) {
    Spot references = spot;
    references.before = before;
    references.after = after;
    compare_words(spots_.emplace_back(std::move(references)));
  }
  return true;
}

void Diff::compare(const Spot& spot) {
  compare_words(spot);
  const auto& before = *spot.before;
  const auto& after = *spot.after;
  if (before.never || after.never) {
    if (before.never == after.never) return;
    const auto words =
        after.never ? Words{"nothing is allowed here any more; before: " + say_schema(before),
                            "every value is now refused", ""}
                    : Words{"allowed now: " + say_schema(after) + "; before: nothing", "",
                            "the old schema refuses every value here"};
    note(spot, "", after.never ? "schema.refused" : "schema.allowed", {Demand::Everything, {}},
         words);
    return;
  }
  compare_types(spot);
  compare_values(spot);
  compare_numbers(spot);
  compare_strings(spot);
  compare_array(spot);
  compare_object(spot);
  compare_logic(spot);
}

void Diff::compare_words(const Spot& spot) {
  const auto* const before = spot.before->source->as_object();
  const auto* const after = spot.after->source->as_object();
  const auto is_word = [&](const std::string& keyword) {
    return !compared_elsewhere(keyword) && (keyword == "format" || !keyword_of(keyword));
  };
  if (after != nullptr) {
    for (const auto& [keyword, value] : *after) {
      if (!is_word(keyword)) continue;
      compare_word(spot, keyword, before ? before->find(keyword) : nullptr, &value);
    }
  }
  if (before == nullptr) return;
  for (const auto& [keyword, value] : *before) {
    if (is_word(keyword) && (after == nullptr || after->find(keyword) == nullptr)) {
      compare_word(spot, keyword, &value, nullptr);
    }
  }
}

void Diff::compare_word(const Spot& spot, const std::string& keyword, const json::Value* before,
                        const json::Value* after) {
  if (before != nullptr && after != nullptr && *before == *after) return;
  const auto asserted = [](const Node& node) { return node.string && node.string->format; };
  if (keyword == "format" && (asserted(*spot.before) || asserted(*spot.after))) return;
  std::string what = keyword;
  if (before == nullptr) {
    what += " added: " + say(*after);
  } else if (after == nullptr) {
    what += " removed; it was " + say(*before);
  } else {
    what += " changed " + say_change(*before, *after);
  }
  const auto step = json::pointer_member("", keyword).substr(1);
  if (after != nullptr) {
    note(spot, step, kind_of(keyword), {}, {what, "", ""});
  } else {
    gone(spot, step, kind_of(keyword), {}, {what, "", ""});
  }
}

bool Diff::differs(const Spot& spot, std::string_view keyword, const Node& before,
                   const Node& after) {
  if (!identical_.check(before, after)) return true;
  if (*before.source != *after.source) {
    note(spot, keyword, "annotation.changed", {},
         {std::string(keyword) + ": only words changed inside", "", ""});
  }
  return false;
}

// Definitions that are in use were compared where they are used.
void Diff::compare_definitions(const Spot& root) {
  const auto& spot = spots_.emplace_back(root);
  for (const std::string keyword : {"definitions", "$defs"}) {
    const auto* const before = spot.before->source->find(keyword);
    const auto* const after = spot.after->source->find(keyword);
    const auto each = [&](const json::Value* side, auto visit_one) {
      if (side == nullptr || side->as_object() == nullptr) return;
      for (const auto& [name, schema] : *side->as_object()) visit_one(name, schema);
    };
    each(after, [&](const std::string& name, const json::Value& schema) {
      const auto* const old = before == nullptr ? nullptr : before->find(name);
      const auto step = keyword + json::pointer_member("", name);
      if (old == nullptr) {
        note(spot, step, "definition.added", {}, {"definition " + quoted(name) + " added", "", ""});
      } else if (*old != schema && (!reached_.contains(old) || !reached_.contains(&schema))) {
        note(spot, step, "definition.changed", {},
             {"definition " + quoted(name) + " changed; what uses it is compared there", "", ""});
      }
    });
    each(before, [&](const std::string& name, const json::Value&) {
      if (after != nullptr && after->find(name) != nullptr) return;
      gone(spot, keyword + json::pointer_member("", name), "definition.removed", {},
           {"definition " + quoted(name) + " removed", "", ""});
    });
  }
}

}  // namespace hotswap::schema::compat
