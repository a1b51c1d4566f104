#pragma once
// Which secret of Vault a reference means. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"

namespace hotswap::vault {

/// A place of the KV engine as a reference names it: `secret/data/payments`, as the API has it, or
/// `secret/payments`, as people and Vault's own command line say it; `?version=3` at its end pins.
struct KvPath {
  std::vector<std::string> segments;  ///< two or more, none of them empty, `.` or `..`
  std::optional<int> version{};

  /// Its second segment is `data`: the path is the API's own, and needs no look at the mounts.
  [[nodiscard]] bool is_api_form() const { return segments[1] == "data" && segments.size() > 2; }
  /// With slashes, as people write it.
  [[nodiscard]] std::string text() const;
};

/// Invalid `secret.invalid`: too short or too long, empty or dotted segments, control bytes,
/// percent signs (names are written plain), or one of Vault's own parts, which hold no secrets.
[[nodiscard]] Result<KvPath> read_kv_path(std::string_view path);

/// Where a secret's engine is.
struct Mount {
  std::string path;  ///< without slashes at its ends
  int version = 2;   ///< of the KV engine
};

/// `secret/data/payments?version=3`, percent-encoded; `mount` must lead to `path`.
[[nodiscard]] std::string request_path(const Mount& mount, const KvPath& path);
/// What a policy must name for it: `secret/data/payments`.
[[nodiscard]] std::string policy_path(const Mount& mount, const KvPath& path);
/// Whether all segments of the mount are the first ones of `path`, and something is left.
[[nodiscard]] bool leads_to(const Mount& mount, const KvPath& path);

/// A segment, or several with slashes, for a URL.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// `payments` or `transit/keys-of/eu`: mount and name as a setting gives them. Invalid
/// `secret.invalid`.
[[nodiscard]] Result<std::vector<std::string>> read_segments(std::string_view path);

}  // namespace hotswap::vault
