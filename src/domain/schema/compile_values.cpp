// Compiler: keywords that look at one value alone.
#include <algorithm>
#include <bit>

#include "domain/schema/compiler.hpp"
#include "domain/schema/equality.hpp"

namespace hotswap::schema {
namespace {

constexpr std::size_t kSearchedOneByOne = 8;  ///< values of an enum

Types type_named(std::string_view name) {
  if (name == "null") return type_bit(json::Kind::Null);
  if (name == "boolean") return type_bit(json::Kind::Bool);
  if (name == "integer") return kIntegerBit;
  if (name == "number") return type_bit(json::Kind::Number) | kIntegerBit;
  if (name == "string") return type_bit(json::Kind::String);
  if (name == "array") return type_bit(json::Kind::Array);
  if (name == "object") return type_bit(json::Kind::Object);
  return 0;
}

bool is_true(const json::Value* value) {
  return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

/// What the bound means for integers.
void narrow(Interval& interval, Keyword keyword, const Bound& bound) {
  if (!bound.small) {
    interval.whole = false;
    return;
  }
  const auto [down, up] = rounded(*bound.small);
  switch (keyword) {
    case Keyword::Minimum:
      interval.least = std::max(interval.least, up);
      break;
    case Keyword::Maximum:
      interval.most = std::min(interval.most, down);
      break;
    case Keyword::ExclusiveMinimum:
      interval.least = std::max(interval.least, down + 1);
      break;
    default:
      interval.most = std::min(interval.most, up - 1);
  }
}

}  // namespace

void Compiler::type(Context& context) {
  context.node.strict_integer = context.place.draft == Draft::Draft4;
  const auto* value = context.get(Keyword::Type);
  if (value == nullptr) return;
  Types types = 0;
  if (const auto* name = value->as_string()) types = type_named(*name);
  if (const auto* names = value->as_array()) {
    for (const auto& each : *names) {
      if (const auto* name = each.as_string()) types |= type_named(*name);
    }
  }
  context.node.types = types;
}

void Compiler::choices(Context& context) {
  if (const auto* value = context.get(Keyword::Const)) {
    context.groups.any.push_back({Keyword::Const, 0, choice(&value, 1)});
  }
  const auto* value = context.get(Keyword::Enum);
  const auto* items = value == nullptr ? nullptr : value->as_array();
  if (items == nullptr) return;
  std::vector<const json::Value*> values;
  values.reserve(items->size());
  for (const auto& item : *items) values.push_back(&item);
  context.groups.any.push_back({Keyword::Enum, 0, choice(values.data(), values.size())});
}

std::uint32_t Compiler::choice(const json::Value* const* first, std::size_t count) {
  auto& values = program_->values;
  Choice choice;
  choice.values = {static_cast<std::uint32_t>(values.size()), static_cast<std::uint32_t>(count)};
  for (std::size_t i = 0; i < count; ++i) values.push_back(*first[i]);
  if (count > kSearchedOneByOne) {
    auto& slots = program_->slots;
    choice.first_slot = static_cast<std::uint32_t>(slots.size());
    choice.slot_mask = static_cast<std::uint32_t>(std::bit_ceil(count * 2) - 1);
    slots.resize(slots.size() + choice.slot_mask + 1, kNone);
    for (std::size_t i = 0; i < count; ++i) {
      auto at = static_cast<std::uint32_t>(hash_value(*first[i]));
      while (slots[choice.first_slot + (at & choice.slot_mask)] != kNone) ++at;
      slots[choice.first_slot + (at & choice.slot_mask)] =
          choice.values.first + static_cast<std::uint32_t>(i);
    }
  }
  program_->choices.push_back(choice);
  return static_cast<std::uint32_t>(program_->choices.size() - 1);
}

void Compiler::bounds(Context& context) {
  Interval interval;
  interval.whole = true;
  const auto add = [&](Keyword keyword, const json::Value* value) {
    const auto* number = value == nullptr ? nullptr : value->as_number();
    if (number == nullptr) return;
    const auto bound = static_cast<std::uint32_t>(program_->bounds.size());
    narrow(interval, keyword, program_->bounds.emplace_back(number->text));
    interval.limits[interval.count++] = {keyword, bound};
  };
  const auto* minimum = context.get(Keyword::Minimum);
  const auto* maximum = context.get(Keyword::Maximum);
  const auto* above = context.get(Keyword::ExclusiveMinimum);
  const auto* below = context.get(Keyword::ExclusiveMaximum);
  if (context.place.draft == Draft::Draft4) {
    // Here they are flags beside minimum and maximum.
    add(is_true(above) ? Keyword::ExclusiveMinimum : Keyword::Minimum, minimum);
    add(is_true(below) ? Keyword::ExclusiveMaximum : Keyword::Maximum, maximum);
  } else {
    add(Keyword::Minimum, minimum);
    add(Keyword::Maximum, maximum);
    add(Keyword::ExclusiveMinimum, above);
    add(Keyword::ExclusiveMaximum, below);
  }
  if (interval.count > 0) {
    context.groups.number.push_back(
        {Keyword::Minimum, 0, static_cast<std::uint32_t>(program_->intervals.size())});
    program_->intervals.push_back(interval);
  }
  divisor(context);
}

void Compiler::divisor(Context& context) {
  const auto* value = context.get(Keyword::MultipleOf);
  const auto* number = value == nullptr ? nullptr : value->as_number();
  if (number == nullptr) return;
  const auto exact = json::to_decimal(number->text);
  if (exact.negative || exact.is_zero()) return;
  context.groups.number.push_back(
      {Keyword::MultipleOf, 0, static_cast<std::uint32_t>(program_->bounds.size())});
  program_->bounds.emplace_back(number->text);
}

void Compiler::sizes(Context& context, std::vector<Step>& group, Keyword min, Keyword max) {
  Sizes sizes;
  const auto read = [&](Keyword keyword, std::uint64_t& size) {
    const auto* value = context.get(keyword);
    const auto* number = value == nullptr ? nullptr : value->as_number();
    if (number == nullptr || json::to_decimal(number->text).negative) return false;
    const auto fitting = value->as_int();
    size = fitting ? static_cast<std::uint64_t>(*fitting) : ~std::uint64_t{0};
    return true;
  };
  const bool has_min = read(min, sizes.min);
  const bool has_max = read(max, sizes.max);
  if (!has_min && !has_max) return;
  group.push_back({min, 0, static_cast<std::uint32_t>(program_->sizes.size())});
  program_->sizes.push_back(sizes);
}

void Compiler::texts(Context& context) {
  auto& group = context.groups.string;
  sizes(context, group, Keyword::MinLength, Keyword::MaxLength);
  if (const auto* value = context.get(Keyword::Pattern); value && value->as_string()) {
    group.push_back({Keyword::Pattern, 0, pattern(context, *value->as_string(), Keyword::Pattern)});
  }
  const auto* value = context.get(Keyword::Format);
  const auto* name = value == nullptr ? nullptr : value->as_string();
  const auto& dialect = context.place.resource->dialect;
  if (name == nullptr || !(options_.assert_formats || dialect.has(kFormatAssertion))) return;
  if (const auto format = format_of(*name)) {
    group.push_back({Keyword::Format, 0, static_cast<std::uint32_t>(*format)});
  }
}

std::uint32_t Compiler::pattern(Context& context, std::string_view source, Keyword keyword) {
  // One object may hold thousands of them: once the schema is refused, the rest is not compiled.
  const bool refused = pattern_bytes_ > limits::kSchemaPatternBytes;
  if (refused || mistakes_.size() >= limits::kErrorsReported) return 0;
  const auto number = static_cast<std::uint32_t>(program_->patterns.size());
  const auto [known, added] = pattern_numbers_.try_emplace(std::string(source), number);
  if (!added) return known->second;
  auto compiled = Pattern::compile(source);
  if (!compiled) {
    pattern_numbers_.erase(known);
    mistake(context, keyword, "schema.bad_pattern", compiled.error().detail);
    return 0;
  }
  pattern_bytes_ += compiled->bytes();
  if (pattern_bytes_ > limits::kSchemaPatternBytes) {
    too_large("the schema's patterns need more than " +
              std::to_string(limits::kSchemaPatternBytes >> 20U) + " MiB");
    return 0;
  }
  program_->patterns.push_back(std::move(*compiled));
  return number;
}

void Compiler::secrets(Context& context) {
  for (const auto keyword : {Keyword::WriteOnly, Keyword::XSecret}) {
    if (!is_true(context.get(keyword))) continue;
    context.groups.any.push_back({keyword});
    program_->demands_secrets = true;
    return;
  }
}

}  // namespace hotswap::schema
