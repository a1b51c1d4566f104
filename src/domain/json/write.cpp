#include "domain/json/write.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace hotswap::json {
namespace {

/// Deeper levels are not indented further: the text stays in proportion to the document.
constexpr std::size_t kIndentMax = 40;

/// 0: the byte stands for itself; 'u': written as \u00XX; else the letter behind the backslash.
constexpr auto kEscapes = [] {
  std::array<char, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = 'u';
  table['\b'] = 'b';
  table['\t'] = 't';
  table['\n'] = 'n';
  table['\f'] = 'f';
  table['\r'] = 'r';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

struct Compact {
  std::string& out;

  void operator()(std::monostate) const { out += "null"; }
  void operator()(bool flag) const { out += flag ? "true" : "false"; }
  void operator()(const Number& number) const { out += number.text; }
  void operator()(const Text& text) const { write_string_to(out, text); }
  void operator()(const Array& items) const {
    out += '[';
    bool first = true;
    for (const auto& item : items) {
      if (!std::exchange(first, false)) out += ',';
      item.visit(*this);
    }
    out += ']';
  }
  void operator()(const Object& object) const {
    out += '{';
    bool first = true;
    for (const auto& [name, value] : object) {
      if (!std::exchange(first, false)) out += ',';
      write_string_to(out, name);
      out += ':';
      value.visit(*this);
    }
    out += '}';
  }
};

class Pretty {
 public:
  explicit Pretty(std::string& out) : out_(out) {}

  void write(const Value& value) {
    const auto* items = value.as_array();
    const auto* object = value.as_object();
    if (items != nullptr && !items->empty()) {
      write_items(*items);
    } else if (object != nullptr && !object->empty()) {
      write_members(*object);
    } else {
      write_to(out_, value);
    }
  }

 private:
  void write_items(const Array& items) {
    open('[');
    for (const auto& item : items) {
      next(&item == &items.front());
      write(item);
    }
    close(']');
  }

  void write_members(const Object& object) {
    open('{');
    for (const auto& member : object) {
      next(&member == &*object.begin());
      write_string_to(out_, member.name);
      out_ += ": ";
      write(member.value);
    }
    close('}');
  }

  void open(char bracket) {
    out_ += bracket;
    indent_ += 2;
  }
  void next(bool first) {
    out_ += first ? "\n" : ",\n";
    out_.append(std::min(indent_, kIndentMax), ' ');
  }
  void close(char bracket) {
    indent_ -= 2;
    out_ += '\n';
    out_.append(std::min(indent_, kIndentMax), ' ');
    out_ += bracket;
  }

  std::string& out_;
  std::size_t indent_ = 0;
};

}  // namespace

void write_string_to(std::string& out, std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  std::size_t written = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = kEscapes[byte];
    if (escape == 0) continue;
    out.append(text, written, i - written);
    written = i + 1;
    out += '\\';
    out += escape;
    if (escape != 'u') continue;
    out += "00";
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  out.append(text, written);
  out += '"';
}

void write_to(std::string& out, const Value& value) { value.visit(Compact{out}); }

std::string write(const Value& value) {
  std::string out;
  write_to(out, value);
  return out;
}

std::string write_pretty(const Value& value) {
  std::string out;
  Pretty(out).write(value);
  return out;
}

}  // namespace hotswap::json
