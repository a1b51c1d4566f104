#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace hotswap {

/// Contents by their hash, shared by nodes. It may forget, be slow or vanish at any time; what it
/// gives is true. Thread-safe.
class ContentCache {
 public:
  virtual ~ContentCache() = default;
  /// A content whose SHA-256 is `hash` (64 lowercase digits): whoever implements this checks it.
  /// Nothing if there is none, or none can be had within a second.
  [[nodiscard]] virtual std::optional<std::string> get(const std::string& hash) = 0;
  /// Never fails: what cannot be kept is not.
  virtual void put(const std::string& hash, std::string_view content) = 0;
};

}  // namespace hotswap
