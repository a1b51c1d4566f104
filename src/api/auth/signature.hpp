#pragma once
// Signatures as RFC 7518 writes them, by OpenSSL.

#include <optional>
#include <string>
#include <string_view>

#include "api/auth/algorithm.hpp"

struct evp_pkey_st;

namespace hotswap::api {

[[nodiscard]] std::string hmac(Algorithm algorithm, std::string_view key, std::string_view text);
/// In constant time for texts of equal length.
[[nodiscard]] bool same_bytes(std::string_view a, std::string_view b);

[[nodiscard]] bool verify_signature(evp_pkey_st& key, Algorithm algorithm, std::string_view text,
                                    std::string_view signature);
/// With a private key; nothing if it cannot sign like that.
[[nodiscard]] std::optional<std::string> make_signature(evp_pkey_st& key, Algorithm algorithm,
                                                        std::string_view text);

}  // namespace hotswap::api
