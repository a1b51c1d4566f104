#pragma once
#include <string_view>

#include "domain/base/time.hpp"

namespace hotswap {

/// Durations as people type them: `90s`, `1m30s`, `500ms`, `2h`, `3d`, or ISO 8601 (`PT90S`), up to
/// 366 days. Error reason `duration.invalid`.
[[nodiscard]] Result<Duration> read_duration(std::string_view text);

/// `45s`, `1m30s`, `2h`, `850ms`, `0s`: what read_duration() reads, without loss. Of negative ones
/// as of their amount, with `-`.
[[nodiscard]] std::string format_short(Duration duration);

}  // namespace hotswap
