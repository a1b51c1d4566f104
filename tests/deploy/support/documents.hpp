#pragma once
// Files of deploy/ as JSON values, and small surgery on them.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "domain/json/value.hpp"

namespace hotswap::deploy {

/// What is wrong, one line each; empty if all is well.
using Findings = std::vector<std::string>;
[[nodiscard]] std::string joined(const Findings& findings);
/// Whether one of them contains `part`.
[[nodiscard]] bool says(const Findings& findings, std::string_view part);
void append(Findings& to, Findings more);

/// deploy/PATH of the source tree.
[[nodiscard]] std::filesystem::path deploy_path(const std::string& path = {});
[[nodiscard]] std::string text_of(const std::filesystem::path& file);
/// All files below a folder whose name ends so, sorted.
[[nodiscard]] std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                                             std::string_view ending);
/// One YAML document; throws, with the place, if it is none.
[[nodiscard]] json::Value yaml(std::string_view text);
[[nodiscard]] json::Value yaml_file(const std::filesystem::path& file);

/// The value at a JSON Pointer, or nullptr.
[[nodiscard]] const json::Value* at(const json::Value& document, std::string_view pointer);
/// The same as text: strings and numbers as they are, else compact JSON; empty if there is none.
[[nodiscard]] std::string text_at(const json::Value& document, std::string_view pointer);
[[nodiscard]] std::int64_t int_at(const json::Value& document, std::string_view pointer);
/// The items there, none if it is no array.
[[nodiscard]] std::vector<json::Value> items_at(const json::Value& document,
                                                std::string_view pointer);

/// `add`, `replace` or `remove` of RFC 6902; throws if the place is not there.
[[nodiscard]] json::Value changed(json::Value document, std::string_view operation,
                                  std::string_view pointer, json::Value value = {});

/// `kind/name` of an object of Kubernetes.
[[nodiscard]] std::string label_of(const json::Value& object);
/// The only object of a kind (and name); throws if there is none.
[[nodiscard]] const json::Value& one(const std::vector<json::Value>& objects, std::string_view kind,
                                     std::string_view name = {});
[[nodiscard]] std::vector<json::Value> all(const std::vector<json::Value>& objects,
                                           std::string_view kind);

}  // namespace hotswap::deploy
