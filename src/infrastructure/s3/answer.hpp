#pragma once
// What a server of S3's protocol says when it does not do what it was asked for.

#include <string>

#include "infrastructure/http_client/http_client.hpp"
#include "infrastructure/s3/settings.hpp"

namespace hotswap::s3 {

struct Asked {
  std::string endpoint, bucket, region;
  std::string key;  ///< whole, with its prefix
};
/// Of an answer that is no 2xx. NotFound `archive.not_found`: no such object; `archive.forbidden`:
/// somebody must do something, and what; `archive.unavailable`: trying again may help.
[[nodiscard]] Error error_of(const HttpResponse& response, const Asked& asked);
/// Whether the same request may be answered otherwise in a moment.
[[nodiscard]] bool may_pass(const HttpResponse& response);

}  // namespace hotswap::s3
