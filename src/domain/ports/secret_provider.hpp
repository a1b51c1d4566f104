#pragma once
#include <string>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "domain/secret/reference.hpp"
#include "domain/secret/secret_text.hpp"

namespace hotswap {

struct ProvidedSecret {
  SecretText value;
  std::string version;   ///< of the value at the provider, for people; never tells of the value
  Duration fresh_for{};  ///< how long it may be used before it is asked for again
};

/// A store of secrets outside, one per scheme of references. A call may take as long as the
/// store's timeout and caches nothing: the resolver does. Thread-safe.
class SecretProvider {
 public:
  virtual ~SecretProvider() = default;
  /// NotFound `secret.not_found`, Forbidden `secret.denied`, Unavailable `secret.unavailable`,
  /// Invalid `secret.invalid`; the detail never shows a value.
  [[nodiscard]] virtual Result<ProvidedSecret> read(const SecretReference& reference) = 0;
};

}  // namespace hotswap
