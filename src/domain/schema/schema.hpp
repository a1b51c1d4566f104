#pragma once
// JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12: compiled once to an immutable program, which
// many threads evaluate without allocating while the document is valid.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/limits.hpp"
#include "domain/schema/report.hpp"
#include "domain/secret/plain_view.hpp"

namespace hotswap::schema {

enum class Draft { Draft4, Draft6, Draft7, Draft2019, Draft2020 };

/// `2020-12`, `draft-07`, …
[[nodiscard]] std::string_view to_string(Draft draft);
/// By the URI of `$schema`, with or without an empty fragment.
[[nodiscard]] std::optional<Draft> draft_of(std::string_view meta_schema);

/// The document of an absolute URI without fragment, or nullptr. It must stay unchanged until
/// compile() returns. The engine itself knows the five drafts' meta-schemas; nothing else is ever
/// looked for anywhere.
using Documents = std::function<const json::Value*(std::string_view uri)>;

struct CompileOptions {
  Draft default_draft = Draft::Draft2020;  ///< of a schema without $schema
  bool assert_formats = false;             ///< `format` decides; otherwise it is an annotation
  std::string base_uri;  ///< of the document itself, e.g. `hotswap:payments@1.2.0`; may be empty
  Documents documents;
};

struct CheckOptions {
  std::size_t max_failures = limits::kErrorsReported;
  /// The view whose document is checked: masks its secrets in messages, lets keywords pass that
  /// would need an unknown value, and lets `writeOnly` and `x-secret` demand a secret. Without it
  /// the two are annotations.
  const PlainView* secrets = nullptr;
  /// The document has no secrets (plain_view() gave nothing), but `writeOnly` and `x-secret` shall
  /// demand them all the same: so whoever checks configurations sets it always. Every value below
  /// such a keyword but null, objects and arrays must then be a secret.
  bool demand_secrets = false;
};

class Program;

/// Immutable, thread-safe.
class Schema {
 public:
  /// The schema is checked against its meta-schema first. Errors, all Invalid with fields that name
  /// the place inside the schema: `schema.invalid`, `schema.unresolved` (a reference to nothing
  /// known), `schema.endless` (a schema that refers to itself without consuming any of the value),
  /// `schema.bad_pattern`, `schema.too_large` (more than limits allow), `schema.unknown_dialect`.
  [[nodiscard]] static Result<std::shared_ptr<const Schema>> compile(const json::Value& document,
                                                                     CompileOptions options = {});
  explicit Schema(std::unique_ptr<const Program> program);
  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  /// Fast answer; an evaluation that was given up is not accepted.
  [[nodiscard]] bool accepts(const json::Value& value) const;
  [[nodiscard]] Report check(const json::Value& value, const CheckOptions& options = {}) const;
  [[nodiscard]] Draft draft() const;
  /// Absolute URIs of the outside documents that the schema refers to, sorted; without the
  /// meta-schemas.
  [[nodiscard]] const std::vector<std::string>& references() const;

 private:
  std::unique_ptr<const Program> program_;
};

}  // namespace hotswap::schema
