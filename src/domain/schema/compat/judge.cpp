#include "domain/schema/compat/judge.hpp"

#include <algorithm>

#include "domain/json/write.hpp"
#include "domain/schema/compat/text_sample.hpp"

namespace hotswap::schema::compat {
namespace {

constexpr std::size_t kProofSteps = 5'000'000;
constexpr std::size_t kSampleSteps = 6'000'000;
constexpr std::size_t kLifted = 4;  // candidates that go on to the next level

}  // namespace

Judge::Judge(const Lens& lens, Engines engines, Arena& arena)
    : lens_(lens),
      engines_(engines),
      arena_(arena),
      whole_budget_(kProofSteps),
      local_budget_(kProofSteps),
      sample_budget_(kSampleSteps),
      whole_(arena, whole_budget_),
      local_(arena, local_budget_),
      sampler_(arena, local_, sample_budget_) {}

bool Judge::proven() { return whole_.included(left_of(lens_.writer.root()), lens_.reader.root()); }

Verdict Judge::search() {
  const auto& root = lens_.writer.root();
  auto example = confirmed(sampler_.witnesses(left_of(root), lens_.reader.root()), false);
  if (!example) return {};
  return {Effect::Breaking, std::move(example)};
}

const Node& Judge::demand(const Finding& finding) {
  const auto& spot = *finding.spot;
  const auto& right = lens_.right(spot);
  const auto& left = lens_.left(spot);
  const std::tuple key{&right, &left, finding.focus.demand, finding.focus.name};
  auto& known = demands_[key];
  if (known == nullptr) known = &focused(right, &left, finding.focus, arena_);
  return *known;
}

bool Judge::harmless(const Finding& finding) {
  return local_.included(lens_.known(*finding.spot), demand(finding));
}

Verdict Judge::judge(const Finding& finding) {
  const auto& right = demand(finding);
  if (right.anything()) return {Effect::Compatible, std::nullopt};
  const auto left = lens_.known(*finding.spot);
  if (local_.included(left, right)) return {Effect::Compatible, std::nullopt};
  const bool secrets = finding.focus.demand == Demand::Secret;
  auto values = secrets ? plain_values(left) : sampler_.witnesses(left, right);
  auto example = confirmed(lifted(*finding.spot, std::move(values)), secrets);
  if (!example) return {};
  return {Effect::Breaking, std::move(example)};
}

Values Judge::plain_values(const Left& left) {
  Values values;
  for (const auto& value : sampler_.samples(left)) {
    if (!value.is_null() && !value.as_array() && !value.as_object()) values.push_back(value);
  }
  return values;
}

// From values at the spot to whole documents that hold them there.
Values Judge::lifted(const Spot& spot, Values values) {
  const auto* at = &spot;
  while (!values.empty()) {
    while (at->step == Spot::Step::InPlace) at = at->parent;
    if (at->step == Spot::Step::Root) return values;
    Values outer;
    for (const auto& value : values) {
      for (auto& each : in_parent(*at, *at->parent, value)) {
        if (outer.size() < kLifted * 2) outer.push_back(std::move(each));
      }
      if (outer.size() >= kLifted * 2) break;
    }
    values = std::move(outer);
    at = at->parent;
  }
  return values;
}

Values Judge::in_parent(const Spot& spot, const Spot& parent, const json::Value& value) {
  const auto left = lens_.known(parent);
  std::vector<std::string> names;
  if (spot.step == Spot::Step::Item) {
    auto arrays = sampler_.with_item(left, spot.index, value);
    if (arrays.size() > kLifted) arrays.erase(arrays.begin() + kLifted, arrays.end());
    return arrays;
  }
  if (spot.step == Spot::Step::Member) names.push_back(spot.name);
  if (spot.step == Spot::Step::AnyMember && !spot.name.empty()) names = texts_like(spot.name);
  if (spot.step == Spot::Step::AnyMember && spot.name.empty()) names = {"x", "extra", "x-a", "0"};
  Values objects;
  for (const auto& name : names) {
    for (auto& each : sampler_.with_member(left, name, value)) {
      if (objects.size() < kLifted) objects.push_back(std::move(each));
    }
  }
  return objects;
}

std::optional<json::Value> Judge::confirmed(Values candidates, bool secrets) {
  const auto size = [](const json::Value& value) { return json::write(value).size(); };
  std::ranges::sort(candidates, {}, size);
  for (auto& candidate : candidates) {
    if (sample_budget_.spent()) break;
    const auto expected = sampler_.check(candidate, lens_.reader.root());
    if (expected == Truth::Yes && !secrets) continue;
    if (secrets ? confirms_secret(candidate) : confirms(candidate, expected == Truth::No)) {
      return std::move(candidate);
    }
  }
  return std::nullopt;
}

bool Judge::confirms(const json::Value& value, bool expected) const {
  if (!engines_.accepts.accepts(value) || engines_.refuses.accepts(value)) return false;
  // Refused, or given up? The explanation takes long where there are thousands of branches.
  return expected || !engines_.refuses.check(value, {.max_failures = 1}).aborted;
}

bool Judge::confirms_secret(const json::Value& value) const {
  const CheckOptions options{.max_failures = 1, .secrets = nullptr, .demand_secrets = true};
  if (!engines_.accepts.check(value, options).valid) return false;
  const auto report = engines_.refuses.check(value, options);
  return !report.valid && !report.aborted;
}

}  // namespace hotswap::schema::compat
