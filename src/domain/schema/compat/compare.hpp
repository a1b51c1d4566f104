#pragma once
// Whether documents that were valid under one schema stay valid under another. Sound: it answers
// Compatible only where it can prove it, and Unknown, which counts as breaking, where it cannot.

#include <optional>
#include <string>
#include <vector>

#include "domain/schema/schema.hpp"

namespace hotswap::schema {

enum class Effect { Compatible, Breaking, Unknown };

/// Lenient forgives what bites only a document with members that its schema never described: an
/// optional property added to an open object, a property removed from a closed one, and so on.
enum class Policy { Strict, Lenient };

/// One difference of two schemas. Backward: a document valid under the old stays valid under the
/// new (services built for the new accept what is stored). Forward: the reverse.
struct Change {
  std::string
      kind;  ///< slug, `property.added`, `maximum.lowered`, …; docs/schema-changes.md lists them
  std::string path;   ///< JSON Pointer into the new schema; into the old, for what is gone
  std::string where;  ///< JSONPath of the values that it concerns, `$.pool.max`, `$.hosts[*]`
  Effect backward = Effect::Compatible;
  Effect forward = Effect::Compatible;
  std::string reason;  ///< in words, with the old and the new
  /// Breaking: a document that the one schema accepts and the other refuses, confirmed by the
  /// engine. Breaking always has one; Unknown never.
  std::optional<json::Value> backward_example;
  std::optional<json::Value> forward_example;
};

struct Comparison {
  std::vector<Change> changes;  ///< in the order of the new schema; at most limits::kSchemaChanges
  bool truncated = false;       ///< there were more
  Effect backward = Effect::Compatible;  ///< of the whole: Breaking before Unknown
  Effect forward = Effect::Compatible;
  std::optional<json::Value> backward_example;  ///< the smallest found
  std::optional<json::Value> forward_example;
};

struct Side {
  const json::Value& document;
  CompileOptions options;
};

/// Both sides compile, or that error. Bounded time and memory: what takes too long is Unknown.
/// Under Lenient an example is one that breaks although described by the policy's reading.
[[nodiscard]] Result<Comparison> compare(const Side& before, const Side& after, Policy policy);

/// Nothing differs but titles, descriptions, comments, examples, defaults and other annotations;
/// also for no change at all.
[[nodiscard]] bool words_only(const Comparison& comparison);

[[nodiscard]] std::string_view to_string(Effect effect);
[[nodiscard]] std::string_view to_string(Policy policy);  ///< `strict`, `lenient`
[[nodiscard]] std::optional<Policy> policy_from_string(std::string_view text);
[[nodiscard]] json::Value to_json(const Comparison& comparison);
[[nodiscard]] Result<Comparison> comparison_from_json(const json::Value& value);

}  // namespace hotswap::schema
