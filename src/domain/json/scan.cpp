#include "domain/json/scan.hpp"

#include <algorithm>
#include <utility>

namespace hotswap::json {
namespace {

using detail::Cell;
using detail::Pile;

constexpr std::ptrdiff_t kExponentDigits = 9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3FU));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

/// Length of the well-formed UTF-8 character at the front (Unicode table 3-7), or 0.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto within = [&](std::size_t i, unsigned low, unsigned high) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead >= 0xC2 && lead <= 0xDF) return within(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) && within(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

/// A hint for text that other languages allow here; empty if there is none.
std::string_view hint(std::string_view rest, char previous) {
  if (rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with("#")) {
    return "JSON has no comments";
  }
  if (rest.starts_with("NaN") || rest.starts_with("Infinity") || rest.starts_with("-Infinity")) {
    return "JSON has neither NaN nor Infinity";
  }
  if (rest.starts_with("'")) return "strings stand in double quotes";
  if (previous == ',' && (rest.starts_with("}") || rest.starts_with("]"))) {
    return "a comma may not stand before the closing bracket";
  }
  if (rest.starts_with("+")) return "a number may not start with '+'";
  if (rest.starts_with(".")) return "a number needs a digit before the point";
  return {};
}

}  // namespace

bool Scanner::string(std::string_view& out) {
  const char* const start = ++at_;
  skip_plain();
  if (at_ != end_ && *at_ == '"') {
    out = {start, at_++};
    return true;
  }
  return rest_of_string(start, out);
}

bool Scanner::string(std::string& out) {
  std::string_view text;
  if (!string(text)) return false;
  out = text;
  return true;
}

bool Scanner::other_string(Cell& out, Pile& pile) {
  std::string_view text;
  if (!string(text)) return false;
  out = pile.make_text(Kind::String, text);
  return true;
}

void Scanner::skip_plain() {
  while (end_ - at_ >= 16) {
    const auto count = detail::plain_of_16(at_);
    at_ += count;
    if (count != 16) return;
  }
  while (at_ != end_ && detail::is_plain(*at_)) ++at_;
}

bool Scanner::rest_of_string(const char* start, std::string_view& out) {
  unescaped_.clear();
  const char* run = start;  // what is not yet in unescaped_
  while (true) {
    skip_plain();
    if (at_ == end_) return refuse_here("the string has no end");
    if (*at_ == '"') break;
    if (*at_ == '\\') {
      unescaped_.append(run, at_);
      if (!escape()) return false;
      run = at_;
    } else if (static_cast<unsigned char>(*at_) < 0x20) {
      return refuse(offset(), "a control character in a string must be written as an escape");
    } else if (!multibyte()) {
      return false;
    }
  }
  out = {start, at_};
  if (run != start) out = unescaped_.append(run, at_);
  ++at_;
  return true;
}

bool Scanner::multibyte() {
  const auto length = utf8_length(rest());
  if (length == 0) return refuse(offset(), "the text is not well-formed UTF-8");
  at_ += length;
  return true;
}

bool Scanner::escape() {
  static constexpr std::string_view kLetters = "\"\\/bfnrt";
  static constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
  const char letter = end_ - at_ > 1 ? at_[1] : '\0';
  if (letter == 'u') return unicode_escape();
  const auto index = kLetters.find(letter);
  if (index == std::string_view::npos) return refuse(offset(), "unknown escape in a string");
  unescaped_ += kMeaning[index];
  at_ += 2;
  return true;
}

bool Scanner::unicode_escape() {
  const auto start = offset();
  unsigned code = 0;
  if (!hex4(code)) return false;
  if (code >= 0xDC00 && code <= 0xDFFF) return refuse(start, "a lone surrogate in a string");
  if (code >= 0xD800 && code <= 0xDBFF) {
    unsigned low = 0;
    if (!rest().starts_with("\\u")) return refuse(start, "a lone surrogate in a string");
    if (!hex4(low)) return false;
    if (low < 0xDC00 || low > 0xDFFF) return refuse(start, "a lone surrogate in a string");
    code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
  }
  append_utf8(unescaped_, code);
  return true;
}

bool Scanner::hex4(unsigned& unit) {
  const auto start = offset();
  at_ += 2;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = peek();
    unsigned digit = 0;
    if (is_digit(c)) {
      digit = static_cast<unsigned>(c - '0');
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      digit = (static_cast<unsigned>(c) | 0x20U) - 'a' + 10U;
    } else {
      return refuse(start, "\\u needs four hexadecimal digits");
    }
    unit = unit * 16 + digit;
  }
  return true;
}

bool Scanner::digits() {
  const auto* start = at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  return at_ != start;
}

bool Scanner::number(std::string_view& out) {
  const auto* start = at_;
  take('-');
  const auto* whole = at_;
  if (!digits()) {
    at_ = start;
    return refuse_here("expected a value");
  }
  if (*whole == '0' && at_ - whole > 1) {
    return refuse(static_cast<std::size_t>(start - begin_), "a number may not have leading zeros");
  }
  if (take('.') && !digits()) return refuse_here("a number needs a digit after the point");
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    while (peek() == '0' && end_ - at_ > 1 && is_digit(at_[1])) ++at_;
    const auto* exponent = at_;
    if (!digits()) return refuse_here("a number needs a digit in its exponent");
    if (at_ - exponent > kExponentDigits) {
      return refuse(static_cast<std::size_t>(start - begin_), "the exponent is out of range");
    }
  }
  out = {start, at_};
  return true;
}

bool Scanner::number(std::string& out) {
  std::string_view text;
  if (!number(text)) return false;
  out = text;
  return true;
}

bool Scanner::number(Cell& out, Pile& pile) {
  std::string_view text;
  if (!number(text)) return false;
  if (text.size() <= Cell::kShort && end_ - text.data() >= 16) {
    out = Cell::short_text_of_16(Kind::Number, text.data(), text.size());
  } else {
    out = pile.make_text(Kind::Number, text);
  }
  return true;
}

bool Scanner::word(std::string_view expected) {
  if (!rest().starts_with(expected)) return refuse_here("expected a value");
  at_ += expected.size();
  return true;
}

bool Scanner::refuse(std::size_t offset, std::string mistake) {
  mistake_at_ = offset;
  mistake_ = std::move(mistake);
  return false;
}

bool Scanner::refuse_here(std::string_view mistake) {
  const std::string_view before(begin_, at_);
  const auto last = before.find_last_not_of(" \t\r\n");
  const auto better = hint(rest(), last == std::string_view::npos ? '\0' : before[last]);
  if (at_end() && mistake != "the string has no end") {
    return refuse(offset(), std::string(mistake) + ", but the text ends");
  }
  return refuse(offset(), std::string(better.empty() ? mistake : better));
}

Scanner::Place Scanner::mistake_place() const {
  const auto before = std::string_view(begin_, mistake_at_);
  const auto lines = static_cast<std::size_t>(std::ranges::count(before, '\n'));
  const auto start = lines == 0 ? 0 : before.rfind('\n') + 1;
  const auto characters = std::ranges::count_if(before.substr(start), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
  return {lines + 1, static_cast<std::size_t>(characters) + 1};
}

}  // namespace hotswap::json
