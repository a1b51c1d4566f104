#include "domain/schema/compat/text_sample.hpp"

#include <algorithm>
#include <charconv>

namespace hotswap::schema::compat {
namespace {

constexpr std::size_t kLongest = 1024;
constexpr int kNesting = 60;
constexpr unsigned kVariants = 4;
constexpr std::string_view kCandidates = "a0A-_ z9Z.:/@#!~";

struct Range {
  char from;
  char to;
};

// Reads the pattern once and writes one text on the way; `variant` decides where there is a choice.
class Writer {
 public:
  Writer(std::string_view pattern, unsigned variant) : pattern_(pattern), variant_(variant) {}

  std::string text() { return alternatives(0); }

 private:
  [[nodiscard]] bool done() const { return at_ >= pattern_.size(); }
  [[nodiscard]] char peek() const { return done() ? '\0' : pattern_[at_]; }
  char next() { return done() ? '\0' : pattern_[at_++]; }

  std::string alternatives(int depth) {
    std::vector<std::string> texts{sequence(depth)};
    while (peek() == '|') {
      ++at_;
      texts.push_back(sequence(depth));
    }
    return texts[variant_ % texts.size()];
  }

  std::string sequence(int depth) {
    std::string text;
    while (!done() && peek() != '|' && peek() != ')') {
      const auto piece = atom(depth);
      const auto count = repetitions();
      for (std::size_t i = 0; i < count && text.size() < kLongest; ++i) text += piece;
    }
    return text;
  }

  std::string atom(int depth) {
    const char c = next();
    switch (c) {
      case '^':
      case '$':
        return {};
      case '.':
        return "a";
      case '(':
        return group(depth);
      case '[':
        return character_class();
      case '\\':
        return escaped();
      default:
        return std::string(1, c);
    }
  }

  std::string group(int depth) {
    if (depth >= kNesting) {
      at_ = pattern_.size();
      return {};
    }
    const auto rest = pattern_.substr(at_);
    const bool silent = rest.starts_with("?=") || rest.starts_with("?!") ||
                        rest.starts_with("?<=") || rest.starts_with("?<!");
    if (silent) {
      at_ += rest[1] == '<' ? 3 : 2;
    } else if (rest.starts_with("?:")) {
      at_ += 2;
    } else if (rest.starts_with("?<")) {
      at_ = std::min(pattern_.find('>', at_), pattern_.size() - 1) + 1;
    }
    auto text = alternatives(depth + 1);
    if (peek() == ')') ++at_;
    return silent ? std::string() : text;
  }

  std::size_t number() {
    std::size_t value = 0;
    const auto* const end = pattern_.data() + pattern_.size();
    const auto [stop, error] = std::from_chars(pattern_.data() + at_, end, value);
    at_ = static_cast<std::size_t>(stop - pattern_.data());
    return error == std::errc() ? std::min(value, kLongest) : 0;
  }

  std::size_t repetitions() {
    std::size_t count = 1;
    const char c = peek();
    if (c == '*' || c == '?') count = variant_ % 2;
    if (c == '*' || c == '?' || c == '+') {
      ++at_;
    } else if (c == '{') {
      ++at_;
      count = number();
      at_ = std::min(pattern_.find('}', at_), pattern_.size() - 1) + 1;
    } else {
      return 1;
    }
    if (peek() == '?') ++at_;
    return count;
  }

  std::string escaped() {
    const char c = next();
    switch (c) {
      case 'd':
        return "0";
      case 'w':
      case 'S':
      case 'D':
        return "a";
      case 's':
        return " ";
      case 'W':
        return "-";
      case 'b':
      case 'B':
        return {};
      case 't':
        return "\t";
      case 'n':
        return "\n";
      case 'r':
        return "\r";
      case 'p':
      case 'P': {
        const auto name = pattern_.substr(at_);
        at_ = std::min(pattern_.find('}', at_), pattern_.size() - 1) + 1;
        return name.starts_with("{N") ? "0" : (name.starts_with("{Lu") ? "A" : "a");
      }
      default:
        return std::string(1, c);
    }
  }

  std::string character_class() {
    const bool negated = peek() == '^';
    if (negated) ++at_;
    std::vector<Range> ranges;
    while (!done() && peek() != ']') class_item(ranges);
    if (!done()) ++at_;
    if (!negated && !ranges.empty()) {
      const auto& range = ranges[variant_ % ranges.size()];
      return std::string(1, range.from);
    }
    const auto allowed = std::ranges::find_if(kCandidates, [&](char c) {
      return std::ranges::none_of(
          ranges, [&](const Range& range) { return range.from <= c && c <= range.to; });
    });
    return allowed == kCandidates.end() ? std::string() : std::string(1, *allowed);
  }

  void class_item(std::vector<Range>& ranges) {
    const char c = next();
    if (c == '\\') {
      escaped_class_item(ranges);
      return;
    }
    if (peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']') {
      ++at_;
      ranges.push_back({c, next()});
    } else {
      ranges.push_back({c, c});
    }
  }

  void escaped_class_item(std::vector<Range>& ranges) {
    switch (peek()) {
      case 'w':
        ranges.insert(ranges.end(), {{'a', 'z'}, {'A', 'Z'}, {'0', '9'}, {'_', '_'}});
        ++at_;
        break;
      case 'd':
        ranges.push_back({'0', '9'});
        ++at_;
        break;
      default:
        for (const char c : escaped()) ranges.push_back({c, c});
    }
  }

  std::string_view pattern_;
  unsigned variant_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<std::string> texts_like(std::string_view pattern) {
  std::vector<std::string> texts;
  for (unsigned variant = 0; variant < kVariants; ++variant) {
    auto text = Writer(pattern, variant).text();
    const bool ascii = std::ranges::all_of(text, [](char c) { return c > 0; });
    if (ascii && std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace hotswap::schema::compat
