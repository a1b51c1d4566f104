// Formats of one line per leaf: .env and Java's .properties.
#include <algorithm>
#include <map>

#include "agent/render/escape.hpp"
#include "agent/render/format.hpp"
#include "agent/template/filters.hpp"
#include "domain/json/path.hpp"

namespace hotswap::agent {
namespace {

struct Leaf {
  std::vector<std::string> steps;  ///< of arrays: the index
  std::vector<bool> is_index;
  std::string path;  ///< for messages
  std::string value;
};

class Leaves {
 public:
  std::vector<Leaf> of(const json::Value& document) {
    walk(document, "$");
    return std::move(found_);
  }

 private:
  void walk(const json::Value& value, const std::string& path) {
    const auto* members = value.as_object();
    const auto* items = value.as_array();
    if (members != nullptr && !members->empty()) {
      for (const auto& [name, member] : *members)
        step(name.str(), false, member, json::path_member(path, name));
    } else if (items != nullptr && !items->empty()) {
      std::size_t index = 0;
      for (const auto& item : *items) {
        step(std::to_string(index), true, item, json::path_item(path, index));
        ++index;
      }
    } else {
      auto text = plain_text(value);  // null and what is empty have none
      found_.push_back({at_.steps, at_.is_index, path, text ? *std::move(text) : std::string()});
    }
  }
  void step(std::string name, bool is_index, const json::Value& value, const std::string& path) {
    at_.steps.push_back(std::move(name));
    at_.is_index.push_back(is_index);
    walk(value, path);
    at_.steps.pop_back();
    at_.is_index.pop_back();
  }

  Leaf at_;
  std::vector<Leaf> found_;
};

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// poolSize → POOL_SIZE, HTTPPort → HTTP_PORT, read-only → READ_ONLY.
std::string upper_snake(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const char before = i > 0 ? name[i - 1] : '\0';
    const char next = i + 1 < name.size() ? name[i + 1] : '\0';
    const bool begins = is_upper(c) && (is_lower(before) || is_digit(before) ||
                                        (is_upper(before) && is_lower(next)));
    if (begins) out += '_';
    if (is_lower(c)) {
      out += static_cast<char>(c - 'a' + 'A');
    } else {
      out += is_upper(c) || is_digit(c) ? c : '_';
    }
  }
  return out;
}

std::string variable_of(const Leaf& leaf) {
  std::string out;
  for (const auto& step : leaf.steps) out += (out.empty() ? "" : "_") + upper_snake(step);
  if (out.empty() || is_digit(out.front())) out.insert(0, "_");
  return out;
}

std::string property_of(const Leaf& leaf) {
  std::string out;
  for (std::size_t i = 0; i < leaf.steps.size(); ++i) {
    if (leaf.is_index[i]) {
      out += '[' + leaf.steps[i] + ']';
    } else {
      out += (out.empty() ? "" : ".") + leaf.steps[i];
    }
  }
  return out;
}

using Namer = std::string (*)(const Leaf&);

/// Named leaves in their order; two of one name are refused.
Result<Variables> named(const json::Value& document, Namer namer, std::string_view format) {
  if (document.as_object() == nullptr)
    return fail_field("render.impossible", "$", std::string(format),
                      "the document holds no names: it is a " + std::string(document.type_name()));
  Variables all;
  std::map<std::string, std::string> seen;
  for (auto& leaf : Leaves().of(document)) {
    if (leaf.steps.empty()) continue;
    auto name = namer(leaf);
    const auto [first, fresh] = seen.emplace(name, leaf.path);
    if (!fresh)
      return fail_field("render.impossible", leaf.path, std::string(format),
                        "is called " + name + " like " + first->second + ": rename one of them");
    all.emplace_back(std::move(name), std::move(leaf.value));
  }
  return all;
}

/// Bare where every reader (sh, docker --env-file, compose, systemd) takes it so; else in single
/// quotes, or in double ones if it holds a single one.
std::string env_value(std::string_view text) {
  const auto bare = [](char c) {
    return is_upper(c) || is_lower(c) || is_digit(c) || std::string_view("_./:@%+,-=").contains(c);
  };
  if (std::ranges::all_of(text, bare)) return std::string(text);
  if (!text.contains('\'')) return '\'' + std::string(text) + '\'';
  std::string out = "\"";
  for (const char c : text) {
    if (std::string_view("\"\\$`").contains(c)) out += '\\';
    out += c;
  }
  return out += '"';
}

void append_unicode(std::string& out, char32_t c) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (c > 0xFFFF) {
    append_unicode(out, 0xD800 + ((c - 0x10000) >> 10U));
    return append_unicode(out, 0xDC00 + ((c - 0x10000) & 0x3FFU));
  }
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(c >> shift) & 15U];
}

std::string property_text(std::string_view text, bool is_key) {
  std::string out;
  bool leading = true;
  while (!text.empty()) {
    const char32_t c = take_character(text);
    const bool blank = c == ' ' && (is_key || leading);
    leading = leading && c == ' ';
    if (c == '\n' || c == '\r' || c == '\t' || c == '\f') {
      out += '\\';
      out += c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : 'f';
    } else if (c < 0x20 || c > 0x7E) {
      append_unicode(out, c);
    } else {
      const bool special = std::string_view("\\=:#!").contains(static_cast<char>(c));
      if (blank || (special && (is_key || c == '\\'))) out += '\\';
      out += static_cast<char>(c);
    }
  }
  return out;
}

}  // namespace

Result<Variables> variables_of(const json::Value& document) {
  auto all = named(document, variable_of, "env");
  if (!all) return all;
  for (const auto& [name, value] : *all)
    if (value.contains('\0'))
      return fail_field("render.impossible", name, "env",
                        "holds a NUL character, which no environment variable can");
  return all;
}

Result<std::string> env_text(const json::Value& document) {
  const auto all = variables_of(document);
  if (!all) return std::unexpected(all.error());
  std::string out;
  for (const auto& [name, value] : *all) out += name + '=' + env_value(value) + '\n';
  return out;
}

Result<std::string> properties_text(const json::Value& document) {
  const auto all = named(document, property_of, "properties");
  if (!all) return std::unexpected(all.error());
  std::string out;
  for (const auto& [name, value] : *all)
    out += property_text(name, true) + '=' + property_text(value, false) + '\n';
  return out;
}

}  // namespace hotswap::agent
