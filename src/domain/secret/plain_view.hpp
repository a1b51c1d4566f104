#pragma once
// Secrets inside a document: `{"type":"secret","value":…}` or `{"type":"secret","ref":"vault:…"}`.
// A schema, and a service, see the plain value in the marker's place.

#include <optional>
#include <unordered_set>

#include "domain/json/value.hpp"

namespace hotswap {

/// Of any form (marker.hpp).
[[nodiscard]] bool is_secret_marker(const json::Value& value);

/// A document with its secrets in their places.
struct PlainView {
  json::Value document;
  std::unordered_set<const json::Value*> secret;   ///< values in `document` that must stay unseen
  std::unordered_set<const json::Value*> unknown;  ///< of those: what nobody knows yet
};

/// Nothing when the document has no secrets inside it, so that it can be used as it is (a document
/// that is nothing but a marker has none). The addresses stay valid while the view is only moved.
[[nodiscard]] std::optional<PlainView> plain_view(const json::Value& document);

}  // namespace hotswap
