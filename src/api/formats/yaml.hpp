#pragma once
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::api {

/// One YAML document as a JSON value, by YAML 1.2's core schema: plain `1.0` is a number with its
/// exact text, `yes` is text. Refuses with Malformed `yaml.malformed` (line and column in the
/// detail): aliases and anchors (so that no text grows when read), tags, several documents, names
/// that are no text, duplicate names, and nesting beyond the limit.
[[nodiscard]] Result<json::Value> yaml_to_json(std::string_view text,
                                               json::ParseLimits limits = {});

}  // namespace hotswap::api
