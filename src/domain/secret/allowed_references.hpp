#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "domain/secret/reference.hpp"

namespace hotswap {

/// Whose document a reference stands in.
struct ReferenceScope {
  std::string profile, service, environment;
};

/// Which references may be used at all: any of them if the list is empty. Whoever may upload a
/// document could otherwise have everything delivered that this server may read.
class AllowedReferences {
 public:
  AllowedReferences() = default;
  /// `vault:secret/data/{service}/*,k8s:payments/*`: a star stands at the end only, for anything;
  /// `{profile}`, `{service}` and `{environment}` are those of the document. Invalid
  /// `secret.invalid`.
  [[nodiscard]] static Result<AllowedReferences> read(std::string_view text);
  [[nodiscard]] bool allow_all() const { return rules_.empty(); }
  [[nodiscard]] bool allow(const SecretReference& reference, const ReferenceScope& scope) const;

 private:
  struct Rule {
    std::string text;  ///< `scheme:path`
    bool prefix = false;
  };
  std::vector<Rule> rules_;
};

}  // namespace hotswap
