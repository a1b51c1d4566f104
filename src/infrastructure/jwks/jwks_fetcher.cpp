#include "infrastructure/jwks/jwks_fetcher.hpp"

#include <charconv>
#include <fstream>

#include "domain/json/parse.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kDiscovery = "/.well-known/openid-configuration";

auto unavailable(std::string detail) {
  return fail(ErrorCode::Unavailable, "jwks.unavailable", std::move(detail));
}
auto invalid(std::string detail) {
  return fail(ErrorCode::Invalid, "jwks.invalid", std::move(detail));
}

Result<std::string> read_file(const std::string& path, std::size_t max) {
  std::ifstream in(path, std::ios::binary);
  std::string text(max + 1, '\0');
  if (!in) return unavailable("cannot read " + path);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max) return invalid(path + " has more than " + std::to_string(max) + " bytes");
  return text;
}

/// The host of an http or https URL, without brackets and port; empty for one with a user in it.
std::string_view host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  auto authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (authority.contains('@')) return {};
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

std::optional<Duration> max_age(const HttpResponse& response) {
  const auto header = response.header("cache-control");
  if (!header) return std::nullopt;
  constexpr std::string_view kName = "max-age=";
  const auto at = header->find(kName);
  if (at == std::string::npos) return std::nullopt;
  const auto* begin = header->data() + at + kName.size();
  unsigned seconds = 0;
  const auto read = std::from_chars(begin, header->data() + header->size(), seconds);
  if (read.ec != std::errc()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

std::string member(const json::Value& document, std::string_view name) {
  const auto* value = document.find(name);
  const auto* text = value != nullptr ? value->as_string() : nullptr;
  return text != nullptr ? text->str() : std::string();
}

}  // namespace

bool is_safe_key_url(const std::string& url) {
  const auto host = host_of(url);
  if (host.empty()) return false;
  if (url.starts_with("https://")) return true;
  const bool here = host == "localhost" || host == "127.0.0.1" || host == "::1";
  return here && url.starts_with("http://");
}

Result<HttpResponse> JwksFetcher::get(const std::string& url, const JwksPlace& place, bool told) {
  if (!is_safe_key_url(url)) {
    return invalid(url +
                   " is no https address: keys that anybody on the way could exchange prove "
                   "nothing");
  }
  HttpRequest request;
  request.url = url;
  request.timeout = kTimeout;
  request.max_response_bytes = kMaxBytes;
  request.ca_file = place.ca_file;
  request.headers = {{"Accept", "application/json"}};
  if (told && !place.token_file.empty()) {
    auto token = read_file(place.token_file, std::size_t{16} << 10);
    if (!token) return std::unexpected(token.error());
    while (token->ends_with('\n')) token->pop_back();
    request.headers.emplace_back("Authorization", "Bearer " + *token);
  }
  auto response = (told ? told_ : found_).request(request);
  if (!response) return unavailable(url + ": " + response.error().detail);
  if (response->status != 200) {
    return unavailable(url + " answered " + std::to_string(response->status));
  }
  return response;
}

Result<std::string> JwksFetcher::discover(const JwksPlace& place) {
  auto base = place.issuer;
  while (base.ends_with('/')) base.pop_back();
  const auto response = get(base + std::string(kDiscovery), place, true);
  if (!response) return std::unexpected(response.error());
  const auto document = json::parse(response->body);
  if (!document) {
    return invalid("the discovery document is no JSON: " + document.error().detail);
  }
  if (const auto issuer = member(*document, "issuer"); issuer != place.issuer) {
    return invalid("the discovery document is that of \"" + issuer.substr(0, 200) +
                   "\": write the issuer as it does, to the letter");
  }
  auto url = member(*document, "jwks_uri");
  if (url.empty()) return invalid("the discovery document has no jwks_uri");
  return url;
}

Result<FetchedKeys> JwksFetcher::fetch(const JwksPlace& place) {
  if (!place.file.empty()) {
    auto text = read_file(place.file, kMaxBytes);
    if (!text) return std::unexpected(text.error());
    return FetchedKeys{std::move(*text), std::nullopt};
  }
  auto url = place.url;
  if (url.empty()) {
    auto found = discover(place);
    if (!found) return std::unexpected(found.error());
    url = std::move(*found);
  }
  auto response = get(url, place, !place.url.empty() || host_of(url) == host_of(place.issuer));
  if (!response) return std::unexpected(response.error());
  const auto fresh_for = max_age(*response);
  return FetchedKeys{std::move(response->body), fresh_for};
}

}  // namespace hotswap
