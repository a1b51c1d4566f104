#include "domain/schema/text/ecma_regex.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "domain/base/limits.hpp"
#include "domain/schema/text/ascii.hpp"
#include "domain/schema/text/code_points.hpp"
#include "domain/schema/text/ecma_class.hpp"
#include "domain/schema/text/ecma_escape.hpp"
#include "domain/schema/text/ecma_repeat.hpp"

namespace hotswap::schema {
namespace {

constexpr int kNesting = 200;               ///< below PCRE2's own 250
constexpr std::size_t kLongRepeat = 65535;  ///< PCRE2's

/// What the groups of a source are: learnt by a first reading, needed by a second one, because a
/// reference may stand before its group.
struct Groups {
  std::vector<std::u32string> names;  ///< of group 1, 2, …; empty for a group without
  std::set<std::size_t> referenced;   ///< by number; only these capture

  /// One more than there are groups, if there is none of this name.
  [[nodiscard]] std::size_t number_of(const std::u32string& name) const {
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin()) + 1;
  }
};

class Translator {
 public:
  Translator(std::u32string_view source, const Groups* known, Lookbehind lookbehind)
      : cursor_(source), known_(known), lookbehind_(lookbehind) {}

  void run() {
    read_alternatives();
    if (cursor_.peek() == ')' && !cursor_.done()) cursor_.complain("this ) closes no group");
  }
  [[nodiscard]] const std::optional<Complaint>& complaint() const { return cursor_.complaint(); }
  [[nodiscard]] std::string& text() { return out_; }
  [[nodiscard]] const Groups& groups() const { return found_; }

 private:
  void read_alternatives() {
    if (++depth_ > kNesting) cursor_.complain("groups are nested too deep");
    while (!cursor_.done() && cursor_.peek() != ')') {
      if (cursor_.eat(U"|")) {
        out_ += '|';
      } else {
        read_term();
      }
    }
    --depth_;
  }

  void read_term() {
    const auto start = out_.size();
    const auto captures = found_.names.size();
    if (!read_atom()) {
      if (sees_repeat(cursor_)) cursor_.complain("an assertion cannot be repeated");
      return;
    }
    if (const auto repeat = read_repeat(cursor_))
      append_repeat(start, *repeat, found_.names.size() > captures);
  }

  /// Whether it may be repeated.
  bool read_atom() {
    if (sees_repeat(cursor_)) {
      cursor_.complain("nothing to repeat");
      return true;
    }
    const char32_t c = cursor_.take();
    switch (c) {
      case '^':
      case '$':
        out_ += static_cast<char>(c);
        return false;
      case '(':
        return read_group();
      case '.':
        out_ += CharClass::dot().pcre();
        return true;
      case '[':
        out_ += read_class(cursor_).pcre();
        return true;
      case '\\':
        return read_backslash();
      default:
        append_pcre_char(out_, c);
        return true;
    }
  }

  // ── groups ──────────────────────────────────────────────────────────────────────────────────

  bool read_group() {
    const auto here = cursor_.at() - 1;
    bool repeatable = true;
    if (cursor_.eat(U"?:")) {
      enclose("(?:");
    } else if (cursor_.eat(U"?=")) {
      enclose("(?=");
      repeatable = false;
    } else if (cursor_.eat(U"?!")) {
      enclose("(?!");
      repeatable = false;
    } else if (cursor_.eat(U"?<=")) {
      read_lookbehind(true);
      repeatable = false;
    } else if (cursor_.eat(U"?<!")) {
      read_lookbehind(false);
      repeatable = false;
    } else if (cursor_.eat(U"?<")) {
      read_capture(read_name());
    } else if (cursor_.peek() == '?') {
      cursor_.complain("(? must be followed by :, =, !, <=, <! or <name>");
    } else {
      read_capture({});
    }
    if (!cursor_.eat(U")")) cursor_.complain(here, "the group is not closed");
    return repeatable;
  }

  void enclose(std::string_view opening) {
    out_ += opening;
    read_alternatives();
    out_ += ')';
  }

  void read_capture(std::u32string name) {
    if (!name.empty() && found_.number_of(name) <= found_.names.size())
      cursor_.complain("there is a group of this name already");
    found_.names.push_back(std::move(name));
    const auto number = found_.names.size();
    const bool captures = known_ != nullptr && known_->referenced.contains(number);
    enclose(captures ? fmt::format("(?<g{}>", number) : "(?:");
  }

  /// To walk back: r remembers the rest of the text from here on; b tries the body here, which must
  /// be followed by just that rest, and otherwise itself one character earlier.
  void read_lookbehind(bool wanted) {
    if (lookbehind_ == Lookbehind::Fixed) return enclose(wanted ? "(?<=" : "(?<!");
    const auto id = ++walks_;
    out_ += fmt::format("(?=(?<r{}>(?s:.*+)))", id);
    out_ += fmt::format("{}(?<b{}>(?=", wanted ? "(?=" : "(?!", id);
    enclose("(?:");
    out_ += fmt::format("\\k<r{0}>\\z)|(?<=(?=\\g<b{0}>)(?s:.))))", id);
  }

  /// From after `<`.
  std::u32string read_name() {
    std::u32string name;
    const auto here = cursor_.at();
    while (!cursor_.done() && cursor_.peek() != '>') {
      char32_t c = cursor_.take();
      if (c == '\\') c = cursor_.eat(U"u") ? read_unicode_escape(cursor_) : U'\0';
      const bool starts = is_alpha(c) || c == '_' || c == '$' || c >= 0x80;
      if (!starts && (name.empty() || !is_digit(c)))
        cursor_.complain(here, "a group's name has letters, digits, _ and $ only");
      name += c;
    }
    if (name.empty()) cursor_.complain(here, "the group's name is missing");
    if (!cursor_.eat(U">")) cursor_.complain(here, "the group's name is not closed by >");
    return name;
  }

  // ── escapes ─────────────────────────────────────────────────────────────────────────────────

  bool read_backslash() {
    const char32_t c = cursor_.peek();
    if (c == 'b' || c == 'B') {
      (out_ += '\\') += static_cast<char>(cursor_.take());
      return false;
    }
    if (c == 'k' || (c >= '1' && c <= '9')) {
      read_back_reference();
      return true;
    }
    const auto escape = read_escape(cursor_, false);
    if (const auto* set = std::get_if<CharSet>(&escape)) out_ += CharClass{*set}.pcre();
    if (const auto* one = std::get_if<char32_t>(&escape)) append_pcre_char(out_, *one);
    return true;
  }

  void read_back_reference() {
    const auto here = cursor_.at() - 1;
    std::size_t number = 0;
    if (cursor_.eat(U"k")) {
      if (!cursor_.eat(U"<")) cursor_.complain(here, "\\k is written \\k<name>");
      const auto name = read_name();
      if (known_ != nullptr) number = known_->number_of(name);
    } else {
      number = read_number(cursor_);
    }
    if (known_ == nullptr) {
      found_.referenced.insert(number);
      return;
    }
    if (number > known_->names.size())
      return cursor_.complain(here, "refers to a group that is not there");
    found_.referenced.insert(number);
    out_ += fmt::format("\\k<g{}>", number);
  }

  // ── repeats ─────────────────────────────────────────────────────────────────────────────────

  void append_repeat(std::size_t start, Repeat repeat, bool captures) {
    if (repeat.most > limits::kDocumentBytes) repeat.most = Repeat::kEndless;
    const bool is_long = repeat.least > kLongRepeat ||
                         (repeat.most > kLongRepeat && repeat.most != Repeat::kEndless);
    if (!is_long) {
      out_ += pcre_repeat(repeat);
      return;
    }
    if (captures || repeat.least > limits::kDocumentBytes)
      return cursor_.complain("the repeat is too long");
    const auto atom = out_.substr(start);
    out_.resize(start);
    out_ += "(?:" + long_repeat(atom, repeat) + ")";
  }

  static std::string pcre_repeat(const Repeat& repeat) {
    const auto most = repeat.most == Repeat::kEndless ? "" : std::to_string(repeat.most);
    return fmt::format("{{{},{}}}{}", repeat.least, most, repeat.lazy ? "?" : "");
  }

  /// PCRE2 counts to 65535 only: several repeats in a row.
  static std::string long_repeat(const std::string& atom, Repeat rest) {
    std::string out;
    while (rest.least > 0 || rest.most > 0) {
      Repeat piece = rest;
      piece.least = std::min(rest.least, kLongRepeat);
      const bool last = rest.most == Repeat::kEndless && rest.least <= kLongRepeat;
      if (!last) piece.most = std::min(rest.most, kLongRepeat);
      if (!last && piece.least == kLongRepeat) piece.most = kLongRepeat;
      out += atom + pcre_repeat(piece);
      if (last) break;
      rest.least -= piece.least;
      if (rest.most != Repeat::kEndless) rest.most -= piece.most;
    }
    return out;
  }

  Cursor cursor_;
  const Groups* known_;
  Lookbehind lookbehind_;
  std::string out_;
  Groups found_;
  int walks_ = 0;
  int depth_ = 0;
};

}  // namespace

std::expected<std::string, Complaint> to_pcre(std::u32string_view ecma, Lookbehind lookbehind) {
  // Names first, which is all unless a group is referred to; then who is; then the text.
  Groups groups;
  std::string text;
  for (int reading = 0; reading < 3; ++reading) {
    Translator translator(ecma, reading == 0 ? nullptr : &groups, lookbehind);
    translator.run();
    if (translator.complaint()) return std::unexpected(*translator.complaint());
    groups = translator.groups();
    text = std::move(translator.text());
    if (groups.referenced.empty()) break;
  }
  return text;
}

}  // namespace hotswap::schema
