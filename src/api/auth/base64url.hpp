#pragma once
#include "domain/base/base64url.hpp"

namespace hotswap::api {

using hotswap::base64url_decode;
using hotswap::base64url_encode;

}  // namespace hotswap::api
