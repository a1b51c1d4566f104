#include "tidy/rules/quotes.hpp"

#include <fstream>
#include <iterator>

namespace hotswap::tidy {
namespace {

constexpr std::string_view kMark = "<!-- quoted from ";
constexpr std::string_view kMarkEnd = " -->";
constexpr std::string_view kFence = "```";

struct Line {
  std::size_t begin;
  std::string_view text;
};

/// The line at `at`, which is moved behind it.
Line next_line(std::string_view text, std::size_t& at) {
  const auto begin = at;
  const auto end = std::min(text.find('\n', at), text.size());
  at = std::min(end + 1, text.size());
  return {begin, text.substr(begin, end - begin)};
}

/// The fenced block that begins at `at`; nothing if there is none.
std::optional<std::string_view> block_at(std::string_view text, std::size_t at) {
  if (!next_line(text, at).text.starts_with(kFence)) return std::nullopt;
  const auto begin = at;
  while (at < text.size()) {
    const auto line = next_line(text, at);
    if (line.text.starts_with(kFence)) return text.substr(begin, line.begin - begin);
  }
  return std::nullopt;
}

std::optional<std::string> slurp(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Quotes check_quotes(const std::string& path, std::string_view text, const ReadFile& read) {
  Quotes quotes;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto line = next_line(text, at).text;
    ++number;
    if (!line.starts_with(kMark) || !line.ends_with(kMarkEnd)) continue;
    ++quotes.count;
    const std::string from(line.substr(kMark.size(), line.size() - kMark.size() - kMarkEnd.size()));
    const auto file = read(from);
    const auto block = block_at(text, at);
    if (!file) {
      quotes.findings.push_back({path, number, "there is no " + from + " to quote from"});
    } else if (!block || block->empty()) {
      quotes.findings.push_back({path, number, "a block of code must follow the mark at once"});
    } else if (!file->contains(*block)) {
      quotes.findings.push_back(
          {path, number, "this is not what stands in " + from + ": copy it from there again"});
    }
  }
  return quotes;
}

Quotes check_quotes_of_tree(const std::filesystem::path& root) {
  const auto read = [&](const std::string& path) { return slurp(root / path); };
  Quotes all;
  const auto add = [&](const std::filesystem::path& file) {
    const auto path = file.lexically_relative(root).generic_string();
    auto quotes = check_quotes(path, slurp(file).value_or(""), read);
    all.count += quotes.count;
    for (auto& finding : quotes.findings) all.findings.push_back(std::move(finding));
  };
  add(root / "README.md");
  for (const auto* folder : {"docs", "sdk", "examples"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() == ".md") add(entry.path());
    }
  }
  return all;
}

}  // namespace hotswap::tidy
