#include "cli/table.hpp"

#include "domain/base/assert.hpp"

namespace hotswap::cli {
namespace {

std::string padded(const std::string& cell, std::size_t width) {
  return cell + std::string(width - std::min(width, display_width(cell)), ' ');
}

std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 == cells.size();
    line += last ? cells[i] : padded(cells[i], widths[i] + 2);
  }
  return line;
}

}  // namespace

void Table::row(std::vector<std::string> cells) {
  HS_ASSERT(cells.size() == headings_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text(const Terminal& terminal) const {
  if (rows_.empty()) return {};
  std::vector<std::size_t> widths;
  for (const auto& heading : headings_) widths.push_back(display_width(heading));
  for (const auto& cells : rows_) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(cells[i]));
    }
  }
  const auto shown = [&](const std::string& line) {
    return (terminal.live() ? fit(line, terminal.width()) : line) + "\n";
  };
  std::string out = shown(terminal.paint(Paint::Bold, line_of(headings_, widths)));
  for (const auto& cells : rows_) out += shown(line_of(cells, widths));
  return out;
}

std::string facts(const std::vector<std::pair<std::string, std::string>>& lines,
                  const Terminal& terminal) {
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, display_width(name));
  std::string out;
  for (const auto& [name, value] : lines) {
    if (value.empty()) continue;
    out += terminal.paint(Paint::Dim, padded(name + ":", width + 3)) + value + "\n";
  }
  return out;
}

}  // namespace hotswap::cli
