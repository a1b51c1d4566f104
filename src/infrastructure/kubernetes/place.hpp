#pragma once
// Which Secret a reference means, and what the API server says of it. Pure.

#include "domain/ports/secret_provider.hpp"

namespace hotswap::kubernetes {

struct Place {
  std::string name_space, name;
  std::string key;  ///< may be empty
  [[nodiscard]] std::string text() const { return name_space + '/' + name; }
};

/// By Kubernetes' rules for names (RFC 1123 label, subdomain, and keys of letters, digits, `-`, `_`
/// and `.`), so that none of them can lead elsewhere. Invalid `secret.invalid`.
[[nodiscard]] Result<Place> read_place(const SecretReference& reference);

/// The value in a Secret's JSON. NotFound `secret.not_found`, Invalid `secret.invalid`, Unavailable
/// `secret.unavailable` if it is no Secret. The document is of no use afterwards: its texts are
/// overwritten.
[[nodiscard]] Result<ProvidedSecret> read_secret(json::Value document, const Place& place);

}  // namespace hotswap::kubernetes
