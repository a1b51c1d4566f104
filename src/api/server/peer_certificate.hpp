#pragma once
// What the certificate of a TLS client says of it.

#include <memory>
#include <string>

#include "api/auth/client_identity.hpp"
#include "domain/base/error.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace hotswap::api {

/// From now on clients are asked for certificates of these authorities (PEM); with `required` those
/// without one are turned away in the handshake. Sessions are not resumed: a certificate is looked
/// at in every handshake. Invalid `server.tls`.
[[nodiscard]] Result<void> ask_for_certificates(ssl_ctx_st& context, const std::string& authorities,
                                                bool required);

/// After the handshake: null if the client showed none. Its signature and validity were checked.
[[nodiscard]] std::shared_ptr<const CertificateNames> names_of_peer(const ssl_st& ssl);

}  // namespace hotswap::api
