#include "infrastructure/s3/answer.hpp"

#include <algorithm>

#include "domain/base/utf8.hpp"

namespace hotswap::s3 {
namespace {

constexpr std::size_t kShownBytes = 200;

/// Text of the first element of this name; the few errors of S3 are flat.
std::string element(std::string_view xml, const std::string& name) {
  const auto begin = xml.find('<' + name + '>');
  if (begin == std::string_view::npos) return {};
  xml.remove_prefix(begin + name.size() + 2);
  const auto end = xml.find("</" + name + '>');
  if (end == std::string_view::npos) return {};
  std::string text(clip_utf8(xml.substr(0, end), kShownBytes));
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

Error forbidden(std::string detail) {
  return {ErrorCode::Unavailable, "archive.forbidden", std::move(detail), {}, {}};
}

Error of_region(const std::string& wanted, const Asked& asked) {
  if (wanted.empty() || wanted == asked.region)
    return forbidden("The bucket " + asked.bucket + " is not served at " + asked.endpoint +
                     " for the region " + asked.region +
                     ": give its own --archive-endpoint and --archive-region.");
  return forbidden("The bucket " + asked.bucket + " is in the region " + wanted +
                   ": start the server with --archive-region " + wanted + ".");
}

/// By S3's own word for it.
std::optional<Error> known(const std::string& code, const HttpResponse& response,
                           const Asked& asked) {
  if (code == "NoSuchBucket")
    return forbidden("The bucket " + asked.bucket + " does not exist at " + asked.endpoint +
                     ": make it, or correct --archive.");
  if (code == "NoSuchKey")
    return Error{ErrorCode::NotFound,
                 "archive.not_found",
                 "The archive has no object " + asked.key + " in the bucket " + asked.bucket +
                     ": bring it back from a backup.",
                 {},
                 {}};
  if (code == "InvalidAccessKeyId" || code == "InvalidToken" || code == "ExpiredToken")
    return forbidden("The archive at " + asked.endpoint +
                     " does not know the access key, or it has expired: correct the credentials.");
  if (code == "SignatureDoesNotMatch")
    return forbidden("The archive at " + asked.endpoint +
                     " refuses the signature: the secret key does not belong to the access key.");
  if (code == "RequestTimeTooSkewed")
    return forbidden("The clocks of this server and of the archive at " + asked.endpoint +
                     " are too far apart: set them right.");
  if (code == "AuthorizationHeaderMalformed" || code == "PermanentRedirect" ||
      code == "IllegalLocationConstraintException")
    return of_region(
        response.header("x-amz-bucket-region").value_or(element(response.body, "Region")), asked);
  return std::nullopt;
}

}  // namespace

bool may_pass(const HttpResponse& response) {
  if (response.status >= 500 || response.status == 429 || response.status == 408) return true;
  const auto code = element(response.body, "Code");
  return code == "SlowDown" || code == "RequestTimeout" || code == "OperationAborted";
}

Error error_of(const HttpResponse& response, const Asked& asked) {
  const auto code = element(response.body, "Code");
  if (auto error = known(code, response, asked)) return *std::move(error);
  const auto status = std::to_string(response.status);
  const auto said = code.empty() ? status : status + ' ' + code;
  if (response.status == 301 || response.status == 307)
    return of_region(response.header("x-amz-bucket-region").value_or(""), asked);
  if (response.status == 401 || response.status == 403)
    return forbidden("The archive's bucket " + asked.bucket + " at " + asked.endpoint +
                     " denies access to " + asked.key + " (" + said +
                     "): the credentials need the rights to get and to put objects there.");
  if (response.status == 404) return *known("NoSuchKey", response, asked);
  return {ErrorCode::Unavailable,
          "archive.unavailable",
          "The archive at " + asked.endpoint + " answered " + said + ". It is tried again.",
          {},
          element(response.body, "Message")};
}

}  // namespace hotswap::s3
