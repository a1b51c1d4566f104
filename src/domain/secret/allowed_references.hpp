#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "domain/secret/reference.hpp"

namespace hotswap {

/// Which references may be used at all: any of them if the list is empty. Whoever may upload a
/// document could otherwise have everything delivered that this server may read.
class AllowedReferences {
 public:
  AllowedReferences() = default;
  /// `vault:secret/data/hotswap/*,k8s:payments/*`: a star stands at the end only, for anything.
  /// Invalid `secret.invalid`.
  [[nodiscard]] static Result<AllowedReferences> read(std::string_view text);
  [[nodiscard]] bool allow(const SecretReference& reference) const;

 private:
  struct Rule {
    std::string text;  ///< `scheme:path`
    bool prefix = false;
  };
  std::vector<Rule> rules_;
};

}  // namespace hotswap
