#include "api/auth/jws.hpp"

#include "api/auth/base64url.hpp"
#include "domain/base/utf8.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::api {
namespace {

constexpr int kTokenDepth = 16;
constexpr std::size_t kHeaderTextBytes = 256;

auto refuse(std::string why) { return std::unexpected(unauthenticated(std::move(why))); }

/// A short text of the header; empty if it is not there.
Result<std::string> header_text(const json::Value& header, std::string_view name) {
  const auto* value = header.find(name);
  if (value == nullptr) return std::string();
  const auto* text = value->as_string();
  if (text == nullptr || text->empty() || text->size() > kHeaderTextBytes) {
    return refuse("the header's " + std::string(name) + " is no text of 1 to 256 bytes");
  }
  return text->str();
}

Result<void> read_header(std::string_view text, Jws& jws) {
  const auto header = read_token_object(text);
  if (!header) return std::unexpected(header.error());
  for (const auto* name : {"crit", "b64", "zip", "enc"}) {
    if (header->find(name) != nullptr) {
      return refuse("the header's " + std::string(name) + " is not supported");
    }
  }
  const auto name = header_text(*header, "alg");
  if (!name) return std::unexpected(name.error());
  const auto algorithm = algorithm_from_string(*name);
  if (!algorithm) return refuse("alg " + clip_utf8(*name, 32) + " is none that is accepted");
  jws.algorithm = *algorithm;
  auto kid = header_text(*header, "kid");
  if (!kid) return std::unexpected(kid.error());
  jws.kid = std::move(*kid);
  auto type = header_text(*header, "typ");
  if (!type) return std::unexpected(type.error());
  jws.type = std::move(*type);
  if (header->find("cty") != nullptr) return refuse("a token inside a token is not supported");
  return {};
}

}  // namespace

Error unauthenticated(std::string why) {
  return {
      ErrorCode::Unauthenticated,
      "auth.required",
      "A valid token is needed: send `Authorization: Bearer <JWT>` (`hotswap token` makes one).",
      {},
      std::move(why)};
}

Result<json::Value> read_token_object(std::string_view text) {
  auto value = json::parse(text, {.bytes = kTokenBytes, .depth = kTokenDepth});
  if (!value) return refuse("not JSON: " + value.error().detail);
  if (value->as_object() == nullptr) return refuse("no JSON object");
  return value;
}

Result<Jws> read_jws(std::string_view token) {
  if (token.size() > kTokenBytes) return refuse("token too large");
  const auto first = token.find('.');
  if (first == std::string_view::npos) return refuse("no dot");
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return refuse("one dot");
  auto header = base64url_decode(token.substr(0, first));
  auto payload = base64url_decode(token.substr(first + 1, second - first - 1));
  // A third dot (an encrypted token) is no base64url digit.
  auto signature = base64url_decode(token.substr(second + 1));
  if (!header || !payload || !signature) return refuse("not base64url");
  Jws jws;
  jws.signed_text = token.substr(0, second);
  jws.payload = std::move(*payload);
  jws.signature = std::move(*signature);
  if (auto read = read_header(*header, jws); !read) return std::unexpected(read.error());
  return jws;
}

Proof prove(const Jws& jws, const KeySet& keys) {
  const auto candidates = keys.candidates(jws.algorithm, jws.kid);
  if (candidates.empty()) return Proof::UnknownKey;
  bool genuine = false;
  for (const auto* key : candidates) genuine |= key->verify(jws.signed_text, jws.signature);
  return genuine ? Proof::Genuine : Proof::Forged;
}

}  // namespace hotswap::api
