#include "api/server/upgrade.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "domain/base/assert.hpp"
#include "domain/base/base64url.hpp"

namespace hotswap::api {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyBytes = 24;  // sixteen of them as base64
constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kDigestBytes = 20;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Whether one of the header's comma-separated words passes, in all of its lines.
template <class Test>
bool any_word(const Request& request, std::string_view name, Test passes) {
  for (const auto& header : request.headers) {
    if (!same_header_name(header.name, name)) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(','), rest.size());
      if (passes(trimmed(rest.substr(0, end)))) return true;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return false;
}

bool has_word(const Request& request, std::string_view name, std::string_view word) {
  return any_word(request, name, [&](auto found) { return same_header_name(found, word); });
}

bool is_key(std::string_view key) {
  if (key.size() != kKeyBytes || !key.ends_with("==")) return false;
  std::string plain(key.substr(0, kKeyBytes - 2));
  // base64url's alphabet is not a key's.
  if (plain.find_first_of("-_") != std::string::npos) return false;
  std::ranges::replace(plain, '+', '-');
  std::ranges::replace(plain, '/', '_');
  const auto nonce = base64url_decode(plain);
  return nonce && nonce->size() == kNonceBytes;
}

}  // namespace

bool asks_for_websocket(const Request& request) {
  return request.method == Method::Get && has_word(request, "Upgrade", "websocket") &&
         has_word(request, "Connection", "upgrade");
}

std::string accept_value(std::string_view key) {
  std::string text(key);
  text += kGuid;
  std::array<unsigned char, kDigestBytes> digest{};
  unsigned size = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  HS_ASSERT(done == 1 && size == kDigestBytes);
  std::array<unsigned char, 32> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

std::expected<std::vector<Header>, UpgradeFault> accept_upgrade(const Request& request) {
  if (request.header("Sec-WebSocket-Version") != "13")
    return std::unexpected(
        UpgradeFault{426, "The only WebSocket version spoken is 13 (Sec-WebSocket-Version)."});
  const auto keys = std::ranges::count_if(request.headers, [](const Header& header) {
    return same_header_name(header.name, "Sec-WebSocket-Key");
  });
  const auto key = request.header("Sec-WebSocket-Key");
  if (keys != 1 || !is_key(key))
    return std::unexpected(
        UpgradeFault{400, "A WebSocket needs one Sec-WebSocket-Key: 16 random bytes as base64."});
  if (!request.body.empty())
    return std::unexpected(UpgradeFault{400, "A request that is upgraded has no body."});
  std::vector<Header> headers{{"Upgrade", "websocket"},
                              {"Connection", "Upgrade"},
                              {"Sec-WebSocket-Accept", accept_value(key)}};
  const bool offered = any_word(request, "Sec-WebSocket-Protocol",
                                [](std::string_view word) { return word == kSubprotocol; });
  if (offered) headers.push_back({"Sec-WebSocket-Protocol", std::string(kSubprotocol)});
  return headers;
}

}  // namespace hotswap::api
