#pragma once
#include <string>
#include <string_view>

#include "domain/base/error.hpp"

namespace hotswap {

/// A place for objects that are written once and read seldom. Keys are paths of `a-z 0-9 . _ - /`.
/// Thread-safe. Every method may fail with Unavailable `archive.unavailable`, when trying again
/// later may help, or `archive.forbidden`, when somebody must do something about it.
class Archive {
 public:
  virtual ~Archive() = default;
  /// Whole and durable on return; replaces what stood there.
  [[nodiscard]] virtual Result<void> put(const std::string& key, std::string_view bytes) = 0;
  [[nodiscard]] virtual Result<std::string> get(
      const std::string& key) = 0;  ///< NotFound archive.not_found
  [[nodiscard]] virtual Result<void> remove(const std::string& key) = 0;  ///< none: nothing to do
  /// Whether it can be used; what is wrong with it in words.
  [[nodiscard]] virtual Result<void> check() = 0;
  [[nodiscard]] virtual std::string where() const = 0;  ///< for people, without secrets
};

}  // namespace hotswap
