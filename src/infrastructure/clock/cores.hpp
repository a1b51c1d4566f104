#pragma once
// How much CPU this process may use: in a container, far less than the machine has.

#include <functional>
#include <optional>
#include <string>

namespace hotswap {

/// The text of a file, nothing if it cannot be read.
using ReadText = std::function<std::optional<std::string>(const std::string& path)>;

/// `cores`, or less if a control group (version 2 or 1: a container's limit, systemd's CPUQuota=)
/// that this process is in, or one above it, grants less. May be a fraction.
[[nodiscard]] double limited_cores(double cores, const ReadText& read);

/// The cores that this process is bound to, limited as above.
[[nodiscard]] double allowed_cores();

}  // namespace hotswap
