#pragma once
#include <string>

#include "domain/json/value.hpp"

namespace hotswap::json {

/// The value as a YAML 1.2 document in block style, members in their order, numbers as written,
/// with a newline at its end. Text that a YAML 1.1 or 1.2 reader could take for something else
/// (`yes`, `1.0`, `2026-01-01`, `~`) is quoted; text of several lines is a literal block where one
/// can hold it. Reads back as the same value.
[[nodiscard]] std::string write_yaml(const Value& value);

}  // namespace hotswap::json
