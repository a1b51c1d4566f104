#pragma once
// Whose tokens this server takes, put together from its settings.

#include "app/issuers.hpp"
#include "app/key_keeper.hpp"
#include "app/settings.hpp"

namespace hotswap {

struct Trust {
  std::vector<api::TokenIssuer> issuers;  ///< our own first
  std::vector<KeySource> sources;         ///< of keys that change while the server runs
};

/// Reads the key files and the file of issuers; fetches nothing. Errors: Invalid
/// `settings.invalid`, `token.key`.
[[nodiscard]] Result<Trust> trust_of(const Settings& settings);

}  // namespace hotswap
