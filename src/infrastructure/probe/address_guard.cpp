#include "infrastructure/probe/address_guard.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <span>

namespace hotswap {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<std::uint8_t, 12> kNat64 = {0, 0x64, 0xff, 0x9b};

Bytes plain(Bytes bytes) {
  if (bytes.size() != 16) return bytes;
  const auto prefix = std::span(bytes).first<12>();
  if (!std::ranges::equal(prefix, kMapped) && !std::ranges::equal(prefix, kNat64)) return bytes;
  return {bytes.begin() + 12, bytes.end()};
}

/// Of an IP address, else empty.
Bytes bytes_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    Bytes bytes(4);
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return bytes;
  }
  if (address.sa_family != AF_INET6) return {};
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  Bytes bytes(16);
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return plain(std::move(bytes));
}

Bytes parse_address(const std::string& text) {
  Bytes bytes(4);
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(16);
  return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 ? bytes : Bytes{};
}

bool is_loopback(const Bytes& bytes) {
  if (bytes.size() == 4) return bytes[0] == 127;
  return std::all_of(bytes.begin(), bytes.end() - 1, [](auto byte) { return byte == 0; }) &&
         bytes.back() == 1;
}

bool is_never_fine(const Bytes& bytes) {
  if (bytes.size() == 4)
    return bytes[0] == 0 || bytes[0] >= 224 || (bytes[0] == 169 && bytes[1] == 254);
  const bool unspecified = std::ranges::all_of(bytes, [](auto byte) { return byte == 0; });
  const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
  return unspecified || link_local || bytes[0] == 0xff;
}

bool within(const Bytes& bytes, const Bytes& network, unsigned bits) {
  if (bytes.size() != network.size()) return false;
  for (unsigned i = 0; i < bits; ++i) {
    const unsigned mask = 0x80U >> (i % 8);
    if ((bytes[i / 8] & mask) != (network[i / 8] & mask)) return false;
  }
  return true;
}

}  // namespace

Result<void> AddressGuard::allow(std::string_view network) {
  const auto slash = network.find('/');
  Bytes bytes = parse_address(std::string(network.substr(0, slash)));
  auto bits = static_cast<unsigned>(bytes.size() * 8);
  if (slash != std::string_view::npos && !bytes.empty()) {
    const auto text = network.substr(slash + 1);
    unsigned given = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), given);
    if (problem != std::errc{} || end != text.data() + text.size() || given > bits) bytes.clear();
    bits = given;
  }
  if (bytes.empty())
    return fail(ErrorCode::Invalid, "settings.invalid",
                "\"" + std::string(network) + "\" is no network such as 10.0.0.0/8 or fd00::/8");
  exceptions_.push_back({std::move(bytes), bits});
  return {};
}

bool AddressGuard::allows(const sockaddr& address) const {
  const Bytes bytes = bytes_of(address);
  if (bytes.empty()) return false;
  const auto excepted = [&](const Network& network) {
    return within(bytes, network.bytes, network.bits);
  };
  if (std::ranges::any_of(exceptions_, excepted)) return true;
  return !is_never_fine(bytes) && (loopback_ || !is_loopback(bytes));
}

std::string address_text(const sockaddr& address) {
  const Bytes bytes = bytes_of(address);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (bytes.empty()) return "no IP address";
  inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

}  // namespace hotswap
