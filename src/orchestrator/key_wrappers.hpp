#pragma once
#include <vector>

#include "domain/ports/key_wrapper.hpp"

namespace hotswap {

/// Several places of key-encryption keys as one: the first wraps, all of them unwrap. So keys move
/// from one place to another by a rotation, while both are there.
class KeyWrappers : public KeyWrapper {
 public:
  /// One or more, which outlive this.
  explicit KeyWrappers(std::vector<KeyWrapper*> wrappers);

  Result<WrappedKey> wrap(const SecretText& key, std::string_view context) override;
  Result<SecretText> unwrap(const WrappedKey& wrapped, std::string_view context) override;
  [[nodiscard]] std::string current() const override;

 private:
  const std::vector<KeyWrapper*> wrappers_;
};

}  // namespace hotswap
