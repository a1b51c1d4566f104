#include "cli/schema/contradictions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/json/decimal.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/text/pattern.hpp"

namespace hotswap::cli {
namespace {

struct Bounds {
  std::string_view low;
  std::string_view high;
  bool touching;  ///< whether equal ones leave a value
};
constexpr Bounds kBounds[] = {{"minimum", "maximum", true},
                              {"minimum", "exclusiveMaximum", false},
                              {"exclusiveMinimum", "maximum", false},
                              {"exclusiveMinimum", "exclusiveMaximum", false},
                              {"minLength", "maxLength", true},
                              {"minItems", "maxItems", true},
                              {"minProperties", "maxProperties", true},
                              {"minContains", "maxContains", true}};

std::optional<double> number_at(const json::Object& object, std::string_view name) {
  const auto* value = object.find(name);
  return value == nullptr ? std::nullopt : value->as_double();
}

void check_bounds(const json::Object& object, const std::string& path, std::vector<Advice>& out) {
  for (const auto& bounds : kBounds) {
    const auto low = number_at(object, bounds.low);
    const auto high = number_at(object, bounds.high);
    if (!low || !high || *low < *high || (*low == *high && bounds.touching)) continue;
    out.push_back({path, std::string(bounds.low),
                   fmt::format("{} {} and {} {} leave no value", bounds.low,
                               json::write(*object.find(bounds.low)), bounds.high,
                               json::write(*object.find(bounds.high)))});
  }
}

bool is_false(const json::Value* value) {
  const auto* flag = value == nullptr ? nullptr : value->as_bool();
  return flag != nullptr && !*flag;
}

bool described(const json::Object& object, const std::string& name) {
  if (const auto* properties = object.find("properties"); properties && properties->find(name)) {
    return true;
  }
  const auto* patterns = object.find("patternProperties");
  if (patterns == nullptr || patterns->as_object() == nullptr) return false;
  return std::ranges::any_of(*patterns->as_object(), [&](const json::Member& member) {
    const auto pattern = schema::Pattern::compile(member.name);
    return !pattern || pattern->search(name) != schema::Match::No;
  });
}

std::vector<std::string> properties_of(const json::Object& object) {
  std::vector<std::string> names;
  const auto* properties = object.find("properties");
  if (properties == nullptr || properties->as_object() == nullptr) return names;
  for (const auto& [name, value] : *properties->as_object()) names.emplace_back(name);
  return names;
}

void check_names(const json::Object& object, const std::string& path, std::vector<Advice>& out) {
  const auto* value = object.find("required");
  const auto* names = value == nullptr ? nullptr : value->as_array();
  if (names == nullptr) return;
  for (std::size_t i = 0; i < names->size(); ++i) {
    const auto* text = (*names)[i].as_string();
    if (text == nullptr) continue;
    const std::string name(*text);
    const auto at = json::path_item(json::path_member(path, "required"), i);
    if (described(object, name)) continue;
    if (is_false(object.find("additionalProperties"))) {
      out.push_back({at, "required",
                     fmt::format("'{}' is required, but additionalProperties forbids it: nothing "
                                 "is valid",
                                 name)});
    } else if (const auto meant = json::nearest(name, properties_of(object))) {
      out.push_back(
          {at, "required",
           fmt::format("'{}' is required, but not described; did you mean {}?", name, *meant)});
    }
  }
  const auto most = number_at(object, "maxProperties");
  if (most && *most < static_cast<double>(names->size())) {
    out.push_back({path, "maxProperties",
                   fmt::format("{} members are required, maxProperties allows {}: nothing is valid",
                               names->size(), json::write(*object.find("maxProperties")))});
  }
}

std::string_view type_in_schema(const json::Value& value) {
  const auto* number = value.as_number();
  if (number == nullptr) return value.type_name();
  const auto exact = json::to_decimal(number->text);
  return exact.is_zero() || exact.is_integer() ? "integer" : "number";
}

void check_values(const json::Object& object, const std::string& path, std::vector<Advice>& out) {
  const auto types = types_of(object);
  if (types.empty()) return;
  const auto check = [&](const json::Value& value, std::string at, const char* keyword) {
    const auto type = type_in_schema(value);
    const bool fits = std::ranges::find(types, type) != types.end() ||
                      (type == "integer" && std::ranges::find(types, "number") != types.end());
    if (fits) return;
    out.push_back({std::move(at), keyword,
                   fmt::format("{} can never be: the type is {}", json::write(value),
                               fmt::join(types, " or "))});
  };
  if (const auto* only = object.find("const")) {
    check(*only, json::path_member(path, "const"), "const");
  }
  const auto* values = object.find("enum");
  if (values == nullptr || values->as_array() == nullptr) return;
  for (std::size_t i = 0; i < values->as_array()->size(); ++i) {
    check((*values->as_array())[i], json::path_item(json::path_member(path, "enum"), i), "enum");
  }
}

}  // namespace

std::vector<Advice> contradictions(const json::Object& object, const std::string& path) {
  std::vector<Advice> out;
  check_bounds(object, path, out);
  check_names(object, path, out);
  check_values(object, path, out);
  return out;
}

std::vector<std::string> types_of(const json::Object& object) {
  const auto* type = object.find("type");
  std::vector<std::string> out;
  if (type == nullptr) return out;
  if (const auto* name = type->as_string()) out.emplace_back(*name);
  if (const auto* names = type->as_array()) {
    for (const auto& name : *names) {
      if (const auto* text = name.as_string()) out.emplace_back(*text);
    }
  }
  return out;
}

bool allows(const std::vector<std::string>& types, std::string_view type) {
  return std::ranges::any_of(types, [&](const std::string& name) {
    return name == type || (type == "number" && name == "integer");
  });
}

}  // namespace hotswap::cli
