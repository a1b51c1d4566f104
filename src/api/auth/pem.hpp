#pragma once
#include <string_view>
#include <vector>

#include "api/auth/key.hpp"

namespace hotswap::api {

/// Every public key, private key and certificate of a PEM text (of a certificate its public key;
/// its validity is not asked). `rsa` is the algorithm of RSA keys. Invalid `token.key`: a block
/// that cannot be used, or none at all. One that is encrypted is refused, never asked about.
[[nodiscard]] Result<std::vector<Key>> keys_of_pem(std::string_view text,
                                                   Algorithm rsa = Algorithm::RS256);

}  // namespace hotswap::api
