#pragma once
// Version ranges as node-semver defines them: ^1.2, ~1.2.3, >=1.0 <2, 1.x, 1.2 - 1.4, a || b.

#include <string>
#include <string_view>
#include <vector>

#include "domain/semver/version.hpp"

namespace hotswap {

class SemVerRange {
 public:
  /// Error reason `range.invalid`.
  [[nodiscard]] static Result<SemVerRange> parse(std::string_view text);
  /// A pre-release matches only if a comparator of the same major.minor.patch has a pre-release
  /// too.
  [[nodiscard]] bool contains(const SemVer& version) const;
  [[nodiscard]] const std::string& str() const { return text_; }

 private:
  enum class Op { Less, LessEqual, Greater, GreaterEqual, Equal };
  struct Comparator {
    Op op;
    SemVer version;
  };
  using Comparators = std::vector<Comparator>;  ///< all must hold; none at all admits any release
  struct Partial;
  struct Translator;

  static bool holds(const Comparator& comparator, const SemVer& version);
  static bool admits(const Comparators& all, const SemVer& version);

  std::string text_;
  std::vector<Comparators> alternatives_;  ///< one must hold
};

}  // namespace hotswap
