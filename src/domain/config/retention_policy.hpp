#pragma once
#include <optional>
#include <string>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// How much of a profile's past stays at hand: what either of the two covers.
struct RetentionPolicy {
  int versions = 100;  ///< of the newest uploads
  int days = 90;       ///< since the upload
  bool operator==(const RetentionPolicy&) const = default;
};
inline constexpr int kRetainedVersionsMax = 100'000;
inline constexpr int kRetainedDaysMax = 36'500;

/// A profile's own word; what it does not say is the server's.
struct RetentionWish {
  std::optional<int> versions, days;
  bool operator==(const RetentionWish&) const = default;
  [[nodiscard]] RetentionPolicy over(RetentionPolicy server) const {
    return {versions.value_or(server.versions), days.value_or(server.days)};
  }
};

[[nodiscard]] json::Value to_json(const RetentionWish& wish);
/// Reason `config.invalid`.
[[nodiscard]] Result<RetentionWish> retention_wish_from_json(const json::Value& value,
                                                             const std::string& path);

}  // namespace hotswap
