#include "tidy/rules/sizes.hpp"

#include <algorithm>

namespace hotswap::tidy {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// `template <class T> void f() {` must not look like a class.
std::string_view without_template(std::string_view head) {
  while (head.starts_with("template")) {
    auto at = head.find('<');
    for (int depth = 0; at < head.size(); ++at) {
      if (head[at] == '<') ++depth;
      if (head[at] == '>' && --depth == 0) break;
    }
    head = trimmed(head.substr(std::min(at + 1, head.size())));
  }
  return head;
}

enum class Brace { Scope, Function, Other };

/// What a brace opens, from the text since the last `;`, `{` or `}`.
Brace classify(std::string_view head, Brace enclosing) {
  if (enclosing != Brace::Scope || head.empty()) return Brace::Other;
  // clang-format puts a space before a body's brace and none before an initialiser's: `a_{x}`.
  if (head.back() != ' ' || trimmed(head).empty()) return Brace::Other;
  const auto text = without_template(trimmed(head));
  if (text.ends_with('=') || text.ends_with('(') || text.ends_with(',')) return Brace::Other;
  const bool has_parameters = text.find(')') != std::string_view::npos;
  for (const auto* word : {"namespace", "class", "struct", "union", "enum", "extern"}) {
    if (mentions(text, word) && !has_parameters) return Brace::Scope;
  }
  return has_parameters ? Brace::Function : Brace::Other;
}

/// Walks over code and remembers open braces.
class Scanner {
 public:
  explicit Scanner(const Source& source) : source_(source) {}

  std::vector<Function> run() {
    bool continued = false;  // a directive may go on over line ends
    for (line_ = 0; line_ < source_.code.size(); ++line_) {
      const auto& text = source_.code[line_];
      const bool directive = continued || trimmed(text).starts_with('#');
      continued = directive && text.ends_with('\\');
      if (directive) continue;
      for (const char c : text) step(c);
      if (!head_.empty()) head_ += ' ';
    }
    return std::move(functions_);
  }

 private:
  struct Open {
    Brace kind;
    bool initialiser;
    std::size_t head_line;
  };

  void step(char c) {
    if (c == '{') {
      open();
    } else if (c == '}') {
      close();
    } else if (c == ';') {
      head_.clear();
    } else if (!head_.empty() || c != ' ') {
      if (head_.empty()) head_line_ = line_;
      head_ += c;
    }
  }

  void open() {
    const auto enclosing = stack_.empty() ? Brace::Scope : stack_.back().kind;
    const auto kind = classify(head_, enclosing);
    const bool initialiser = enclosing == Brace::Scope && kind == Brace::Other;
    stack_.push_back({kind, initialiser, head_.empty() ? line_ : head_line_});
    if (!initialiser) head_.clear();
  }

  void close() {
    if (stack_.empty()) return;
    const auto top = stack_.back();
    stack_.pop_back();
    if (top.kind == Brace::Function) {
      functions_.push_back({std::string(trimmed(source_.lines[top.head_line])), top.head_line + 1,
                            line_ - top.head_line + 1});
    }
    // After `a_{x}` of a constructor's initialisers the head goes on to the body.
    if (!top.initialiser) head_.clear();
  }

  const Source& source_;
  std::size_t line_ = 0;
  std::string head_;
  std::size_t head_line_ = 0;
  std::vector<Open> stack_;
  std::vector<Function> functions_;
};

/// UTF-8 continuation bytes take no column.
std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Files that may be longer, each with the reason.
struct Exception {
  std::string_view path;
  std::size_t lines;
};
constexpr Exception kExceptions[] = {
    // The store's port is one interface and one list of changes, read together.
    {"src/domain/ports/store.hpp", 260},
};

std::size_t limit_of(const Source& source) {
  const auto* exception = std::ranges::find(kExceptions, source.path, &Exception::path);
  if (exception != std::end(kExceptions)) return exception->lines;
  const bool product = source.path.starts_with("src/") || source.path.starts_with("sdk/");
  return is_header(source) && product ? kHeaderLines : kSourceLines;
}

}  // namespace

std::vector<Function> functions_of(const Source& source) { return Scanner(source).run(); }

Findings check_file_size(const Source& source) {
  const auto limit = limit_of(source);
  if (source.lines.size() <= limit) return {};
  return {{source.path, 0,
           std::to_string(source.lines.size()) + " lines, at most " + std::to_string(limit) +
               ": split it by concept"}};
}

Findings check_functions(const Source& source) {
  Findings findings;
  for (const auto& function : functions_of(source)) {
    if (function.length <= kFunctionLines) continue;
    findings.push_back({source.path, function.line,
                        std::to_string(function.length) + " lines in one function, at most " +
                            std::to_string(kFunctionLines) +
                            ": name its steps and make each a function (" + function.head + ")"});
  }
  return findings;
}

Findings check_columns(const Source& source) {
  Findings findings;
  bool by_hand = false;  // a table that clang-format is told to leave alone
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    const auto line = trimmed(source.lines[i]);
    if (line.starts_with("// clang-format o")) by_hand = line.ends_with("off");
    if (by_hand || source.raw_string_lines[i] || columns_of(source.lines[i]) <= kColumns) continue;
    findings.push_back(
        {source.path, i + 1, "longer than " + std::to_string(kColumns) + " columns: ./dev format"});
  }
  return findings;
}

Findings check_hygiene(const Source& source) {
  // Written in two halves, so that this file does not find itself.
  static const std::string kNotes[] = {
      "TO"
      "DO",
      "FIX"
      "ME",
      "XX"
      "X:"};
  Findings findings;
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    for (const auto& note : kNotes) {
      if (source.lines[i].find(note) == std::string::npos) continue;
      findings.push_back({source.path, i + 1, note + ": do it now, or file an issue"});
    }
  }
  if (is_header(source) && std::ranges::find(source.lines, "#pragma once") == source.lines.end()) {
    findings.push_back({source.path, 1, "a header without `#pragma once`"});
  }
  return findings;
}

}  // namespace hotswap::tidy
