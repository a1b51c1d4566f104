#pragma once
// How explanations say things.

#include <string>
#include <string_view>
#include <vector>

#include "domain/base/time.hpp"

namespace hotswap::explain {

/// `15:04:05` in UTC.
[[nodiscard]] std::string clock_of(WallTime at);
/// `850 ms`, `90 s`, `5 min`, `5 min 20 s`, `2.5 h`, `3.0 d`.
[[nodiscard]] std::string length(Duration duration);
/// `1 instance`, `2 instances`.
[[nodiscard]] std::string counted(std::size_t count, std::string_view word);
/// `a, b and c`.
[[nodiscard]] std::string joined(const std::vector<std::string>& items);
/// With an end that makes it a sentence.
[[nodiscard]] std::string sentence(std::string text);
/// `: REASON`, or nothing.
[[nodiscard]] std::string because(const std::string& reason);

}  // namespace hotswap::explain
