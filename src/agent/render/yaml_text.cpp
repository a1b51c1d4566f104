// YAML in block style. Text is plain only where no reader, of YAML 1.1 or 1.2, takes it for
// anything else (`yes`, `1_000`, `12:30`, `0o7`, `2024-01-01` are quoted).
#include <algorithm>
#include <array>

#include "agent/render/escape.hpp"
#include "agent/render/format.hpp"
#include "domain/json/write.hpp"

namespace hotswap::agent {
namespace {

constexpr std::size_t kSimpleKeyBytes = 1000;  ///< YAML ends a key without `?` at 1024 characters
constexpr std::size_t kPlainBytes = 200;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// In YAML 1.1 also yes, no, on, off, y and n.
bool is_reserved(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kWords = {"true", "false", "null", "yes", "no",
                                                             "on",   "off",   "y",    "n"};
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::ranges::find(kWords, lower) != kWords.end();
}

bool may_be_plain(std::string_view text) {
  if (text.empty() || text.size() > kPlainBytes) return false;
  if (!is_letter(text.front()) && text.front() != '/') return false;
  const auto fine = [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || std::string_view("./-").contains(c);
  };
  return std::ranges::all_of(text, fine) && !is_reserved(text);
}

std::string scalar(const json::Value& value) {
  const auto* text = value.as_string();
  if (text == nullptr) return json::write(value);
  return may_be_plain(*text) ? text->str() : escaped_literal(*text);
}

bool is_nested(const json::Value& value) {
  const auto* items = value.as_array();
  const auto* members = value.as_object();
  return (items != nullptr && !items->empty()) || (members != nullptr && !members->empty());
}

class Writer {
 public:
  void document(const json::Value& value) {
    if (is_nested(value)) return block(value, 0);
    out_ += scalar(value);
    out_ += '\n';
  }
  std::string take() { return std::move(out_); }

 private:
  /// Begins where the cursor stands, which is `indent` columns in.
  void block(const json::Value& value, std::size_t indent) {
    bool first = true;
    if (const auto* items = value.as_array()) {
      for (const auto& item : *items) {
        if (!std::exchange(first, false)) out_.append(indent, ' ');
        out_ += "- ";
        behind(item, indent + 2);
      }
      return;
    }
    for (const auto& [name, member] : *value.as_object()) {
      if (!std::exchange(first, false)) out_.append(indent, ' ');
      entry(scalar(json::Value(name.view())), member, indent);
    }
  }

  void entry(const std::string& name, const json::Value& value, std::size_t indent) {
    if (name.size() > kSimpleKeyBytes) {
      out_ += "? " + name + '\n';
      out_.append(indent, ' ');
      out_ += ": ";
      return behind(value, indent + 2);
    }
    out_ += name + ':';
    if (!is_nested(value)) {
      out_ += ' ';
      return behind(value, indent);
    }
    out_ += '\n';
    out_.append(indent + 2, ' ');
    block(value, indent + 2);
  }

  void behind(const json::Value& value, std::size_t indent) {
    if (is_nested(value)) return block(value, indent);
    out_ += scalar(value);
    out_ += '\n';
  }

  std::string out_;
};

}  // namespace

std::string yaml_text(const json::Value& document) {
  Writer writer;
  writer.document(document);
  return writer.take();
}

}  // namespace hotswap::agent
