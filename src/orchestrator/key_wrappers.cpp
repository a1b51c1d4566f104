#include "orchestrator/key_wrappers.hpp"

#include "domain/base/assert.hpp"

namespace hotswap {

KeyWrappers::KeyWrappers(std::vector<KeyWrapper*> wrappers) : wrappers_(std::move(wrappers)) {
  HS_ASSERT(!wrappers_.empty());
}

Result<WrappedKey> KeyWrappers::wrap(const SecretText& key, std::string_view context) {
  return wrappers_.front()->wrap(key, context);
}

Result<SecretText> KeyWrappers::unwrap(const WrappedKey& wrapped, std::string_view context) {
  Result<SecretText> last = std::unexpected(Error{});
  for (auto* wrapper : wrappers_) {
    last = wrapper->unwrap(wrapped, context);
    // Only the one whose key it is knows more than that it is not its own.
    if (last || last.error().reason != "secret.key_missing") return last;
  }
  return last;
}

std::string KeyWrappers::current() const { return wrappers_.front()->current(); }

}  // namespace hotswap
