#include "unit/schema_compat/random_schemas.hpp"

#include <algorithm>

#include "domain/json/path.hpp"

namespace hotswap::schema::testing {
namespace {

const std::vector<std::string> kNames{"a", "b", "c", "xa"};
const std::vector<std::string> kPatterns{"^a", "^x", "b$", "^[ab]+$"};
const std::vector<std::string> kTexts{"", "a", "b", "ab", "abc", "xa", "aaaa", "127.0.0.1"};
const std::vector<std::string> kTypes{"null",   "boolean", "integer", "number",
                                      "string", "array",   "object"};
const std::vector<double> kNumbers{-1, 0, 0.5, 1, 1.5, 2, 3, 4, 6, 10};

std::string meta_schema(int draft) {
  if (draft == 2020) return "https://json-schema.org/draft/2020-12/schema";
  if (draft == 2019) return "https://json-schema.org/draft/2019-09/schema";
  return "http://json-schema.org/draft-0" + std::to_string(draft) + "/schema#";
}

// Every object and boolean that is a schema, found by the keywords that hold them.
void collect(json::Value& schema, std::vector<json::Value*>& found) {
  found.push_back(&schema);
  auto* const members = schema.as_object();
  if (members == nullptr) return;
  for (const auto* name : {"not", "if", "then", "else", "additionalProperties", "items", "contains",
                           "propertyNames", "unevaluatedProperties", "unevaluatedItems"}) {
    auto* const child = members->find(name);
    if (child != nullptr && child->as_array() == nullptr) collect(*child, found);
  }
  for (const auto* name : {"allOf", "anyOf", "oneOf", "prefixItems", "items"}) {
    auto* const list = members->find(name);
    if (list == nullptr || list->as_array() == nullptr) continue;
    for (auto& child : *list->as_array()) collect(child, found);
  }
  for (const auto* name : {"properties", "patternProperties", "dependentSchemas", "$defs"}) {
    auto* const map = members->find(name);
    if (map == nullptr) continue;
    for (auto& [key, child] : *map->as_object()) collect(child, found);
  }
}

}  // namespace

json::Value RandomSchemas::schema() {
  auto root = subschema(3);
  if (root.as_object() == nullptr) root = json::Object();
  auto& members = *root.as_object();
  json::Object definitions;
  for (const auto* name : {"p", "q"}) definitions.append(name, subschema(2));
  members.set("$schema", meta_schema(draft_));
  members.set("$defs", std::move(definitions));
  return root;
}

json::Value RandomSchemas::mutated(json::Value schema) {
  for (int i = chance_.between(1, 3); i > 0; --i) {
    std::vector<json::Value*> places;
    collect(schema, places);
    mutate(*places[chance_.below(places.size())]);
    if (schema.as_object() == nullptr) schema = json::Object();
    schema.as_object()->set("$schema", meta_schema(draft_));
  }
  return schema;
}

void RandomSchemas::mutate(json::Value& schema) {
  auto* const members = schema.as_object();
  const bool definitions = members != nullptr && members->find("$defs") != nullptr;
  if (members == nullptr || (chance_.one_in(5) && !definitions)) {
    schema = subschema(2);
    return;
  }
  if (chance_.one_in(2) && !members->empty()) {
    const auto name = (members->begin() + static_cast<long>(chance_.below(members->size())))->name;
    if (name != "$defs" && name != "$schema") members->erase(name);
    return;
  }
  add_keywords(*members, 1);
}

json::Value RandomSchemas::subschema(int depth) {
  if (draft_ != 4 && chance_.one_in(12)) return !chance_.one_in(4);
  json::Object schema;
  if (chance_.one_in(7)) {
    schema.append("$ref", chance_.one_in(2) ? "#/$defs/p" : "#/$defs/q");
    return schema;
  }
  for (int i = chance_.between(1, 3); i > 0; --i) add_keywords(schema, depth);
  return schema;
}

void RandomSchemas::add_keywords(json::Object& schema, int depth) {
  if (chance_.one_in(2)) {
    if (chance_.one_in(3)) {
      schema.set("type", json::Array{chance_.of(kTypes)});
      if (chance_.one_in(2)) schema.set("type", json::Array{"integer", "string"});
    } else {
      schema.set("type", chance_.of(kTypes));
    }
  }
  switch (chance_.below(depth > 0 ? 4 : 1)) {
    case 0:
      add_scalar_keyword(schema);
      break;
    case 1:
      add_array_keyword(schema, depth - 1);
      break;
    case 2:
      add_object_keyword(schema, depth - 1);
      break;
    default:
      add_logic_keyword(schema, depth - 1);
  }
}

void RandomSchemas::add_scalar_keyword(json::Object& schema) {
  RandomDocuments documents(chance_);
  switch (chance_.below(9)) {
    case 0:
      schema.set("minimum", chance_.of(kNumbers));
      break;
    case 1:
      schema.set("maximum", chance_.of(kNumbers));
      break;
    case 2:
      if (draft_ != 4) schema.set("exclusiveMaximum", chance_.of(kNumbers));
      if (draft_ == 4 && schema.find("maximum")) schema.set("exclusiveMaximum", true);
      break;
    case 3:
      schema.set("multipleOf", chance_.of(std::vector<double>{1, 2, 3, 4, 0.5}));
      break;
    case 4:
      schema.set("minLength", chance_.between(0, 3));
      break;
    case 5:
      schema.set("maxLength", chance_.between(0, 4));
      break;
    case 6:
      schema.set("pattern", chance_.of(kPatterns));
      break;
    case 7: {
      json::Array values;
      for (int i = chance_.between(1, 4); i > 0; --i) {
        auto value = documents.any(1);
        if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
      }
      schema.set("enum", std::move(values));
      break;
    }
    default:
      if (draft_ != 4 && chance_.one_in(2)) schema.set("const", documents.any(1));
      if (chance_.one_in(2)) schema.set("format", chance_.one_in(2) ? "ipv4" : "date");
  }
}

void RandomSchemas::add_array_keyword(json::Object& schema, int depth) {
  switch (chance_.below(8)) {
    case 0:
      schema.set("minItems", chance_.between(0, 3));
      break;
    case 1:
      schema.set("maxItems", chance_.between(0, 3));
      break;
    case 2:
      schema.set("uniqueItems", chance_.one_in(2));
      break;
    case 3:
      if (draft_ == 2020) schema.set("prefixItems", list_of_schemas(depth, 1));
      if (draft_ != 2020) schema.set("items", list_of_schemas(depth, 1));
      break;
    case 4:
      if (draft_ != 2020) schema.set("additionalItems", subschema(depth));
      break;
    case 5:
      if (draft_ >= 6) schema.set("contains", subschema(depth));
      if (draft_ >= 2019 && chance_.one_in(2)) schema.set("minContains", chance_.between(0, 2));
      if (draft_ >= 2019 && chance_.one_in(2)) schema.set("maxContains", chance_.between(0, 2));
      break;
    case 6:
      if (draft_ >= 2019) schema.set("unevaluatedItems", subschema(depth));
      break;
    default:
      schema.set("items", subschema(depth));
  }
}

void RandomSchemas::add_object_keyword(json::Object& schema, int depth) {
  switch (chance_.below(11)) {
    case 0:
      schema.set("minProperties", chance_.between(0, 2));
      break;
    case 1:
      schema.set("maxProperties", chance_.between(0, 3));
      break;
    case 2:
      schema.set("required", names());
      break;
    case 3:
      schema.set("patternProperties", map_of_schemas(depth, kPatterns));
      break;
    case 4:
      if (draft_ >= 6) schema.set("propertyNames", subschema(depth));
      break;
    case 5:
      schema.set("additionalProperties", chance_.one_in(2) ? json::Value(false) : subschema(depth));
      break;
    case 6:
      if (draft_ >= 2019) {
        schema.set("unevaluatedProperties",
                   chance_.one_in(2) ? json::Value(false) : subschema(depth));
      }
      break;
    case 7:
      if (draft_ >= 2019) schema.set("dependentSchemas", map_of_schemas(depth, kNames));
      break;
    case 8:
      if (draft_ >= 2019)
        schema.set("dependentRequired", json::Object{{chance_.of(kNames), names()}});
      if (draft_ < 2019) schema.set("dependencies", json::Object{{chance_.of(kNames), names()}});
      break;
    default:
      schema.set("properties", map_of_schemas(depth, kNames));
  }
}

void RandomSchemas::add_logic_keyword(json::Object& schema, int depth) {
  switch (chance_.below(5)) {
    case 0:
      schema.set("allOf", list_of_schemas(depth, 1));
      break;
    case 1:
      schema.set("anyOf", list_of_schemas(depth, 2));
      break;
    case 2:
      schema.set("oneOf", list_of_schemas(depth, 2));
      break;
    case 3:
      schema.set("not", subschema(depth));
      break;
    default:
      schema.set("if", subschema(depth));
      schema.set(chance_.one_in(2) ? "then" : "else", subschema(depth));
  }
}

json::Value RandomSchemas::list_of_schemas(int depth, int least) {
  json::Array list;
  for (int i = chance_.between(least, 3); i > 0; --i) list.push_back(subschema(depth));
  return list;
}

json::Value RandomSchemas::map_of_schemas(int depth, const std::vector<std::string>& names) {
  json::Object map;
  for (int i = chance_.between(1, 3); i > 0; --i) map.set(chance_.of(names), subschema(depth));
  return map;
}

json::Value RandomSchemas::names() {
  json::Array list;
  for (const auto& name : kNames) {
    if (chance_.one_in(3)) list.emplace_back(name);
  }
  if (list.empty()) list.emplace_back("a");
  return list;
}

json::Value RandomDocuments::scalar() {
  switch (chance_.below(6)) {
    case 0:
      return nullptr;
    case 1:
      return chance_.one_in(2);
    case 2:
    case 3:
      return chance_.of(kNumbers);
    default:
      return chance_.of(kTexts);
  }
}

json::Value RandomDocuments::any(int depth) {
  if (depth == 0 || !chance_.one_in(2)) return scalar();
  if (chance_.one_in(2)) {
    json::Array items;
    for (int i = chance_.between(0, 3); i > 0; --i) items.push_back(any(depth - 1));
    return items;
  }
  json::Object members;
  for (int i = chance_.between(0, 3); i > 0; --i) members.set(chance_.of(kNames), any(depth - 1));
  return members;
}

json::Value RandomDocuments::like(const json::Value& schema, const json::Value& root, int depth) {
  if (depth == 0 || schema.as_object() == nullptr || chance_.one_in(15)) return any(2);
  if (const auto* constant = schema.find("const")) return *constant;
  if (const auto* values = schema.find("enum")) {
    return (*values->as_array())[chance_.below(values->as_array()->size())];
  }
  if (const auto* reference = schema.find("$ref")) {
    const auto* const target = json::at_pointer(root, reference->as_string()->substr(1));
    if (target != nullptr) return like(*target, root, depth - 1);
  }
  for (const auto* keyword : {"anyOf", "oneOf", "allOf"}) {
    const auto* const list = schema.find(keyword);
    if (list == nullptr || chance_.one_in(4)) continue;
    return like((*list->as_array())[chance_.below(list->as_array()->size())], root, depth - 1);
  }
  if (const auto* then = schema.find("then"); then != nullptr && chance_.one_in(2)) {
    return like(*then, root, depth - 1);
  }
  std::string type = chance_.one_in(2) ? "object" : chance_.of(kTypes);
  if (const auto* stated = schema.find("type")) {
    if (const auto* one = stated->as_string()) type = *one;
    if (const auto* many = stated->as_array()) type = *many->front().as_string();
  }
  if (type == "object") return object_like(schema, root, depth);
  if (type == "array") return array_like(schema, root, depth);
  if (type == "string") return text_like(schema);
  if (type == "null") return nullptr;
  if (type == "boolean") return chance_.one_in(2);
  if (type == "integer") return chance_.between(-1, 7);
  return number_like(schema);
}

json::Value RandomDocuments::number_like(const json::Value& schema) {
  for (const auto* keyword : {"minimum", "maximum", "exclusiveMaximum"}) {
    const auto* const bound = schema.find(keyword);
    if (bound == nullptr || bound->as_number() == nullptr || chance_.one_in(2)) continue;
    return *bound->as_double() + chance_.of(std::vector<double>{-1, -0.5, 0, 0.5, 1});
  }
  return chance_.of(kNumbers);
}

std::string RandomDocuments::text_like(const json::Value& schema) {
  if (schema.find("format") != nullptr && chance_.one_in(2)) {
    return chance_.one_in(2) ? "127.0.0.1" : "2026-11-23";
  }
  return chance_.of(kTexts);
}

json::Value RandomDocuments::object_like(const json::Value& schema, const json::Value& root,
                                         int depth) {
  json::Object members;
  const auto* const properties = schema.find("properties");
  const auto* const rest = schema.find("additionalProperties");
  const auto value = [&](const std::string& name) {
    const auto* known = properties == nullptr ? nullptr : properties->find(name);
    if (known == nullptr) known = rest;
    return known == nullptr ? any(1) : like(*known, root, depth - 1);
  };
  if (const auto* required = schema.find("required")) {
    for (const auto& name : *required->as_array()) {
      members.set(*name.as_string(), value(*name.as_string()));
    }
  }
  for (const auto& name : kNames) {
    const bool known = properties != nullptr && properties->find(name) != nullptr;
    if (known ? chance_.one_in(2) : chance_.one_in(6)) members.set(name, value(name));
  }
  return members;
}

json::Value RandomDocuments::array_like(const json::Value& schema, const json::Value& root,
                                        int depth) {
  json::Array items;
  const auto* prefix = schema.find("prefixItems");
  const auto* rest = schema.find("items");
  if (rest != nullptr && rest->as_array() != nullptr) {
    prefix = rest;
    rest = schema.find("additionalItems");
  }
  for (int i = chance_.between(0, 3); i > 0; --i) {
    const auto at = items.size();
    const bool tuple = prefix != nullptr && at < prefix->as_array()->size();
    const auto* const place = tuple ? &(*prefix->as_array())[at] : rest;
    const auto* const contained = schema.find("contains");
    if (contained != nullptr && chance_.one_in(2)) {
      items.push_back(like(*contained, root, depth - 1));
    } else {
      items.push_back(place == nullptr ? any(1) : like(*place, root, depth - 1));
    }
  }
  return items;
}

}  // namespace hotswap::schema::testing
