#pragma once
// What people see of documents with secrets in them.

#include <string>
#include <string_view>
#include <vector>

#include "domain/diff/diff.hpp"

namespace hotswap {

/// Every secret marker as `{"type":"secret","masked":true}`, with the `fingerprint` of a sealed
/// one.
[[nodiscard]] json::Value masked(const json::Value& document);

/// The difference of two documents in which a changed secret is one Modified of the whole marker
/// and no value of a secret stands.
[[nodiscard]] Diff masked_diff(const json::Value& from, const json::Value& to);

/// Plain values of secrets in a document, so that texts from outside can be searched for them.
/// Values of less than four bytes would be found everywhere and are left out.
[[nodiscard]] std::vector<std::string> secret_texts(const json::Value& document);
/// `text` with every secret in it as `•••`.
[[nodiscard]] std::string without_secrets(std::string_view text,
                                          const std::vector<std::string>& secrets);

}  // namespace hotswap
