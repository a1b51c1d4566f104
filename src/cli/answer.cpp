#include "cli/answer.hpp"

#include "cli/terminal.hpp"

namespace hotswap::cli {
namespace {

std::string scalar(const json::Value& value) {
  if (const auto* text = value.as_string()) return printable(*text);
  if (const auto* number = value.as_number()) return number->text;
  if (const auto* flag = value.as_bool()) return *flag ? "true" : "false";
  return {};
}

}  // namespace

const json::Value* value_at(const json::Value& value, std::string_view path) {
  const json::Value* at = &value;
  while (at != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    at = at->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return at;
}

std::string text_at(const json::Value& value, std::string_view path) {
  const auto* found = value_at(value, path);
  return found == nullptr ? std::string() : scalar(*found);
}

std::int64_t int_at(const json::Value& value, std::string_view path) {
  const auto* found = value_at(value, path);
  return found == nullptr ? 0 : found->as_int().value_or(0);
}

double double_at(const json::Value& value, std::string_view path) {
  const auto* found = value_at(value, path);
  return found == nullptr ? 0 : found->as_double().value_or(0);
}

bool bool_at(const json::Value& value, std::string_view path) {
  const auto* found = value_at(value, path);
  const auto* flag = found == nullptr ? nullptr : found->as_bool();
  return flag != nullptr && *flag;
}

const json::Array& items_at(const json::Value& value, std::string_view path) {
  static const json::Array none;
  const auto* found = value_at(value, path);
  const auto* items = found == nullptr ? nullptr : found->as_array();
  return items == nullptr ? none : *items;
}

std::string joined_at(const json::Value& value, std::string_view path) {
  std::string out;
  for (const auto& item : items_at(value, path)) {
    out += (out.empty() ? "" : ", ") + scalar(item);
  }
  return out;
}

}  // namespace hotswap::cli
