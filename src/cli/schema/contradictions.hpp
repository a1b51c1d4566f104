#pragma once
// Keywords of one schema object that no value can satisfy together.

#include <string>
#include <vector>

#include "cli/schema/advice.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

/// In the order: bounds, names, values. `path` is the JSONPath of `object`.
[[nodiscard]] std::vector<Advice> contradictions(const json::Object& object,
                                                 const std::string& path);

/// The names in `type`; empty where it is not given.
[[nodiscard]] std::vector<std::string> types_of(const json::Object& object);
/// Whether values of `type` may be among them; integers are numbers.
[[nodiscard]] bool allows(const std::vector<std::string>& types, std::string_view type);

}  // namespace hotswap::cli
