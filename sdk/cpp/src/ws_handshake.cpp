#include "ws_handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

#include "domain/base/assert.hpp"

namespace hotswap::sdk::ws {
namespace {

constexpr std::string_view kProtocol = "hotswap.v1";
constexpr std::string_view kMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3
constexpr std::size_t kFields = 100;
constexpr std::chrono::seconds kRetryAfterMax = std::chrono::minutes(5);

std::string base64(const std::uint8_t* bytes, std::size_t size) {
  std::string text((size + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    return is_control(c) || c == ' ' || static_cast<unsigned char>(c) > 0x7f;
  });
}

bool is_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c != '\t' && is_control(c); });
}

/// What a server gave us must not end a line of the request.
std::string one_line(std::string_view text) {
  std::string out(text);
  std::erase_if(out, is_control);
  return out;
}

bool lists(std::string_view words, std::string_view wanted) {
  while (!words.empty()) {
    const auto comma = words.find(',');
    if (same_word(trimmed(words.substr(0, comma)), wanted)) return true;
    words.remove_prefix(comma == std::string_view::npos ? words.size() : comma + 1);
  }
  return false;
}

std::optional<int> status_of(std::string_view line) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  if (!line.starts_with(kVersion)) return std::nullopt;
  line.remove_prefix(kVersion.size());
  int status = 0;
  const auto digits = line.substr(0, 3);
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  const bool whole = bad == std::errc{} && end == digits.data() + 3 && status >= 100;
  const bool ends = line.size() == 3 || (line.size() > 3 && line[3] == ' ');
  return whole && ends ? std::optional(status) : std::nullopt;
}

}  // namespace

std::string key_of(const std::array<std::uint8_t, 16>& random) {
  return base64(random.data(), random.size());
}

std::string accept_of(std::string_view key) {
  const auto text = std::string(key) + std::string(kMagic);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HS_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1);
  return base64(digest.data(), size);
}

std::string write_ask(const Ask& ask) {
  std::string out = "GET " + one_line(ask.target) + " HTTP/1.1\r\nHost: " + one_line(ask.host) +
                    "\r\nUser-Agent: libhotswap\r\nAccept: text/event-stream\r\n"
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: " +
                    ask.key + "\r\nSec-WebSocket-Protocol: " + std::string(kProtocol) + "\r\n";
  // Without one, our certificate says who we are.
  if (!ask.token.empty()) out += "Authorization: Bearer " + one_line(ask.token) + "\r\n";
  if (!ask.header.empty()) out += one_line(ask.header) + "\r\n";
  return out + "\r\n";
}

const std::string* Head::field(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, [](const auto& each) { return each.first; });
  return found == fields.end() ? nullptr : &found->second;
}

std::expected<Head, std::string> read_head(std::string_view text) {
  Head head;
  auto end = text.find("\r\n");
  const auto status = status_of(text.substr(0, end));
  if (!status) return std::unexpected("the answer is no HTTP/1.1");
  head.status = *status;
  while (end != std::string_view::npos) {
    text.remove_prefix(end + 2);
    end = text.find("\r\n");
    const auto line = text.substr(0, end);
    if (end == 0) return head;
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    if (end == std::string_view::npos) break;
    if (colon == std::string_view::npos || !is_name(name) || head.fields.size() >= kFields)
      return std::unexpected("the answer has a bad header line");
    const auto value = trimmed(line.substr(colon + 1));
    if (!is_value(value)) return std::unexpected("the answer has a bad header line");
    auto& field = head.fields.emplace_back(name, value);
    std::ranges::transform(field.first, field.first.begin(), lower);
  }
  return std::unexpected("the answer's head has no end");
}

std::optional<std::string> fault_of(const Head& head, std::string_view key) {
  const auto* upgrade = head.field("upgrade");
  if (upgrade == nullptr || !same_word(*upgrade, "websocket"))
    return "it is not upgraded to a WebSocket";
  const auto* connection = head.field("connection");
  if (connection == nullptr || !lists(*connection, "upgrade"))
    return "its Connection does not say Upgrade";
  const auto* accept = head.field("sec-websocket-accept");
  if (accept == nullptr || *accept != accept_of(key)) return "its Sec-WebSocket-Accept is wrong";
  if (head.field("sec-websocket-extensions") != nullptr)
    return "it has an extension that was not asked for";
  const auto* protocol = head.field("sec-websocket-protocol");
  if (protocol != nullptr && *protocol != kProtocol)
    return "it has a protocol that was not asked for";
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> read_retry_after(std::string_view value) {
  int seconds = 0;
  const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (bad != std::errc{} || seconds < 0) return std::nullopt;
  return std::min(std::chrono::seconds(seconds), kRetryAfterMax);
}

}  // namespace hotswap::sdk::ws
