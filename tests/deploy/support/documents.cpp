#include "deploy/support/documents.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "api/formats/yaml.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::deploy {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> tokens_of(std::string_view pointer) {
  std::vector<std::string> tokens;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    std::string token(pointer.substr(0, end));
    for (const auto& [escaped, plain] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}})
      for (std::size_t from = 0; (from = token.find(escaped, from)) != std::string::npos; ++from)
        token.replace(from, 2, plain);
    tokens.push_back(std::move(token));
    pointer.remove_prefix(end);
  }
  return tokens;
}

std::optional<std::size_t> index_of(const json::Array& items, const std::string& token) {
  if (token == "-") return items.size();
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
  return index;
}

json::Value* child(json::Value& of, const std::string& token) {
  if (auto* object = of.as_object()) return object->find(token);
  auto* items = of.as_array();
  const auto index = items == nullptr ? std::nullopt : index_of(*items, token);
  return index && *index < items->size() ? &(*items)[*index] : nullptr;
}

bool change_item(json::Array& items, std::string_view operation, const std::string& token,
                 json::Value value) {
  const auto index = index_of(items, token);
  if (!index || *index > items.size()) return false;
  if (operation == "add") {
    items.insert(items.begin() + *index, std::move(value));
    return true;
  }
  if (*index == items.size()) return false;
  if (operation == "remove")
    items.erase(items.begin() + *index);
  else
    items[*index] = std::move(value);
  return true;
}

bool change_member(json::Object& object, std::string_view operation, const std::string& token,
                   json::Value value) {
  if (operation == "remove") return object.erase(token);
  if (operation == "replace" && object.find(token) == nullptr) return false;
  object.set(token, std::move(value));
  return true;
}

}  // namespace

std::string joined(const Findings& findings) {
  std::string out;
  for (const auto& finding : findings) out += finding + '\n';
  return out;
}

bool says(const Findings& findings, std::string_view part) {
  return std::ranges::any_of(findings, [&](const auto& one) { return one.contains(part); });
}

void append(Findings& to, Findings more) {
  for (auto& finding : more) to.push_back(std::move(finding));
}

fs::path deploy_path(const std::string& path) {
  return fs::path(e2e::source_folder()) / "deploy" / path;
}

std::string text_of(const fs::path& file) {
  const std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) throw std::runtime_error("cannot read " + file.string());
  return std::move(text).str();
}

std::vector<fs::path> files_below(const fs::path& folder, std::string_view ending) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().string().ends_with(ending))
      files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

json::Value yaml(std::string_view text) {
  auto value = api::yaml_to_json(text);
  if (!value) throw std::runtime_error(value.error().detail);
  return std::move(*value);
}

json::Value yaml_file(const fs::path& file) {
  try {
    return yaml(text_of(file));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(file.string() + ": " + error.what());
  }
}

const json::Value* at(const json::Value& document, std::string_view pointer) {
  auto* found = const_cast<json::Value*>(&document);  // NOLINT: child() does not change it
  for (const auto& token : tokens_of(pointer)) {
    found = child(*found, token);
    if (found == nullptr) return nullptr;
  }
  return found;
}

std::string text_at(const json::Value& document, std::string_view pointer) {
  const auto* found = at(document, pointer);
  if (found == nullptr) return {};
  const auto* text = found->as_string();
  return text != nullptr ? text->str() : json::write(*found);
}

std::int64_t int_at(const json::Value& document, std::string_view pointer) {
  const auto* found = at(document, pointer);
  const auto number = found == nullptr ? std::nullopt : found->as_int();
  return number.value_or(0);
}

std::vector<json::Value> items_at(const json::Value& document, std::string_view pointer) {
  const auto* found = at(document, pointer);
  const auto* items = found == nullptr ? nullptr : found->as_array();
  if (items == nullptr) return {};
  return std::vector<json::Value>(items->begin(), items->end());  // braces would make two of them
}

json::Value changed(json::Value document, std::string_view operation, std::string_view pointer,
                    json::Value value) {
  auto tokens = tokens_of(pointer);
  if (tokens.empty()) return value;
  const std::string last = std::move(tokens.back());
  tokens.pop_back();
  json::Value* parent = &document;
  for (const auto& token : tokens) {
    parent = child(*parent, token);
    if (parent == nullptr) break;
  }
  bool done = false;
  if (parent != nullptr && parent->as_object() != nullptr)
    done = change_member(*parent->as_object(), operation, last, std::move(value));
  else if (parent != nullptr && parent->as_array() != nullptr)
    done = change_item(*parent->as_array(), operation, last, std::move(value));
  if (!done)
    throw std::runtime_error("cannot " + std::string(operation) + ' ' + std::string(pointer));
  return document;
}

std::string label_of(const json::Value& object) {
  return text_at(object, "/kind") + '/' + text_at(object, "/metadata/name");
}

std::vector<json::Value> all(const std::vector<json::Value>& objects, std::string_view kind) {
  std::vector<json::Value> found;
  for (const auto& object : objects)
    if (text_at(object, "/kind") == kind) found.push_back(object);
  return found;
}

const json::Value& one(const std::vector<json::Value>& objects, std::string_view kind,
                       std::string_view name) {
  for (const auto& object : objects)
    if (text_at(object, "/kind") == kind &&
        (name.empty() || text_at(object, "/metadata/name") == name))
      return object;
  throw std::runtime_error("no " + std::string(kind) + ' ' + std::string(name));
}

}  // namespace hotswap::deploy
