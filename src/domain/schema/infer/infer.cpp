#include "domain/schema/infer/infer.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "domain/json/decimal.hpp"
#include "domain/schema/infer/strings.hpp"
#include "domain/secret/plain_view.hpp"

namespace hotswap::schema {
namespace {

constexpr std::size_t kNamesOfMap = 5;

/// A value as seen at one place of one document; of a secret, its plain value.
struct Sample {
  const json::Value* value;
  bool secret;
};
using Samples = std::vector<Sample>;

Sample sample_of(const json::Value& value) {
  static const json::Value kUnseen("");
  if (!is_secret_marker(value)) return {&value, false};
  const auto* plain = value.find("value");
  return {plain == nullptr ? &kUnseen : plain, true};
}

enum Kind : unsigned {
  kObject = 1,
  kArray = 2,
  kString = 4,
  kInteger = 8,
  kNumber = 16,  ///< with a fraction
  kBoolean = 32,
  kNull = 64
};

Kind kind_of(const json::Value& value) {
  if (value.as_object() != nullptr) return kObject;
  if (value.as_array() != nullptr) return kArray;
  if (value.as_string() != nullptr) return kString;
  if (value.as_bool() != nullptr) return kBoolean;
  if (const auto* number = value.as_number()) {
    const auto exact = json::to_decimal(number->text);
    return exact.is_zero() || exact.is_integer() ? kInteger : kNumber;
  }
  return kNull;
}

unsigned kinds_of(const Samples& samples) {
  unsigned kinds = 0;
  for (const auto& sample : samples) kinds |= kind_of(*sample.value);
  return kinds;
}

json::Value type_of(unsigned kinds) {
  if ((kinds & kNumber) != 0) kinds &= ~unsigned{kInteger};
  json::Array names;
  for (const auto& [kind, name] : {std::pair{kObject, "object"},
                                   {kArray, "array"},
                                   {kString, "string"},
                                   {kInteger, "integer"},
                                   {kNumber, "number"},
                                   {kBoolean, "boolean"},
                                   {kNull, "null"}}) {
    if ((kinds & kind) != 0) names.emplace_back(name);
  }
  return names.size() == 1 ? std::move(names.front()) : json::Value(std::move(names));
}

/// One member of the objects at a place.
struct Property {
  std::string name;
  Samples samples;
  std::size_t positions = 0;  ///< added up, for an order that is that of the documents
};

/// By their mean position, so that no document's order counts more than another's.
bool stands_before(const Property& left, const Property& right) {
  const auto a = left.positions * right.samples.size();
  const auto b = right.positions * left.samples.size();
  return a != b ? a < b : left.name < right.name;
}

std::vector<Property> properties_of(const Samples& samples) {
  std::map<std::string_view, Property> by_name;
  for (const auto& sample : samples) {
    const auto* object = sample.value->as_object();
    if (object == nullptr) continue;
    std::size_t position = 0;
    for (const auto& [name, value] : *object) {
      auto& property = by_name[name];
      property.samples.push_back(sample_of(value));
      property.positions += position++;
    }
  }
  std::vector<Property> out;
  for (auto& [name, property] : by_name) {
    property.name = name;
    out.push_back(std::move(property));
  }
  std::ranges::sort(out, stands_before);
  return out;
}

/// What makes two members things of one kind: their types, and which members they have themselves.
struct Outline {
  unsigned kinds = 0;  ///< without null, integers as numbers
  std::vector<std::string> names;
};

Outline outline_of(const Samples& samples) {
  Outline out{.kinds = kinds_of(samples) & ~unsigned{kNull}, .names = {}};
  if ((out.kinds & kInteger) != 0) out.kinds = (out.kinds & ~unsigned{kInteger}) | kNumber;
  for (auto& property : properties_of(samples)) out.names.push_back(std::move(property.name));
  std::ranges::sort(out.names);
  return out;
}

/// Objects are alike when at least half of all their members are common.
bool alike(const Outline& left, const Outline& right) {
  if (left.kinds == 0 || right.kinds == 0) return true;
  if (left.kinds != right.kinds) return false;
  std::vector<std::string> common;
  std::ranges::set_intersection(left.names, right.names, std::back_inserter(common));
  const auto all = left.names.size() + right.names.size() - common.size();
  return common.size() * 2 >= all;
}

/// A map from names that are data to things of one kind: many members, all alike, and either names
/// that nobody would give a setting, or values that are records of the same members.
bool is_map(const std::vector<Property>& properties) {
  if (properties.size() < kNamesOfMap) return false;
  const auto first = outline_of(properties.front().samples);
  const bool records = first.kinds == kObject && first.names.size() > 1;
  return std::ranges::all_of(properties, [&](const Property& property) {
    return (records || looks_like_data(property.name)) &&
           alike(first, outline_of(property.samples));
  });
}

json::Object schema_of(const Samples& samples, bool listed);

void describe_members(json::Object& schema, const Samples& samples) {
  auto properties = properties_of(samples);
  if (properties.empty()) return;  // only {} was ever seen, which says nothing
  if (is_map(properties)) {
    Samples values;
    for (const auto& property : properties) {
      values.insert(values.end(), property.samples.begin(), property.samples.end());
    }
    schema.append("additionalProperties", schema_of(values, false));
    return;
  }
  const auto objects = static_cast<std::size_t>(std::ranges::count_if(
      samples, [](const Sample& sample) { return sample.value->as_object() != nullptr; }));
  json::Object members;
  json::Array required;
  for (const auto& property : properties) {
    members.append(property.name, schema_of(property.samples, false));
    if (property.samples.size() == objects) required.emplace_back(property.name);
  }
  schema.append("properties", std::move(members));
  if (!required.empty()) schema.append("required", std::move(required));
  schema.append("additionalProperties", false);
}

void describe_items(json::Object& schema, const Samples& samples) {
  Samples items;
  for (const auto& sample : samples) {
    const auto* array = sample.value->as_array();
    if (array == nullptr) continue;
    for (const auto& item : *array) items.push_back(sample_of(item));
  }
  if (!items.empty()) schema.append("items", schema_of(items, true));
}

/// Formats and closed sets. A list of words grows more often than a setting gets a new word, so its
/// items are left open.
void describe_texts(json::Object& schema, const Samples& samples, unsigned kinds, bool listed) {
  std::vector<std::string_view> texts;
  for (const auto& sample : samples) {
    if (const auto* text = sample.value->as_string()) texts.emplace_back(*text);
  }
  if (const auto format = common_format(texts); !format.empty()) {
    schema.append("format", format);
    return;
  }
  if (listed || (kinds & ~unsigned{kNull}) != kString) return;
  const auto words = closed_set(texts);
  if (words.empty()) return;
  json::Array values(words.begin(), words.end());
  if ((kinds & kNull) != 0) values.emplace_back(nullptr);
  schema.append("enum", std::move(values));
}

/// What all of `samples` are. `listed`: they are items of arrays.
json::Object schema_of(const Samples& samples, bool listed) {
  const auto kinds = kinds_of(samples);
  json::Object schema{{"type", type_of(kinds)}};
  const auto secret = [](const Sample& sample) { return sample.secret; };
  // Nothing is told about a place that ever held a secret but its type: words and formats would be
  // told from its values.
  if (std::ranges::any_of(samples, secret)) {
    if (std::ranges::all_of(samples, secret)) schema.append("writeOnly", true);
  } else if ((kinds & kString) != 0) {
    describe_texts(schema, samples, kinds, listed);
  }
  if ((kinds & kObject) != 0) describe_members(schema, samples);
  if ((kinds & kArray) != 0) describe_items(schema, samples);
  return schema;
}

}  // namespace

json::Value infer(std::span<const json::Value> documents) {
  Samples samples;
  for (const auto& document : documents) samples.push_back(sample_of(document));
  json::Object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  for (auto& [name, value] : schema_of(samples, false)) out.append(name, std::move(value));
  return out;
}

}  // namespace hotswap::schema
