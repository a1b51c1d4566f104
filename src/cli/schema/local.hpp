#pragma once
// Schemas and documents in files, looked at without a server.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/actions.hpp"
#include "domain/schema/schema.hpp"
#include "domain/secret/plain_view.hpp"

namespace hotswap::cli {

/// Whether a word of the command line means a file: it is there, is `-`, or ends as one.
[[nodiscard]] bool names_file(const std::string& word);

/// A document: JSON, or YAML or TOML by the file's ending. A mistake names the file.
[[nodiscard]] Result<json::Value> read_document(const std::string& path, const TextForms& forms);

/// Other documents that schemas in files refer to, by URI.
using Others = std::map<std::string, json::Value>;
/// From `FILE` (known by its `$id`) or `URI=FILE`, as `hotswap:pool@1.2.0=pool.json`.
[[nodiscard]] Result<Others> read_others(const std::vector<std::string>& items,
                                         const TextForms& forms);

/// `others` must outlive the compilation.
[[nodiscard]] schema::CompileOptions local_options(const Others& others, bool assert_formats);

/// Compiles what is in a file; an error names it, and how to give what it refers to.
[[nodiscard]] Result<std::shared_ptr<const schema::Schema>> compile_local(
    const std::string& file, const json::Value& document, const schema::CompileOptions& options);

/// Secrets are seen as their plain values, as on upload.
[[nodiscard]] schema::Report check_document(const schema::Schema& schema,
                                            const json::Value& document);

/// As the server answers a validation: `{"valid","errors":[…]}`.
[[nodiscard]] json::Object validation_json(const schema::Report& report);

}  // namespace hotswap::cli
