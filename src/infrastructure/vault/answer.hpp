#pragma once
// What Vault says, and what it means. Pure.

#include <string>
#include <string_view>

#include "domain/json/value.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::vault {

struct Answer {
  int status = 0;
  json::Value body;  ///< an object; null of an answer without a body
  /// Member by member, as in `data.metadata.version`; nullptr if it is not there.
  [[nodiscard]] const json::Value* at(std::string_view path) const;
  [[nodiscard]] std::string text_at(std::string_view path) const;
};

/// 2xx and 404 with Vault's JSON. Everything else is an error: Unavailable `secret.unavailable`
/// (sealed, standby, overloaded, no Vault at all), Forbidden `secret.denied`, Invalid
/// `secret.invalid` (what we asked for makes no sense to it). `who` names the Vault for people.
/// Vault's own words are in `internal`, cut and without control characters.
[[nodiscard]] Result<Answer> read_answer(const HttpResponse& response, const std::string& who);

/// Another node of the cluster may do better: sealed, not initialised, a standby that sends away.
[[nodiscard]] bool is_for_another_node(int status);
/// The same request may be answered otherwise in a moment.
[[nodiscard]] bool may_pass(int status);

}  // namespace hotswap::vault
