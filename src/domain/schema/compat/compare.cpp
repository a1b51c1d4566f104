#include "domain/schema/compat/compare.hpp"

#include <algorithm>
#include <array>

#include "domain/json/write.hpp"
#include "domain/schema/compat/judge.hpp"
#include "domain/schema/compat/kinds.hpp"
#include "domain/schema/compat/words.hpp"

namespace hotswap::schema {
namespace {

using namespace compat;

/// One of the two schemas with everything that is made of it.
class Loaded {
 public:
  static Result<std::unique_ptr<Loaded>> of(const Side& side, Patterns& patterns, Policy policy) {
    auto engine = Schema::compile(side.document, side.options);
    if (!engine) return std::unexpected(std::move(engine.error()));
    auto resources = Resources::of(side.document, side.options);
    if (!resources) return std::unexpected(std::move(resources.error()));
    std::unique_ptr<Loaded> loaded(new Loaded(side, std::move(*engine), std::move(*resources)));
    for (const auto reading : {Reading::AsWritten, Reading::Writer, Reading::Reader}) {
      if (reading != Reading::AsWritten && policy == Policy::Strict) continue;
      auto graph = Graph::of(loaded->resources_, side.options.assert_formats, reading, patterns);
      if (!graph) return std::unexpected(std::move(graph.error()));
      loaded->graphs_[static_cast<std::size_t>(reading)] =
          std::make_unique<Graph>(std::move(*graph));
    }
    return loaded;
  }

  [[nodiscard]] const Schema& engine() const { return *engine_; }
  [[nodiscard]] Locator& locator() { return locator_; }
  /// As written where the policy has no other reading.
  [[nodiscard]] const Graph& graph(Reading reading) const {
    const auto& graph = graphs_[static_cast<std::size_t>(reading)];
    return graph ? *graph : *graphs_.front();
  }

 private:
  Loaded(const Side& side, std::shared_ptr<const Schema> engine, Resources resources)
      : engine_(std::move(engine)),
        resources_(std::move(resources)),
        locator_(side.document, resources_) {}

  std::shared_ptr<const Schema> engine_;
  Resources resources_;
  Locator locator_;
  std::array<std::unique_ptr<Graph>, 3> graphs_;
};

/// One direction of the comparison on its way.
class Course {
 public:
  Course(Direction direction, const Loaded& left, const Loaded& right, Arena& arena)
      : lens_{direction, left.graph(Reading::Writer), right.graph(Reading::Reader)},
        strict_lens_{direction, left.graph(Reading::AsWritten), right.graph(Reading::AsWritten)},
        judge_(lens_, {left.engine(), right.engine()}, arena),
        strict_(strict_lens_, {left.engine(), right.engine()}, arena),
        lenient_(&lens_.writer != &strict_lens_.writer) {}

  void decide(bool only_words) {
    proven_ = only_words || judge_.proven();
    effect_ = proven_ ? Effect::Compatible : Effect::Unknown;
  }

  struct Judged {
    Verdict verdict;
    bool downgraded = false;  ///< only what the rest of the schema says makes it harmless
    bool forgiven = false;    ///< by the policy
  };
  Judged judge(const Finding& finding) {
    Judged judged;
    if (finding.focus.demand == Demand::None) {
      judged.verdict.effect = Effect::Compatible;
      return judged;
    }
    if (proven_) {
      judged.verdict.effect = Effect::Compatible;
      judged.downgraded = !judge_.harmless(finding);
    } else {
      judged.verdict = judge_.judge(finding);
      note(judged.verdict);
    }
    if (lenient_ && judged.verdict.effect == Effect::Compatible) {
      judged.forgiven = !strict_.harmless(finding);
    }
    return judged;
  }

  /// After the changes: the whole, where they left it open.
  Verdict settle() {
    if (proven_ || effect_ == Effect::Breaking) return {effect_, example_};
    auto verdict = judge_.search();
    note(verdict);
    return verdict;
  }

  [[nodiscard]] Effect effect() const { return effect_; }
  [[nodiscard]] const std::optional<json::Value>& example() const { return example_; }

 private:
  void note(const Verdict& verdict) {
    if (verdict.effect != Effect::Breaking) return;
    effect_ = Effect::Breaking;
    const auto size = [](const json::Value& value) { return json::write(value).size(); };
    if (!example_ || size(*verdict.example) < size(*example_)) example_ = verdict.example;
  }

  Lens lens_;
  Lens strict_lens_;
  Judge judge_;
  Judge strict_;
  bool lenient_;
  bool proven_ = false;
  Effect effect_ = Effect::Unknown;
  std::optional<json::Value> example_;
};

// The clause for one direction; empty if there is nothing to add.
std::string clause(const Course::Judged& judged, const std::string& harm) {
  if (harm.empty()) return {};
  switch (judged.verdict.effect) {
    case Effect::Breaking:
      return harm;
    case Effect::Unknown:
      return harm + " (no example of it was found, and no proof that there is none)";
    case Effect::Compatible:
      break;
  }
  if (judged.forgiven) return "allowed under the lenient policy";
  if (judged.downgraded) return "without effect, because other rules refuse such values anyway";
  return {};
}

std::string reason(const Finding& finding, const Course::Judged& backward,
                   const Course::Judged& forward) {
  auto text = finding.what;
  const auto loses = clause(backward, finding.loses);
  const auto gains = clause(forward, finding.gains);
  if (!loses.empty()) text += ": " + loses;
  if (!gains.empty() && gains != loses) text += (loses.empty() ? ": " : "; ") + gains;
  return text;
}

Change change_of(const Finding& finding, Course& backward, Course& forward) {
  auto back = backward.judge(finding);
  auto forth = forward.judge(finding);
  Change change{finding.kind,
                finding.path,
                finding.spot->where,
                back.verdict.effect,
                forth.verdict.effect,
                reason(finding, back, forth),
                {},
                {}};
  change.backward_example = std::move(back.verdict.example);
  change.forward_example = std::move(forth.verdict.example);
  return change;
}

// The whole has a verdict that no single change has: it needs a line of its own.
void add_verdict_of_the_whole(Comparison& comparison, const Verdict& backward,
                              const Verdict& forward) {
  const auto unexplained = [&](const Verdict& verdict, Effect Change::* effect) {
    return verdict.effect != Effect::Compatible &&
           std::ranges::find(comparison.changes, verdict.effect, effect) ==
               comparison.changes.end();
  };
  const bool back = unexplained(backward, &Change::backward);
  const bool forth = unexplained(forward, &Change::forward);
  if (!back && !forth) return;
  const auto effect = [](bool open, const Verdict& verdict) {
    return open ? verdict.effect : Effect::Compatible;
  };
  Change whole{"not_decided", "", "$", effect(back, backward), effect(forth, forward), "", {}, {}};
  if (whole.backward == Effect::Breaking || whole.forward == Effect::Breaking) {
    whole.kind = "combination.changed";
    whole.reason = "taken together the changes break what none of them breaks alone";
    if (whole.backward == Effect::Breaking) whole.backward_example = backward.example;
    if (whole.forward == Effect::Breaking) whole.forward_example = forward.example;
  } else {
    whole.reason =
        "no change breaks by itself, but neither a proof nor a counter-example was found for the "
        "whole, which counts as breaking";
  }
  comparison.changes.push_back(std::move(whole));
}

/// Known without a look at what the schemas say, so also where that is not understood. Outside
/// documents, too, may differ though they have the same URI.
bool same_but_for_words(const Side& before, const Side& after,
                        const std::vector<std::string>& outside) {
  const auto same_outside = [&](const std::string& uri) {
    const auto* const old_document = before.options.documents(uri);
    const auto* const new_document = after.options.documents(uri);
    return old_document != nullptr && new_document != nullptr &&
           compat::same_but_for_words(*old_document, *new_document);
  };
  return before.options.default_draft == after.options.default_draft &&
         before.options.assert_formats == after.options.assert_formats &&
         compat::same_but_for_words(before.document, after.document) &&
         std::ranges::all_of(outside, same_outside);
}

}  // namespace

Result<Comparison> compare(const Side& before, const Side& after, Policy policy) {
  Patterns patterns;
  auto old_side = Loaded::of(before, patterns, policy);
  if (!old_side) return std::unexpected(std::move(old_side.error()));
  auto new_side = Loaded::of(after, patterns, policy);
  if (!new_side) return std::unexpected(std::move(new_side.error()));
  constexpr std::size_t kIdentitySteps = 500'000;
  Arena arena;
  Budget identity_budget(kIdentitySteps);
  Identical identical(identity_budget);
  Diff diff(arena, identical, limits::kSchemaChanges);
  diff.run({(*old_side)->graph(Reading::AsWritten).root(), (*old_side)->locator()},
           {(*new_side)->graph(Reading::AsWritten).root(), (*new_side)->locator()});
  Course backward(Direction::Backward, **old_side, **new_side, arena);
  Course forward(Direction::Forward, **new_side, **old_side, arena);
  const auto& outside = (*old_side)->engine().references();
  const bool words =
      outside == (*new_side)->engine().references() && same_but_for_words(before, after, outside);
  backward.decide(words);
  forward.decide(words);
  Comparison comparison;
  comparison.truncated = diff.truncated();
  for (const auto& finding : diff.findings()) {
    comparison.changes.push_back(change_of(finding, backward, forward));
  }
  const auto back = backward.settle();
  const auto forth = forward.settle();
  add_verdict_of_the_whole(comparison, back, forth);
  comparison.backward = backward.effect();
  comparison.forward = forward.effect();
  comparison.backward_example = backward.example();
  comparison.forward_example = forward.example();
  return comparison;
}

bool words_only(const Comparison& comparison) {
  return !comparison.truncated && std::ranges::all_of(comparison.changes, [](const Change& change) {
    const auto* const known = kind(change.kind);
    return known != nullptr && known->words;
  });
}

}  // namespace hotswap::schema
