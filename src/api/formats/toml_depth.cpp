#include "api/formats/toml_depth.hpp"

#include <algorithm>
#include <vector>

namespace hotswap::api {
namespace {

class Depths {
 public:
  Depths(std::string_view text, std::size_t levels) : text_(text), levels_(levels) {}

  std::optional<std::size_t> first_too_deep() {
    while (at_ < text_.size()) {
      step();
      if (1 + header_ + outer_ + brackets_.size() + dots_ > levels_) return line_;
    }
    return std::nullopt;
  }

 private:
  struct Bracket {
    std::size_t dots;  ///< of the key before it
    bool is_array;
  };

  void step() {
    const char c = text_[at_];
    switch (c) {
      case '"':
      case '\'':
        return skip_string(c);
      case '#':
        at_ = std::min(text_.find('\n', at_), text_.size());
        return;
      case '\n':
        end_line();
        break;
      case '.':
        if (!in_value_) ++dots_;
        break;
      case '=':
        in_value_ = true;
        break;
      case ',':
        next_entry();
        break;
      case '[':
      case '{':
        open(c);
        break;
      case ']':
      case '}':
        close();
        break;
      default:
        break;
    }
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') line_is_empty_ = false;
    ++at_;
  }

  void end_line() {
    ++line_;
    if (!brackets_.empty()) return;
    if (in_header_) header_ = dots_ + 1;
    in_header_ = false;
    line_is_empty_ = true;
    next_entry();
  }

  void next_entry() {
    dots_ = 0;
    in_value_ = !brackets_.empty() && brackets_.back().is_array;
  }

  /// `[` at the start of a line opens a table's header, elsewhere an array.
  void open(char c) {
    if (c == '[' && brackets_.empty() && (line_is_empty_ || in_header_)) {
      in_header_ = true;
      header_ = 0;
      dots_ = 0;
      return;
    }
    brackets_.push_back({dots_, c == '['});
    outer_ += dots_;
    next_entry();
  }

  void close() {
    if (in_header_ || brackets_.empty()) return;
    outer_ -= brackets_.back().dots;
    brackets_.pop_back();
    dots_ = 0;
    in_value_ = true;
  }

  void skip_string(char quote) {
    line_is_empty_ = false;
    const std::string_view three = quote == '"' ? R"(""")" : "'''";
    const bool many_lines = text_.substr(at_).starts_with(three);
    at_ += many_lines ? 3 : 1;
    while (at_ < text_.size()) {
      if (many_lines ? text_.substr(at_).starts_with(three) : text_[at_] == quote) {
        at_ += many_lines ? 3 : 1;
        return;
      }
      if (text_[at_] == '\n') {
        if (!many_lines) return;
        ++line_;
      }
      at_ += quote == '"' && text_[at_] == '\\' ? 2 : 1;
    }
  }

  std::string_view text_;
  std::size_t levels_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t dots_ = 0;    ///< since the key began
  std::size_t header_ = 0;  ///< keys of the current table
  std::size_t outer_ = 0;   ///< dots before the open brackets
  std::vector<Bracket> brackets_;
  bool line_is_empty_ = true;
  bool in_header_ = false;
  bool in_value_ = false;  ///< where a dot belongs to a number
};

}  // namespace

std::optional<std::size_t> too_deep_line(std::string_view text, std::size_t levels) {
  return Depths(text, levels).first_too_deep();
}

}  // namespace hotswap::api
