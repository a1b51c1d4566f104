#include "tidy/rules/source.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace hotswap::tidy {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Blanks comments and literals of a text in one pass, keeping every line break where it is.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text), out_(text) {}

  std::string run() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

  /// Offsets of the raw strings' bodies, [begin, end).
  [[nodiscard]] const std::vector<std::pair<std::size_t, std::size_t>>& raw() const { return raw_; }

 private:
  void step() {
    const auto rest = text_.substr(at_);
    if (rest.starts_with("//")) {
      blank_to(std::min(text_.find('\n', at_), text_.size()));
    } else if (rest.starts_with("/*")) {
      blank_to(end_after("*/", at_ + 2));
    } else if (rest.starts_with("R\"") && !follows_word()) {
      raw_string();
    } else if (rest.front() == '"' || (rest.front() == '\'' && !follows_word())) {
      quoted(rest.front());
    } else {
      ++at_;
    }
  }

  /// A quote after a letter or digit is a digit separator (1'000) or an encoding prefix, not a
  /// character.
  [[nodiscard]] bool follows_word() const { return at_ > 0 && is_word(text_[at_ - 1]); }

  [[nodiscard]] std::size_t end_after(std::string_view mark, std::size_t from) const {
    const auto found = text_.find(mark, from);
    return found == std::string_view::npos ? text_.size() : found + mark.size();
  }

  void raw_string() {
    const auto open = text_.find('(', at_);
    if (open == std::string_view::npos) return blank_to(text_.size());
    const auto delimiter = std::string(text_.substr(at_ + 2, open - at_ - 2));
    const auto end = end_after(")" + delimiter + "\"", open);
    raw_.emplace_back(at_, end);
    blank_to(end);
  }

  void quoted(char quote) {
    auto end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2 : 1;
    }
    blank_to(std::min(end + 1, text_.size()));
  }

  void blank_to(std::size_t end) {
    for (; at_ < end; ++at_) {
      if (out_[at_] != '\n') out_[at_] = ' ';
    }
  }

  std::string_view text_;
  std::string out_;
  std::size_t at_ = 0;
  std::vector<std::pair<std::size_t, std::size_t>> raw_;
};

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

}  // namespace

Source read_source(std::string path, std::string_view text) {
  Blanker blanker(text);
  Source source{std::move(path), split_lines(text), split_lines(blanker.run()), {}};
  std::size_t offset = 0;
  for (const auto& line : source.lines) {
    const auto inside = [&](const auto& body) {
      return body.first < offset && offset < body.second;
    };
    source.raw_string_lines.push_back(std::ranges::any_of(blanker.raw(), inside));
    offset += line.size() + 1;
  }
  return source;
}

std::vector<Source> read_tree(const std::filesystem::path& root) {
  std::vector<Source> sources;
  for (const auto* folder : {"src", "sdk", "tests", "examples"}) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      const auto path = entry.path().lexically_relative(root).generic_string();
      sources.push_back(read_source(path, slurp(entry.path())));
    }
  }
  std::ranges::sort(sources, {}, &Source::path);
  return sources;
}

std::vector<Include> includes_of(const Source& source) {
  std::vector<Include> includes;
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    constexpr std::string_view kDirective = "#include ";
    if (!source.code[i].starts_with(kDirective)) continue;
    const auto rest = std::string_view(source.lines[i]).substr(kDirective.size());
    const bool angled = rest.starts_with('<');
    const auto end = rest.find(angled ? '>' : '"', 1);
    if (end == std::string_view::npos) continue;
    includes.push_back({i + 1, std::string(rest.substr(1, end - 1)), angled});
  }
  return includes;
}

bool is_header(const Source& source) { return source.path.ends_with(".hpp"); }

bool mentions(std::string_view line, std::string_view what) {
  for (auto at = line.find(what); at != std::string_view::npos; at = line.find(what, at + 1)) {
    const auto end = at + what.size();
    const bool begins = at == 0 || !is_word(line[at - 1]);
    const bool ends = !is_word(what.back()) || end == line.size() || !is_word(line[end]);
    if (begins && ends) return true;
  }
  return false;
}

std::string describe(const Findings& findings) {
  std::string text;
  for (const auto& finding : findings) {
    text += finding.path + ":" + std::to_string(finding.line) + ": " + finding.message + "\n";
  }
  return text;
}

}  // namespace hotswap::tidy
