#pragma once
// A source file as the rules see it: its lines as written, and the same lines with comments and
// literals blanked, so that a rule never trips over prose.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hotswap::tidy {

struct Source {
  std::string path;                    ///< from the repository's root, e.g. src/api/problem.cpp
  std::vector<std::string> lines;      ///< as written
  std::vector<std::string> code;       ///< comments, strings and characters blanked by spaces
  std::vector<bool> raw_string_lines;  ///< lines that begin inside a raw string literal
};

/// One broken rule. `line` counts from 1; 0 means the whole file.
struct Finding {
  std::string path;
  std::size_t line = 0;
  std::string message;  ///< what is wrong, and what to do instead
};
using Findings = std::vector<Finding>;

[[nodiscard]] Source read_source(std::string path, std::string_view text);

/// Every .cpp and .hpp of src, sdk, tests and examples below `root`, sorted by path.
[[nodiscard]] std::vector<Source> read_tree(const std::filesystem::path& root);

struct Include {
  std::size_t line;
  std::string target;  ///< between the quotes or brackets
  bool angled;
};
[[nodiscard]] std::vector<Include> includes_of(const Source& source);

[[nodiscard]] bool is_header(const Source& source);

/// Does `line` hold `what` as words of its own (grand( is no rand()?
[[nodiscard]] bool mentions(std::string_view line, std::string_view what);

/// `path:line: message`, one a line.
[[nodiscard]] std::string describe(const Findings& findings);

}  // namespace hotswap::tidy
