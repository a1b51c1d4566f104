#pragma once
// Figures as people read them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/base/time.hpp"

namespace hotswap::cli {

/// `0s`, `850ms`, `2.5s`, `1m30s`, `3h`, `2d4h`: two units at most.
[[nodiscard]] std::string human_duration(Duration duration);
/// The same for ISO 8601 text; text that is none comes back unchanged.
[[nodiscard]] std::string human_duration(std::string_view iso);
/// `12s ago`, `in 3m` for an RFC 3339 time seen from `now`; `-` for an empty text.
[[nodiscard]] std::string human_age(std::string_view time, WallTime now);
/// `15:04:05` in UTC of an RFC 3339 time.
[[nodiscard]] std::string clock_time(std::string_view time);
/// `1.2 KiB`.
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);
/// `10 %`, `33.3 %`.
[[nodiscard]] std::string human_percent(double percent);
/// Eighths of blocks: `█████▍    `, `width` columns for fraction 0 to 1.
[[nodiscard]] std::string progress_bar(double fraction, std::size_t width);
/// First 8 characters of a GUID: enough for people.
[[nodiscard]] std::string short_id(std::string_view id);

}  // namespace hotswap::cli
