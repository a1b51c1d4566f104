#pragma once
// What the documentation quotes from a file must stand there, word for word:
//
//   <!-- quoted from examples/sdk_project/main.cpp -->
//   ```cpp
//   …
//   ```

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tidy/rules/source.hpp"

namespace hotswap::tidy {

/// Text of a file of the repository, or nothing if there is none.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

struct Quotes {
  std::size_t count = 0;
  Findings findings;
};
[[nodiscard]] Quotes check_quotes(const std::string& path, std::string_view text,
                                  const ReadFile& read);

/// Every Markdown file of docs, sdk and examples below `root`, and README.md.
[[nodiscard]] Quotes check_quotes_of_tree(const std::filesystem::path& root);

}  // namespace hotswap::tidy
