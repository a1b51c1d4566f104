#pragma once
// Where a bucket is and who may write into it, as text.

#include <string>
#include <string_view>

#include "domain/base/error.hpp"

namespace hotswap::s3 {

struct Place {
  std::string bucket;
  std::string prefix;  ///< of all keys, without slashes at its ends; may be empty
};
/// `s3://bucket/some/prefix`. Invalid `archive.invalid`.
[[nodiscard]] Result<Place> read_place(std::string_view url);

struct Credentials {
  std::string access_key, secret_key;
  std::string session_token;  ///< of temporary ones; may be empty
};
/// A file as other clients of S3 have it (`aws_access_key_id = …` and so on): its section
/// `[default]`, or what stands before any section. Invalid `archive.credentials`, without a word of
/// what it holds.
[[nodiscard]] Result<Credentials> read_credentials(std::string_view text);

}  // namespace hotswap::s3
