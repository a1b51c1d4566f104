#pragma once
#include <map>
#include <string>

namespace hotswap::testing {

/// What a server of S3's protocol sees of a request.
struct SignedRequest {
  std::string method, path, query;
  std::map<std::string, std::string> headers;  ///< by name in lower case
  std::string body;
};
[[nodiscard]] SignedRequest parse_request(const std::string& text);

/// What stands in the request's Authorization header: `Credential`, `SignedHeaders`, `Signature`.
[[nodiscard]] std::map<std::string, std::string> authorization_of(const SignedRequest& request);
/// The signature that the request should carry, computed anew as the specification of Signature
/// Version 4 has it.
[[nodiscard]] std::string signature_of(const SignedRequest& request, const std::string& secret);

}  // namespace hotswap::testing
