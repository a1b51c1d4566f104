#include "infrastructure/s3/settings.hpp"

#include <algorithm>

namespace hotswap::s3 {
namespace {

constexpr std::string_view kScheme = "s3://";

std::unexpected<Error> invalid(std::string detail) {
  return fail(ErrorCode::Invalid, "archive.invalid", std::move(detail));
}

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 && is_lower_or_digit(name.front()) &&
         is_lower_or_digit(name.back()) && std::ranges::all_of(name, [](char c) {
           return is_lower_or_digit(c) || c == '.' || c == '-';
         });
}

/// What needs no escaping in a URL, so that everybody signs the same text.
bool is_prefix(std::string_view text) {
  return !text.contains("//") && !text.contains("..") && std::ranges::all_of(text, [](char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || std::string_view("._-/").contains(c);
  });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

void take(Credentials& credentials, std::string_view name, std::string_view value) {
  if (name == "aws_access_key_id") credentials.access_key = value;
  if (name == "aws_secret_access_key") credentials.secret_key = value;
  if (name == "aws_session_token") credentials.session_token = value;
}

}  // namespace

Result<Place> read_place(std::string_view url) {
  if (!url.starts_with(kScheme)) return invalid("must be s3://bucket or s3://bucket/prefix");
  url.remove_prefix(kScheme.size());
  const auto slash = std::min(url.find('/'), url.size());
  Place place{std::string(url.substr(0, slash)), {}};
  if (!is_bucket(place.bucket))
    return invalid("'" + place.bucket +
                   "' is no name of a bucket: 3 to 63 of a-z 0-9 . - between letters or digits");
  url.remove_prefix(slash);
  while (url.starts_with('/')) url.remove_prefix(1);
  while (url.ends_with('/')) url.remove_suffix(1);
  if (!is_prefix(url))
    return invalid("the prefix '" + std::string(url) + "' may have only A-Z a-z 0-9 . _ - and /");
  place.prefix = url;
  return place;
}

Result<Credentials> read_credentials(std::string_view text) {
  Credentials credentials;
  bool ours = true;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
    if (line.starts_with('[')) {
      ours = line == "[default]";
      continue;
    }
    const auto equals = std::min(line.find('='), line.size() - 1);
    if (ours) take(credentials, trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)));
  }
  if (!credentials.access_key.empty() && !credentials.secret_key.empty()) return credentials;
  return fail(ErrorCode::Invalid, "archive.credentials",
              "needs the lines aws_access_key_id = … and aws_secret_access_key = … in its section "
              "[default]");
}

}  // namespace hotswap::s3
