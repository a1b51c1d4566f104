// Documents aimed at what one schema demands and others may not.

#include <cmath>

#include "domain/schema/compat/collector.hpp"
#include "domain/schema/compat/number.hpp"
#include "domain/schema/compat/text_sample.hpp"

namespace hotswap::schema::compat {
namespace {

constexpr std::size_t kWitnesses = 8;
constexpr std::size_t kEnough = 64;  // of the values offered for one array or object
constexpr std::size_t kCases = 16;
constexpr int kDepth = 14;
constexpr std::size_t kLongText = 2000;
constexpr std::size_t kManyItems = 200;

}  // namespace

Values Sampler::witnesses(const Left& left, const Node& right) {
  if (right.anything() || depth_ >= kDepth || budget_.spent()) return {};
  const std::pair question{left, &right};
  if (const auto known = witnesses_.find(question); known != witnesses_.end()) {
    return known->second;
  }
  if (!aiming_.insert(question).second) return {};
  budget_.spend(8);
  ++depth_;
  Collector out(*this, left, &right, kWitnesses);
  if (const auto values = prover_.finite_values(left)) {
    for (const auto* value : *values) out.offer(*value);
  }
  const auto& known = shape(left);
  // Of scalars all are small: those at the boundary tell most.
  const bool scalars = (known.types & (kArray | kObject)) == 0;
  if (scalars) aim(left, right, out);
  out.offer_all(samples(left));
  if (!scalars && !out.full()) aim(left, right, out);
  if (!out.full() && !known.choices.empty()) {
    for (const auto& each : first_cases(left)) {
      if (!out.full()) out.offer_all(witnesses(each, right));
    }
  }
  --depth_;
  aiming_.erase(question);
  return witnesses_[question] = out.take();
}

void Sampler::aim(const Left& left, const Node& right, Collector& out) {
  const auto types = shape(left).types;
  aim_at_types(left, right, out);
  if (right.number && (types & kNumber) != 0) aim_at_numbers(*right.number, out);
  if (right.string && (types & kString) != 0) aim_at_strings(left, *right.string, out);
  if (right.array && (types & kArray) != 0) aim_at_arrays(left, right, out);
  if (right.object && (types & kObject) != 0) aim_at_objects(left, right, out);
  if (right.logic && !out.full()) aim_at_logic(left, *right.logic, out);
  if (right.values) {
    // Near to what is listed: lists often meet.
    for (std::size_t i = 0; i < std::min(right.values->size(), kCases); ++i) {
      if (const auto* text = (*right.values)[i]->as_string()) out.offer(*text + "x");
    }
  }
}

void Sampler::aim_at_types(const Left& left, const Node& right, Collector& out) {
  const auto types = shape(left).types;
  for (unsigned type = kNull; type <= kObject; type <<= 1) {
    const auto mask = static_cast<TypeMask>(type);
    const bool telling = (right.types & mask) == 0 || right.logic || right.values;
    if ((types & mask) == 0 || !telling || types == mask) continue;
    out.offer_all(samples(left.with(arena_.of_type(mask))));
  }
}

void Sampler::aim_at_numbers(const NumberRules& rules, Collector& out) {
  for (const auto& bound : {rules.lower, rules.upper}) {
    if (!bound) continue;
    out.offer(number_value(bound->at));
    if (const auto whole = floor_of(bound->at)) {
      for (const auto delta : {-1, 0, 1, 2}) out.offer(*whole + delta);
    }
    const auto at = json::nearest_double(json::layout(bound->at));
    for (const auto delta : {0.5, -0.5, 0.01, -0.01}) out.offer(at + delta);
    out.offer(at * 10);
  }
  if (!rules.multiple) return;
  const auto step = json::nearest_double(json::layout(*rules.multiple));
  for (const auto number : {step / 2, step + 1, 1.0, 0.1, step * 1.5, 0.001}) out.offer(number);
}

void Sampler::aim_at_strings(const Left& left, const StringRules& rules, Collector& out) {
  if (rules.max < kLongText) out.offer(std::string(rules.max + 1, 'a'));
  if (rules.min > 0 && rules.min < kLongText) out.offer(std::string(rules.min - 1, 'a'));
  // The same lengths for texts that the left's own patterns shape.
  auto& length = arena_.make();
  length.string = std::make_unique<StringRules>();
  if (rules.max < kLongText) {
    length.string->min = rules.max + 1;
    out.offer_all(samples(left.with(length)));
  } else if (rules.min > 0) {
    length.string->max = rules.min - 1;
    out.offer_all(samples(left.with(length)));
  }
  if (rules.pattern || rules.format) {
    for (const auto* text : {"", "a", "A", "0", "-", " ", "a b", "a.b", "!", "http://a b"}) {
      out.offer(text);
    }
  }
  if (!rules.pattern) return;
  for (const auto& text : texts_like(rules.pattern->source)) {
    out.offer(text + "!");
    out.offer("!" + text);
    out.offer(text + text);
  }
}

void Sampler::aim_at_arrays(const Left& left, const Node& right, Collector& out) {
  const auto& rules = *right.array;
  const auto& known = shape(left);
  const auto of_size = [&](std::size_t size) {
    json::Array items;
    if (size <= kManyItems && add_items(known, items, size)) out.offer(std::move(items));
  };
  if (rules.min > 0 && rules.min != kNoLimit) of_size(rules.min - 1);
  if (rules.max < kManyItems) of_size(rules.max + 1);
  if (rules.unique) {
    for (const auto& value : samples(left_of(known.item_places(0)))) {
      json::Array twins{value, value};
      if (add_items(known, twins, std::max<std::size_t>(known.min_items, 2))) out.offer(twins);
      if (out.full()) return;
    }
  }
  aim_at_items(left, rules, out);
  if (rules.contains != nullptr) aim_at_contains(left, rules, out);
  if (rules.unevaluated != nullptr) {
    aim_at_items(left, arena_.array_rest(right, Certainty::Certain), out);
  }
}

void Sampler::aim_at_items(const Left& left, const ArrayRules& rules, Collector& out) {
  const auto& known = shape(left);
  auto longest = rules.prefix.size();
  for (const auto* side : known.arrays) longest = std::max(longest, side->prefix.size());
  for (std::size_t i = 0; i <= longest && i < kManyItems && !out.full(); ++i) {
    const auto* const place = i < rules.prefix.size() ? rules.prefix[i] : rules.rest;
    if (place == nullptr || i >= known.max_items) continue;
    for (const auto& value : witnesses(left_of(known.item_places(i)), *place)) {
      out.offer_all(with_item(left, i, value));
      if (out.full()) return;
    }
  }
}

void Sampler::aim_at_contains(const Left& left, const ArrayRules& rules, Collector& out) {
  const auto& known = shape(left);
  if (rules.min_contains > 0) {
    json::Array items;
    const auto count = std::max<std::size_t>(known.min_items, 1);
    for (std::size_t i = 0; i < std::min(count, kManyItems); ++i) {
      const auto misses = witnesses(left_of(known.item_places(i)), *rules.contains);
      if (misses.empty()) break;
      items.push_back(misses[known.unique ? i % misses.size() : 0]);
    }
    out.offer(json::Array());
    out.offer(std::move(items));
  }
  if (rules.max_contains >= kManyItems) return;
  json::Array many;
  while (many.size() <= rules.max_contains) {
    const auto place = left_of(known.item_places(many.size())).with(*rules.contains);
    const auto& hits = samples(place);
    if (hits.empty()) return;
    many.push_back(hits[known.unique ? many.size() % hits.size() : 0]);
  }
  if (add_items(known, many, std::min(known.min_items, kManyItems))) out.offer(std::move(many));
}

void Sampler::aim_at_objects(const Left& left, const Node& right, Collector& out) {
  const auto& rules = *right.object;
  aim_at_required(left, rules, out);
  aim_at_members(left, rules, out);
  if (rules.names != nullptr && !out.full()) aim_at_names(left, rules, out);
  if (!out.full()) aim_at_dependents(left, rules, out);
  if (!out.full()) aim_at_counts(left, rules, out);
  if (rules.unevaluated != nullptr && !out.full()) {
    aim_at_members(left, arena_.object_rest(right, Certainty::Certain), out);
  }
}

void Sampler::aim_at_required(const Left& left, const ObjectRules& rules, Collector& out) {
  for (const auto name : rules.required) {
    if (out.full()) return;
    if (shape(left).requires_member(name)) continue;
    out.offer_all(samples(left.without(arena_.having(name))));
    for (const auto& sample : samples(left)) {
      if (sample.find(name) == nullptr || out.full()) continue;
      auto changed = sample;
      changed.as_object()->erase(name);
      out.offer(std::move(changed));
    }
  }
}

void Sampler::aim_at_members(const Left& left, const ObjectRules& rules, Collector& out) {
  std::vector<std::string> names;
  for (const auto& property : rules.properties) names.emplace_back(property.name);
  if (rules.additional != nullptr || !rules.patterns.empty()) {
    for (const auto* side : shape(left).objects) {
      for (const auto& property : side->properties) names.emplace_back(property.name);
      for (const auto& each : side->patterns) {
        budget_.spend(kTextSteps);
        if (budget_.spent()) return;
        for (auto& text : texts_like(each.pattern.source)) names.push_back(std::move(text));
      }
    }
    for (const auto& each : rules.patterns) {
      budget_.spend(kTextSteps);
      if (budget_.spent()) return;
      for (auto& text : texts_like(each.pattern.source)) names.push_back(std::move(text));
    }
    for (const auto* name : {"x", "extra", "0", "x-a"}) names.emplace_back(name);
  }
  for (std::size_t i = 0; i < names.size() && !out.full() && !budget_.spent(); ++i) {
    aim_at_member(left, rules, names[i], out);
  }
}

void Sampler::aim_at_member(const Left& left, const ObjectRules& rules, std::string_view name,
                            Collector& out) {
  bool certain = true;
  budget_.spend(kMatchSteps * rules.patterns.size());
  for (const auto* side : shape(left).objects) budget_.spend(kMatchSteps * side->patterns.size());
  if (out.full()) return;
  const auto values = left_of(shape(left).places(name, arena_.nothing()));
  for (const auto* place : places_of(rules, name, certain)) {
    for (const auto& value : witnesses(values, *place)) {
      out.offer_all(with_member(left, name, value));
      if (out.full()) return;
    }
  }
}

void Sampler::aim_at_names(const Left& left, const ObjectRules& rules, Collector& out) {
  std::vector<const Node*> places{&arena_.of_type(kString)};
  const auto& known = shape(left);
  std::vector<std::string> names;
  for (const auto* side : known.objects) {
    if (side->names != nullptr) places.push_back(side->names);
    for (const auto& property : side->properties) names.emplace_back(property.name);
    for (const auto& each : side->patterns) {
      budget_.spend(kTextSteps);
      if (budget_.spent()) return;
      for (auto& text : texts_like(each.pattern.source)) names.push_back(std::move(text));
    }
  }
  for (const auto& name : witnesses(left_of(places), *rules.names)) {
    names.push_back(*name.as_string());
  }
  for (const auto& name : names) {
    if (check(json::Value(name), *rules.names) == Truth::Yes) continue;
    const auto& found = samples(left_of(known.places(name, arena_.nothing())));
    if (!found.empty()) out.offer_all(with_member(left, name, found.front()));
    if (out.full()) return;
  }
}

void Sampler::aim_at_dependents(const Left& left, const ObjectRules& rules, Collector& out) {
  for (const auto& dependent : rules.dependent_required) {
    if (out.full()) return;
    const auto with_trigger = left.with(arena_.having(dependent.trigger));
    out.offer_all(samples(with_trigger));
    for (const auto name : dependent.names) {
      out.offer_all(samples(with_trigger.without(arena_.having(name))));
    }
  }
  for (const auto& dependent : rules.dependent_schemas) {
    if (out.full()) return;
    out.offer_all(witnesses(left.with(arena_.having(dependent.name)), *dependent.node));
  }
}

void Sampler::aim_at_counts(const Left& left, const ObjectRules& rules, Collector& out) {
  if (rules.max >= kManyItems) return;
  auto& more = arena_.make();
  more.object = std::make_unique<ObjectRules>();
  more.object->min = rules.max + 1;
  out.offer_all(samples(left.with(more)));
}

void Sampler::aim_at_logic(const Left& left, const LogicRules& logic, Collector& out) {
  const auto aim_at = [&](const Left& narrower, const Node* node) {
    if (node != nullptr && !out.full()) out.offer_all(witnesses(narrower, *node));
  };
  const auto aim_at_each = [&](const std::vector<const Node*>& branches) {
    for (std::size_t i = 0; i < branches.size() && i < kCases; ++i) {
      // Straight at the branch: what it refuses may still miss all the others.
      Collector near(*this, left, branches[i], kEnough);
      near.offer_all(samples(left));
      aim(left, *branches[i], near);
      out.offer_all(near.take());
      if (out.full()) return;
    }
  };
  for (const auto* branch : logic.all) aim_at(left, branch);
  aim_at(left, logic.reference);
  aim_at_each(logic.any);
  aim_at_each(logic.one);
  for (std::size_t i = 0; i < logic.one.size() && i < kCases && !out.full(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      out.offer_all(samples(left.with(*logic.one[i]).with(*logic.one[k])));
    }
  }
  if (logic.negated != nullptr) out.offer_all(samples(left.with(*logic.negated)));
  if (logic.condition == nullptr) return;
  aim_at(left.with(*logic.condition), logic.consequence);
  aim_at(left.without(*logic.condition), logic.alternative);
}

}  // namespace hotswap::schema::compat
