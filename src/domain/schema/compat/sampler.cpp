#include "domain/schema/compat/sampler.hpp"

#include <cmath>

#include "domain/schema/compat/collector.hpp"
#include "domain/schema/compat/number.hpp"
#include "domain/schema/compat/text_sample.hpp"

namespace hotswap::schema::compat {
namespace {

constexpr std::size_t kSamples = 12;
constexpr std::size_t kListed = 200;  // of enumerated values
constexpr std::size_t kCases = 12;    // of a choice that are tried
constexpr int kDepth = 14;
constexpr std::size_t kLongText = 2000;
constexpr std::size_t kManyItems = 200;
constexpr std::size_t kManyMembers = 2000;
const Values kNone;

json::Value plus(const json::Decimal& at, const char* delta) {
  // Samples may be rounded: they are checked before they are used.
  const auto sum = json::nearest_double(json::layout(at)) + json::nearest_double(delta);
  return json::Value(sum);
}

}  // namespace

Truth Sampler::check(const json::Value& value, const Left& left) {
  auto verdict = Truth::Yes;
  for (const auto* member : left.members) verdict = both(verdict, check(value, *member));
  for (const auto* refused : left.nots) verdict = both(verdict, !check(value, *refused));
  return verdict;
}

const Shape& Sampler::shape(const Left& left) {
  const auto& known = prover_.shape(left);
  budget_.spend(8 * (known.members.size() + known.nots.size() + known.choices.size()));
  return known;
}

// Of an undecided choice, only some: the last ones are as good as any others, but not all fit.
std::vector<Left> Sampler::first_cases(const Left& left) {
  const auto& known = shape(left);
  auto cases = cases_of(left, known, *known.choices.front());
  budget_.spend(cases.size());
  if (cases.size() > kCases) cases.resize(kCases);
  return cases;
}

const Values& Sampler::samples(const Left& left) {
  if (const auto known = samples_.find(left); known != samples_.end()) return known->second;
  if (depth_ >= kDepth || budget_.spent() || !sampling_.insert(left).second) return kNone;
  ++depth_;
  Collector out(*this, left, nullptr, kSamples);
  const auto& known = shape(left);
  if (const auto values = prover_.finite_values(left)) {
    for (std::size_t i = 0; i < std::min(values->size(), kListed); ++i) out.offer(*(*values)[i]);
  } else if (!known.choices.empty()) {
    for (const auto& each : first_cases(left)) {
      if (!out.full()) out.offer_all(samples(each));
    }
  } else if (!known.never) {
    sample_types(left, out);
  }
  --depth_;
  sampling_.erase(left);
  return samples_[left] = out.take();
}

void Sampler::sample_types(const Left& left, Collector& out) {
  const auto& known = shape(left);
  if ((known.types & kObject) != 0) sample_objects(known, out);
  if ((known.types & kArray) != 0) sample_arrays(known, out);
  if ((known.types & kNull) != 0) out.offer(nullptr);
  if ((known.types & kBoolean) != 0) out.offer(true);
  if ((known.types & kBoolean) != 0) out.offer(false);
  if ((known.types & kNumber) != 0) sample_numbers(known, out);
  if ((known.types & kString) != 0) sample_strings(known, out);
  sample_hints(known, out);
}

void Sampler::sample_numbers(const Shape& shape, Collector& out) {
  out.offer(0);
  out.offer(1);
  if ((shape.types & kFraction) != 0) out.offer(0.5);
  for (const auto& bound : {shape.lower, shape.upper}) {
    if (!bound) continue;
    out.offer(number_value(bound->at));
    for (const auto* delta : {"1", "-1", "0.5", "-0.5", "0.001", "-0.001"}) {
      out.offer(plus(bound->at, delta));
    }
  }
  for (const auto& multiple : shape.multiples) {
    out.offer(number_value(multiple));
    if (!shape.lower) continue;
    const auto low = json::nearest_double(json::layout(shape.lower->at));
    const auto step = json::nearest_double(json::layout(multiple));
    for (int i = 0; i < 2; ++i) out.offer((std::floor(low / step) + 1 + i) * step);
  }
  out.offer(-1);
}

void Sampler::sample_strings(const Shape& shape, Collector& out) {
  for (const auto* rules : shape.strings) {
    if (rules->format) out.offer(example_of(*rules->format));
    if (!rules->pattern) continue;
    for (auto& text : texts_like(rules->pattern->source)) {
      const auto length = length_of(text);
      out.offer(text);
      if (length < shape.min_length && shape.min_length <= kLongText) {
        out.offer(text + std::string(shape.min_length - length, text.empty() ? 'a' : text.back()));
      }
    }
  }
  if (shape.min_length > kLongText) return;
  out.offer(std::string(shape.min_length, 'a'));
  out.offer(std::string(shape.min_length + 1, 'a'));
  if (shape.max_length <= kLongText) out.offer(std::string(shape.max_length, 'b'));
  for (const auto* text : {"", "0", "x-a"}) out.offer(text);
}

// What the schemas' authors gave as examples passes where nothing made up does.
void Sampler::sample_hints(const Shape& shape, Collector& out) {
  for (const auto* node : shape.members) {
    if (node->source == nullptr) continue;
    if (const auto* value = node->source->find("default")) out.offer(*value);
    if (const auto* value = node->source->find("example")) out.offer(*value);
    const auto* const examples = node->source->find("examples");
    if (examples == nullptr || examples->as_array() == nullptr) continue;
    for (const auto& value : *examples->as_array()) out.offer(value);
  }
}

void Sampler::sample_arrays(const Shape& shape, Collector& out) {
  if (shape.min_items > kManyItems) return;
  json::Array least;
  if (!add_contained(shape, least) || !add_items(shape, least, shape.min_items)) return;
  out.offer(least);
  auto more = least;
  if (add_items(shape, more, least.size() + 1)) out.offer(more);
  if (shape.max_items <= kManyItems && add_items(shape, more, shape.max_items)) out.offer(more);
}

bool Sampler::add_contained(const Shape& shape, json::Array& items) {
  for (const auto* rules : shape.arrays) {
    if (rules->contains == nullptr) continue;
    for (std::size_t i = 0; i < rules->min_contains && i < kManyItems; ++i) {
      const auto place = left_of(shape.item_places(items.size())).with(*rules->contains);
      const auto& found = samples(place);
      if (found.empty()) return false;
      items.push_back(found[shape.unique ? i % found.size() : 0]);
    }
  }
  return true;
}

bool Sampler::add_items(const Shape& shape, json::Array& items, std::size_t count) {
  while (items.size() < count) {
    const auto& found = samples(left_of(shape.item_places(items.size())));
    const auto fresh = std::ranges::find_if(found, [&](const json::Value& value) {
      return !shape.unique || std::ranges::find(items, value) == items.end();
    });
    if (fresh != found.end()) {
      items.push_back(*fresh);
    } else if (shape.unique && !found.empty() && found.front().as_string() != nullptr) {
      items.emplace_back("a" + std::to_string(items.size()));
    } else if (shape.unique && !found.empty() && found.front().as_number() != nullptr) {
      items.emplace_back(static_cast<std::int64_t>(items.size()));
    } else {
      return false;
    }
  }
  return true;
}

void Sampler::sample_objects(const Shape& shape, Collector& out) {
  if (shape.min_properties > kManyItems || shape.required.size() > kManyMembers) return;
  for (const auto* rules : shape.objects)
    budget_.spend(shape.required.size() * (1 + kMatchSteps * rules->patterns.size()));
  json::Object least;
  for (const auto name : shape.required) {
    if (out.full()) return;
    const auto& found = samples(left_of(shape.places(name, arena_.nothing())));
    if (found.empty()) return;
    least.append(std::string(name), found.front());
  }
  auto some = least;
  if (least.size() < shape.min_properties) {
    add_members(shape, some);
    least = some;
  }
  out.offer(least);
  // A second one differs in what its members are, for oneOf and the like.
  for (const auto name : shape.required) {
    const auto& found = samples(left_of(shape.places(name, arena_.nothing())));
    for (std::size_t i = 1; i < std::min<std::size_t>(found.size(), 3); ++i) {
      if (out.full()) return;
      auto other = least;
      other.set(std::string(name), found[i]);
      out.offer(std::move(other));
    }
  }
}

// Up to the least count: known names first, then any.
void Sampler::add_members(const Shape& shape, json::Object& members) {
  std::vector<std::string> names;
  for (const auto* rules : shape.objects) {
    for (const auto& property : rules->properties) names.emplace_back(property.name);
    for (const auto& pattern : rules->patterns) {
      budget_.spend(kTextSteps);
      if (budget_.spent()) return;
      for (auto& text : texts_like(pattern.pattern.source)) names.push_back(std::move(text));
    }
  }
  for (std::size_t i = 0; i < shape.min_properties; ++i) names.push_back("a" + std::to_string(i));
  for (const auto& name : names) {
    if (members.size() >= shape.min_properties || budget_.spent()) return;
    for (const auto* rules : shape.objects) budget_.spend(kMatchSteps * rules->patterns.size());
    const auto& found = samples(left_of(shape.places(name, arena_.nothing())));
    if (!found.empty()) members.set(name, found.front());
  }
}

Values Sampler::with_member(const Left& left, std::string_view name, const json::Value& value) {
  const auto narrower = left.with(arena_.having(name));
  Collector out(*this, left, nullptr, kSamples);
  for (const auto& sample : samples(narrower)) {
    if (out.full()) break;
    auto changed = sample;
    if (auto* members = changed.as_object()) members->set(std::string(name), value);
    out.offer(std::move(changed));
  }
  // The rest may only fit to that value, or have no sample of its own.
  for (const auto& sample : samples(left)) {
    if (out.full()) break;
    auto changed = sample;
    auto* const members = changed.as_object();
    if (members == nullptr) continue;
    members->set(std::string(name), value);
    out.offer(std::move(changed));
  }
  return out.take();
}

Values Sampler::with_item(const Left& left, std::size_t index, const json::Value& value) {
  Collector out(*this, left, nullptr, kSamples);
  const auto& known = shape(left);
  json::Array items;
  if (index < kManyItems && add_items(known, items, index)) {
    items.push_back(value);
    out.offer(items);
    if (add_items(known, items, std::min(known.min_items, kManyItems))) out.offer(items);
    if (add_contained(known, items)) out.offer(items);
  }
  for (const auto& sample : samples(left)) {
    auto changed = sample;
    auto* const array = changed.as_array();
    if (array == nullptr || array->size() < index) continue;
    if (array->size() == index) array->push_back(value);
    (*array)[index] = value;
    out.offer(std::move(changed));
  }
  return out.take();
}

}  // namespace hotswap::schema::compat
