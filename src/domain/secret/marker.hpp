#pragma once
// The forms in which a secret stands in a document. All have `"type":"secret"` and nothing beyond
// what is listed; anything else, such as a volume of type secret, is plain data.

#include <functional>
#include <string>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

enum class SecretForm {
  None,
  Value,      ///< `value` (any JSON): as uploaded, and in the memory of the delivery path
  Reference,  ///< `ref` (a string): kept elsewhere, resolved at delivery
  Sealed,     ///< `sealed` and `fingerprint` (strings): as stored
  Masked      ///< `masked` (true) and perhaps `fingerprint`: as read
};

[[nodiscard]] SecretForm secret_form(const json::Value& value);

/// Whether a secret of this form stands inside the document (the whole of it is not inside).
[[nodiscard]] bool holds_secret(const json::Value& document, SecretForm form);
/// Of any form.
[[nodiscard]] bool holds_secret(const json::Value& document);

/// A secret's place as an RFC 6901 pointer, and the marker there.
using ReplaceSecret =
    std::function<Result<json::Value>(const std::string& pointer, const json::Value& marker)>;
/// The document with every marker in it replaced; the first error ends it. What lies inside a
/// marker is not looked at.
[[nodiscard]] Result<json::Value> replace_secrets(const json::Value& document,
                                                  const ReplaceSecret& replace);

/// `sealed` and `fingerprint` of a marker; empty if there is none.
[[nodiscard]] std::string secret_member(const json::Value& marker, std::string_view name);

}  // namespace hotswap
