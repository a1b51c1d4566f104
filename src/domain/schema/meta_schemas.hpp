#pragma once
// The texts of meta/*.json, which the build puts into the binary.

#include <span>
#include <string_view>

namespace hotswap::schema {

[[nodiscard]] std::span<const std::string_view> meta_schema_texts();

}  // namespace hotswap::schema
