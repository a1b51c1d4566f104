#include "domain/diff/unified_diff.hpp"

#include <algorithm>
#include <vector>

#include "domain/diff/align.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kContext = 3;
constexpr std::size_t kTableCells = 1 << 22;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    if (end == text.size()) return lines;
    text.remove_prefix(end + 1);
  }
}

/// One line of the result; `from` and `to` count the lines before it.
struct Line {
  char mark;  ///< ' ', '-' or '+'
  std::string_view text;
  std::size_t from;
  std::size_t to;
};

std::vector<Line> compare_lines(const std::vector<std::string_view>& from,
                                const std::vector<std::string_view>& to) {
  Interner interner;
  std::vector<std::size_t> old_classes;
  std::vector<std::size_t> new_classes;
  for (const auto line : from) old_classes.push_back(interner(std::string(line)));
  for (const auto line : to) new_classes.push_back(interner(std::string(line)));
  const auto partners = align(old_classes, new_classes, kTableCells);
  std::vector<Line> lines;
  std::vector<Line> fresh;  // added lines wait until the removed ones before them are written
  std::size_t i = 0;
  const auto flush = [&](std::size_t until, std::size_t j) {
    const auto first_new = j - fresh.size();
    for (; i < until; ++i) lines.push_back({'-', from[i], i, first_new});
    for (auto& line : fresh) line.from = i;
    lines.insert(lines.end(), fresh.begin(), fresh.end());
    fresh.clear();
  };
  for (std::size_t j = 0; j < to.size(); ++j) {
    if (partners[j] == kNoPartner) {
      fresh.push_back({'+', to[j], i, j});
      continue;
    }
    flush(partners[j], j);
    lines.push_back({' ', to[j], i++, j});
  }
  flush(from.size(), to.size());
  return lines;
}

void append_range(std::string& out, char mark, std::size_t start, std::size_t count) {
  out += mark;
  // An empty range names the line before it, as diff does.
  out += std::to_string(count == 0 ? start : start + 1);
  if (count != 1) (out += ',') += std::to_string(count);
  out += ' ';
}

void append_hunk(std::string& out, const std::vector<Line>& lines, std::size_t first,
                 std::size_t last) {
  std::size_t old_count = 0;
  std::size_t new_count = 0;
  for (auto i = first; i < last; ++i) {
    if (lines[i].mark != '+') ++old_count;
    if (lines[i].mark != '-') ++new_count;
  }
  out += "@@ ";
  append_range(out, '-', lines[first].from, old_count);
  append_range(out, '+', lines[first].to, new_count);
  out += "@@\n";
  for (auto i = first; i < last; ++i) {
    out += lines[i].mark;
    out += lines[i].text;
    out += '\n';
  }
}

/// First line at or behind `i` that changed.
std::size_t next_change(const std::vector<Line>& lines, std::size_t i) {
  while (i < lines.size() && lines[i].mark == ' ') ++i;
  return i;
}

}  // namespace

std::string unified_diff(const json::Value& from, const json::Value& to, std::string_view from_name,
                         std::string_view to_name) {
  const auto old_text = json::write_pretty(from);
  const auto new_text = json::write_pretty(to);
  if (old_text == new_text) return {};
  const auto lines = compare_lines(lines_of(old_text), lines_of(new_text));
  std::string out;
  out.append("--- ").append(from_name).append("\n+++ ").append(to_name).append("\n");
  for (auto change = next_change(lines, 0); change < lines.size();) {
    const auto first = change - std::min(change, kContext);
    auto last = change;  // behind the last changed line of the hunk
    while (change < lines.size() && change <= last + 2 * kContext) {
      last = change + 1;
      change = next_change(lines, last);
    }
    append_hunk(out, lines, first, std::min(last + kContext, lines.size()));
  }
  return out;
}

}  // namespace hotswap
