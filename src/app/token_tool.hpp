#pragma once
// `hotswap token` and `hotswap token inspect`: the server's own rules, without a server.

#include "cli/actions.hpp"

namespace hotswap {

/// Invalid `token.key` if no key of the text can sign, or not by that algorithm.
[[nodiscard]] Result<cli::MintedToken> mint_token(const cli::TokenRequest& request);

/// What a token says and whether a server with these settings would take it now. Errors are those
/// of the key and of the file of issuers; the token's own mistakes are in the answer.
[[nodiscard]] Result<cli::TokenAnswer> inspect_token(const cli::TokenQuestion& question);

}  // namespace hotswap
