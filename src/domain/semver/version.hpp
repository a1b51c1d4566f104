#pragma once
// Semantic Versioning 2.0.0 (semver.org).

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"

namespace hotswap {

enum class Bump { Major, Minor, Patch, Prerelease };

class SemVer {
 public:
  SemVer() = default;  ///< 0.0.0
  SemVer(std::uint64_t major, std::uint64_t minor, std::uint64_t patch);

  /// Strict grammar of the specification; numbers up to 2^63-1, at most 128 bytes.
  /// Error reason `version.invalid`, the detail says what is wrong ("leading zero in minor").
  [[nodiscard]] static Result<SemVer> parse(std::string_view text);

  [[nodiscard]] std::uint64_t major() const { return major_; }
  [[nodiscard]] std::uint64_t minor() const { return minor_; }
  [[nodiscard]] std::uint64_t patch() const { return patch_; }
  [[nodiscard]] const std::vector<std::string>& prerelease() const { return prerelease_; }
  [[nodiscard]] const std::string& build() const { return build_; }  ///< without the `+`
  [[nodiscard]] bool is_prerelease() const { return !prerelease_.empty(); }
  [[nodiscard]] std::string str() const;

  /// Precedence of §11; build metadata is ignored.
  [[nodiscard]] std::weak_ordering precedence(const SemVer& other) const;
  /// The next version: 1.2.3-rc.1 + Patch = 1.2.3; 1.2.3-rc.1 + Prerelease = 1.2.3-rc.2;
  /// 1.2.3 + Prerelease = 1.2.4-0 (as node-semver's inc).
  [[nodiscard]] SemVer next(Bump bump) const;

  /// Total order for containers: precedence, then build text.
  std::strong_ordering operator<=>(const SemVer& other) const;
  bool operator==(const SemVer& other) const = default;

 private:
  /// Reads major.minor.patch; what is wrong with it, or nothing.
  std::optional<std::string> read_core(std::string_view core);

  std::uint64_t major_ = 0, minor_ = 0, patch_ = 0;
  std::vector<std::string> prerelease_;
  std::string build_;
};

}  // namespace hotswap
