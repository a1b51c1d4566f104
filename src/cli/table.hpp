#pragma once
// Aligned columns for people.

#include <string>
#include <vector>

#include "cli/terminal.hpp"

namespace hotswap::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  /// One cell per heading; cells may carry colours.
  void row(std::vector<std::string> cells);
  /// Lines with headings; no longer than the terminal is wide. Without rows: nothing.
  [[nodiscard]] std::string text(const Terminal& terminal) const;
  [[nodiscard]] bool empty() const { return rows_.empty(); }

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

/// `name:  value` lines, aligned; values that are empty are left out.
[[nodiscard]] std::string facts(const std::vector<std::pair<std::string, std::string>>& lines,
                                const Terminal& terminal);

}  // namespace hotswap::cli
