#include "api/auth/base64url.hpp"

#include "domain/base/base64.hpp"

namespace hotswap::api {

std::string base64url_encode(std::string_view bytes) { return base64_encode(bytes); }

std::optional<std::string> base64url_decode(std::string_view text) { return base64_decode(text); }

}  // namespace hotswap::api
