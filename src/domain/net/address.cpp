#include "domain/net/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <span>

namespace hotswap::net {
namespace {

/// A block of addresses, written as its first bytes.
struct Block {
  std::array<std::uint8_t, 16> bytes;
  unsigned bits;
  AddressKind kind;
};

using enum AddressKind;

// The first that fits decides, so what is narrower stands first. IANA's special-purpose registries,
// and the metadata services of Amazon, Azure, Alibaba, Google and Oracle.
constexpr Block kBlocks4[] = {
    {{169, 254, 169, 254}, 32, Metadata},
    {{169, 254, 170, 2}, 32, Metadata},
    {{169, 254, 170, 23}, 32, Metadata},
    {{100, 100, 100, 200}, 32, Metadata},
    {{192, 0, 0, 192}, 32, Metadata},
    {{168, 63, 129, 16}, 32, Metadata},
    {{0}, 8, Unspecified},
    {{10}, 8, Private},
    {{100, 64}, 10, SharedNat},
    {{127}, 8, Loopback},
    {{169, 254}, 16, LinkLocal},
    {{172, 16}, 12, Private},
    {{192, 0, 0}, 24, Reserved},
    {{192, 0, 2}, 24, Reserved},
    {{192, 88, 99}, 24, Reserved},
    {{192, 168}, 16, Private},
    {{198, 18}, 15, Reserved},
    {{198, 51, 100}, 24, Reserved},
    {{203, 0, 113}, 24, Reserved},
    {{224}, 4, Multicast},
    {{255, 255, 255, 255}, 32, Multicast},
    {{240}, 4, Reserved},
};

constexpr Block kBlocks6[] = {
    {{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, Metadata},
    {{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x23}, 128, Metadata},
    {{0xfd, 0x20, 0x00, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, Metadata},
    {{0}, 128, Unspecified},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, Loopback},
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48, Private},
    {{0x01, 0x00}, 64, Reserved},
    {{0x20, 0x01, 0x00, 0x02}, 48, Reserved},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, Reserved},
    {{0x20, 0x01}, 23, Reserved},
    {{0x3f, 0xff}, 20, Reserved},
    {{0x5f, 0x00}, 16, Reserved},
    {{0xfc}, 7, Private},
    {{0xfe, 0x80}, 10, LinkLocal},
    {{0xfe, 0xc0}, 10, Private},
    {{0xff}, 8, Multicast},
    {{0x20}, 3, Public},
    {{0}, 0, Reserved},  // nothing else was ever given out
};

using Bytes = std::span<const std::uint8_t>;

bool same_bits(Bytes a, Bytes b, unsigned bits) {
  const auto whole = bits / 8;
  if (!std::ranges::equal(a.first(whole), b.first(whole))) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff00U >> (bits % 8));
  return (a[whole] & mask) == (b[whole] & mask);
}

bool begins(const IpAddress& address, std::initializer_list<std::uint8_t> prefix) {
  return std::ranges::equal(Bytes(address.bytes).first(prefix.size()), prefix);
}

IpAddress v4_of(Bytes bytes, std::uint8_t flip = 0) {
  IpAddress out;
  out.v4 = true;
  for (std::size_t i = 0; i < 4; ++i) out.bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ flip);
  return out;
}

AddressKind kind_in(std::span<const Block> blocks, const IpAddress& address) {
  for (const Block& block : blocks)
    if (same_bits(address.bytes, block.bytes, block.bits)) return block.kind;
  return Public;
}

}  // namespace

std::optional<IpAddress> parse_address(std::string_view text) {
  IpAddress address;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string copy(text);
  address.v4 = inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1;
  if (address.v4) return address;
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.v4 ? AF_INET : AF_INET6, address.bytes.data(), text.data(), text.size());
  return text.data();
}

IpAddress innermost(const IpAddress& address) {
  if (address.v4) return address;
  const Bytes bytes(address.bytes);
  if (begins(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) ||
      begins(address, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))
    return v4_of(bytes.last(4));
  if (begins(address, {0x20, 0x02})) return v4_of(bytes.subspan(2, 4));
  if (begins(address, {0x20, 0x01, 0, 0})) return v4_of(bytes.last(4), 0xff);
  const auto isatap = bytes.subspan(8, 4);
  if ((isatap[0] & 0xfdU) == 0 && isatap[1] == 0 && isatap[2] == 0x5e && isatap[3] == 0xfe)
    return v4_of(bytes.last(4));
  // ::1 and :: are what they are; every other ::/96 is the old "compatible" form.
  const bool compatible = begins(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) &&
                          (bytes[12] != 0 || bytes[13] != 0 || bytes[14] != 0 || bytes[15] > 1);
  return compatible ? v4_of(bytes.last(4)) : address;
}

AddressKind kind_of(const IpAddress& address) {
  const auto inner = innermost(address);
  if (inner.v4) {
    const auto kind = kind_in(kBlocks4, inner);
    if (address.v4 || kind != Public) return kind;
    // A link-local ISATAP address stays link-local, whatever it holds.
    const auto outer = kind_in(kBlocks6, address);
    return outer == Reserved ? Public : outer;
  }
  return kind_in(kBlocks6, address);
}

std::string_view words_for(AddressKind kind) {
  switch (kind) {
    case Public:
      return "a public address";
    case Private:
      return "a private network";
    case SharedNat:
      return "a provider's shared network";
    case Loopback:
      return "this machine itself";
    case LinkLocal:
      return "a link-local address";
    case Metadata:
      return "a cloud's metadata service";
    case Multicast:
      return "a multicast or broadcast address";
    case Unspecified:
      return "an unspecified address";
    case Reserved:
      return "a reserved address";
  }
  return "an unknown address";
}

bool Network::contains(const IpAddress& address) const {
  return address.v4 == base.v4 && same_bits(address.bytes, base.bytes, bits);
}

Result<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = parse_address(text.substr(0, slash));
  unsigned bits = base ? static_cast<unsigned>(base->size() * 8) : 0;
  bool good = base.has_value();
  if (good && slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    unsigned given = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), given);
    good = problem == std::errc{} && end == digits.data() + digits.size() && given <= bits;
    bits = given;
  }
  if (!good)
    return fail(ErrorCode::Invalid, "settings.invalid",
                "\"" + std::string(text) + "\" is no network such as 10.0.0.0/8 or fd00::/8");
  return Network{*base, bits};
}

}  // namespace hotswap::net
