#pragma once
// Where a secret is kept that is not in the document: `vault:secret/data/payments#apiKey`,
// `k8s:namespace/name#key`.

#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

struct SecretReference {
  std::string scheme;  ///< lower case, of the store that is asked
  std::string path;
  std::string key;  ///< of one value at the path; may be empty
  bool operator==(const SecretReference&) const = default;
};

/// Invalid `secret.invalid` saying what is missing; never shows more than the scheme.
[[nodiscard]] Result<SecretReference> parse_secret_reference(std::string_view text);

/// What hinders the secrets of a stored document from being delivered, each with its place: a
/// reference that is none, or a masked form that lost its value. Never shows a value.
[[nodiscard]] std::vector<std::string> secret_obstacles(const json::Value& document);

}  // namespace hotswap
