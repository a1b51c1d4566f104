#pragma once
#include <string>

namespace hotswap {

/// A data key as it may be stored: nothing without the key-encryption key `key_id`.
struct WrappedKey {
  std::string key_id;  ///< of the key-encryption key; names it to people as well
  std::string bytes;   ///< any bytes
  [[nodiscard]] bool empty() const { return key_id.empty(); }
  bool operator==(const WrappedKey&) const = default;
};

}  // namespace hotswap
