// TOML 1.0: plain members first, then [tables] and [[arrays of tables]].
#include <algorithm>
#include <charconv>
#include <cmath>

#include "agent/render/escape.hpp"
#include "agent/render/format.hpp"
#include "domain/json/path.hpp"

namespace hotswap::agent {
namespace {

std::unexpected<Error> impossible(const std::string& path, const std::string& why) {
  return fail_field("render.impossible", path, "toml", why);
}

bool is_bare(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::string key_of(std::string_view name) {
  return is_bare(name) ? std::string(name) : escaped_literal(name);
}

bool is_table(const json::Value& value) { return value.as_object() != nullptr; }

bool is_table_array(const json::Value& value) {
  const auto* items = value.as_array();
  return items != nullptr && !items->empty() && std::ranges::all_of(*items, is_table);
}

Result<std::string> number_text(const json::Number& number, const std::string& path) {
  const std::string text = number.text.str();
  const bool whole = text.find_first_of(".eE") == std::string::npos;
  std::int64_t integer = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (whole && end.ec != std::errc{})
    return impossible(path, text + " is beyond TOML's 64-bit integers: write it as text");
  if (!whole && !std::isfinite(json::Value(number).as_double().value_or(0)))
    return impossible(path, text + " is beyond TOML's numbers: write it as text");
  return text;
}

class Writer {
 public:
  /// The plain members of a table, then its sub-tables, each under its header.
  Result<void> table(const json::Object& members, const std::string& header,
                     const std::string& path) {
    for (const auto& [name, value] : members) {
      if (is_table(value) || is_table_array(value)) continue;
      auto text = inline_value(value, json::path_member(path, name));
      if (!text) return std::unexpected(text.error());
      out_ += key_of(name) + " = " + *text + '\n';
    }
    for (const auto& [name, value] : members) {
      if (!is_table(value) && !is_table_array(value)) continue;
      const auto inner = (header.empty() ? "" : header + '.') + key_of(name);
      if (auto done = below(value, inner, json::path_member(path, name)); !done) return done;
    }
    return {};
  }
  std::string take() { return std::move(out_); }

 private:
  Result<void> below(const json::Value& value, const std::string& header, const std::string& path) {
    if (const auto* members = value.as_object()) {
      begin("[" + header + "]");
      return table(*members, header, path);
    }
    std::size_t index = 0;
    for (const auto& item : *value.as_array()) {
      begin("[[" + header + "]]");
      if (auto done = table(*item.as_object(), header, json::path_item(path, index++)); !done)
        return done;
    }
    return {};
  }

  void begin(const std::string& header) {
    if (!out_.empty()) out_ += '\n';
    out_ += header + '\n';
  }

  Result<std::string> inline_value(const json::Value& value, const std::string& path) {
    if (value.is_null())
      return impossible(path, "TOML has no null: leave it out, or use another format");
    if (const auto* flag = value.as_bool()) return std::string(*flag ? "true" : "false");
    if (const auto* number = value.as_number()) return number_text(*number, path);
    if (const auto* text = value.as_string()) return escaped_literal(*text);
    std::string out;
    if (const auto* items = value.as_array()) {
      std::size_t index = 0;
      for (const auto& item : *items) {
        auto text = inline_value(item, json::path_item(path, index++));
        if (!text) return text;
        out += (out.empty() ? "" : ", ") + *text;
      }
      return '[' + out + ']';
    }
    for (const auto& [name, member] : *value.as_object()) {
      auto text = inline_value(member, json::path_member(path, name));
      if (!text) return text;
      out += (out.empty() ? "" : ", ") + key_of(name) + " = " + *text;
    }
    return '{' + out + '}';
  }

  std::string out_;
};

}  // namespace

Result<std::string> toml_text(const json::Value& document) {
  const auto* members = document.as_object();
  if (members == nullptr)
    return impossible(
        "$", "a TOML file is a table: this document is a " + std::string(document.type_name()));
  Writer writer;
  if (auto done = writer.table(*members, "", "$"); !done) return std::unexpected(done.error());
  return writer.take();
}

}  // namespace hotswap::agent
