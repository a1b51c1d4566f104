#pragma once
// Ratchets: how long a line, a function and a file may be, and what no file may hold.

#include "tidy/rules/source.hpp"

namespace hotswap::tidy {

inline constexpr std::size_t kColumns = 100;
inline constexpr std::size_t kSourceLines = 600;
inline constexpr std::size_t kHeaderLines = 200;
inline constexpr std::size_t kFunctionLines = 70;

struct Function {
  std::string head;  ///< its first line
  std::size_t line = 0;
  std::size_t length = 0;  ///< from the head's first line to the closing brace
};
/// Function definitions of code laid out by clang-format: a brace whose head has a parameter list,
/// directly inside a namespace or a class.
[[nodiscard]] std::vector<Function> functions_of(const Source& source);

[[nodiscard]] Findings check_file_size(const Source& source);
[[nodiscard]] Findings check_functions(const Source& source);
[[nodiscard]] Findings check_columns(const Source& source);
/// Notes for later, and headers without `#pragma once`.
[[nodiscard]] Findings check_hygiene(const Source& source);

}  // namespace hotswap::tidy
