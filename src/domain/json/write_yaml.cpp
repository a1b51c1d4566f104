#include "domain/json/write_yaml.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/json/write.hpp"

namespace hotswap::json {
namespace {

/// Words that some reader takes for null, a boolean or a number, in lower case.
constexpr std::array<std::string_view, 16> kWords = {
    "null", "true", "false", "yes",   "no",    "on",   "off", "y",
    "n",    "~",    ".inf",  "-.inf", "+.inf", ".nan", "=",   "<<"};

constexpr std::size_t kLongName = 128;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_word(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::ranges::find(kWords, lower) != kWords.end();
}

/// Letters, and digits and signs that can begin nothing else: what needs no quotes.
bool is_plain(std::string_view text) {
  if (text.empty() || text.back() == ' ' || text.back() == ':' || is_word(text)) return false;
  const bool opens_well = is_letter(text.front()) || text.front() == '/' || text.front() == '_' ||
                          text.front() == '$' || text.front() == '^' || text.front() == '(';
  if (!opens_well) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) return false;
    if (c == '#' && text[i - 1] == ' ') return false;
    if (c == ':' && text[i + 1] == ' ') return false;
  }
  return true;
}

bool is_printable(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\n' || (byte >= 0x20 && byte < 0x7F);
}

/// Several lines that a literal block keeps byte by byte.
bool is_literal(std::string_view text) {
  if (!text.contains('\n') || text.front() == ' ' || text.front() == '\n') return false;
  if (text.ends_with("\n\n") || !std::ranges::all_of(text, is_printable)) return false;
  return !text.contains(" \n") && !text.ends_with(' ');
}

/// Characters that YAML readers would fold, drop or refuse inside quotes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kEscaped = {
    {{"\x7F", "\\u007F"},
     {"\xC2\x85", "\\u0085"},
     {"\xE2\x80\xA8", "\\u2028"},
     {"\xE2\x80\xA9", "\\u2029"},
     {"\xEF\xBB\xBF", "\\uFEFF"}}};

std::string quoted(std::string_view text) {
  std::string out;
  write_string_to(out, text);
  for (const auto& [raw, escaped] : kEscaped) {
    for (auto at = out.find(raw); at != std::string::npos; at = out.find(raw, at)) {
      out.replace(at, raw.size(), escaped);
    }
  }
  return out;
}

class Writer {
 public:
  [[nodiscard]] std::string take(const Value& value) {
    node(value, 0);
    return std::move(out_);
  }

 private:
  static bool is_block(const Value& value) {
    const auto* items = value.as_array();
    const auto* members = value.as_object();
    return (items != nullptr && !items->empty()) || (members != nullptr && !members->empty());
  }

  /// A value at the start of a line, or behind a dash at this depth.
  void node(const Value& value, std::size_t depth, bool behind_dash = false) {
    if (!is_block(value)) {
      scalar(value, depth);
      out_ += '\n';
      return;
    }
    bool first = behind_dash;
    if (const auto* items = value.as_array()) {
      for (const auto& item : *items) {
        indent(depth, std::exchange(first, false));
        out_ += "- ";
        node(item, depth + 1, true);
      }
      return;
    }
    for (const auto& [name, member] : *value.as_object()) {
      indent(depth, std::exchange(first, false));
      key(name, depth);
      child(member, depth + 1);
    }
  }

  void child(const Value& value, std::size_t depth) {
    out_ += is_block(value) ? "\n" : " ";
    node(value, depth);
  }

  void indent(std::size_t depth, bool already_there) {
    if (!already_there) out_.append(depth * 2, ' ');
  }

  /// Readers look only so far ahead for the colon; longer names are announced.
  void key(std::string_view name, std::size_t depth) {
    const bool is_long = name.size() > kLongName;
    if (is_long) out_ += "? ";
    text(name, 0, false);
    if (is_long) {
      out_ += '\n';
      indent(depth, false);
    }
    out_ += ':';
  }

  void scalar(const Value& value, std::size_t depth) {
    if (const auto* words = value.as_string()) {
      text(*words, depth, true);
    } else {
      write_to(out_, value);
    }
  }

  void text(std::string_view words, std::size_t depth, bool may_be_block) {
    if (is_plain(words)) {
      out_ += words;
    } else if (may_be_block && depth > 0 && is_literal(words)) {
      literal(words, depth);
    } else {
      out_ += quoted(words);
    }
  }

  void literal(std::string_view words, std::size_t depth) {
    out_ += words.ends_with('\n') ? "|" : "|-";
    if (words.ends_with('\n')) words.remove_suffix(1);
    while (true) {
      const auto end = std::min(words.find('\n'), words.size());
      out_ += '\n';
      if (end > 0) out_.append(depth * 2, ' ');
      out_ += words.substr(0, end);
      if (end == words.size()) return;
      words.remove_prefix(end + 1);
    }
  }

  std::string out_;
};

}  // namespace

std::string write_yaml(const Value& value) { return Writer().take(value); }

}  // namespace hotswap::json
