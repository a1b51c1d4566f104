#pragma once
// A configuration as the text of a file. Numbers keep their exact text in every format, members
// their order (in TOML a table's plain members come before its sub-tables).

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::agent {

enum class Format { Json, Yaml, Toml, Env, Properties };

/// `json`, `yaml` or `yml`, `toml`, `env`, `properties`.
[[nodiscard]] std::optional<Format> format_of_word(std::string_view word);
/// By a file's name: its extension, or `.env` itself.
[[nodiscard]] std::optional<Format> format_of_file(std::string_view name);
[[nodiscard]] std::string_view to_string(Format format);

/// Ends with a line break. Invalid `render.impossible`: the format cannot say this (TOML has no
/// null, .env and .properties need distinct names); the detail names the places.
[[nodiscard]] Result<std::string> render(const json::Value& document, Format format);

[[nodiscard]] Result<std::string> toml_text(const json::Value& document);
[[nodiscard]] Result<std::string> env_text(const json::Value& document);
[[nodiscard]] Result<std::string> properties_text(const json::Value& document);

/// Every leaf of the document by the name that an environment variable has: `pool.maxSize` is
/// POOL_MAX_SIZE, `servers[0].host` SERVERS_0_HOST. Null and what is empty are the empty text.
using Variables = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] Result<Variables> variables_of(const json::Value& document);

}  // namespace hotswap::agent
