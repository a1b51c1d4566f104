#include "domain/net/proxies.hpp"

#include <algorithm>

namespace hotswap::net {
namespace {

constexpr int kHopsMax = 16;  // proxies in a row; a longer list is somebody's invention

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// The last entry of a list, taken off it.
std::string_view take_last(std::string_view& list) {
  const auto comma = list.rfind(',');
  const bool only = comma == std::string_view::npos;
  const auto last = trimmed(only ? list : list.substr(comma + 1));
  list = only ? std::string_view() : list.substr(0, comma);
  return last;
}

bool is_here(const IpAddress& address) { return kind_of(address) == AddressKind::Loopback; }

}  // namespace

std::optional<IpAddress> address_of_peer(std::string_view peer) {
  if (peer.starts_with('[')) {
    const auto end = peer.find(']');
    return end == std::string_view::npos ? std::nullopt : parse_address(peer.substr(1, end - 1));
  }
  if (const auto whole = parse_address(peer)) return whole;
  return parse_address(peer.substr(0, peer.rfind(':')));
}

Result<TrustedProxies> TrustedProxies::read(std::string_view networks) {
  TrustedProxies out;
  while (!networks.empty()) {
    const auto comma = std::min(networks.find(','), networks.size());
    auto network = parse_network(trimmed(networks.substr(0, comma)));
    if (!network) return std::unexpected(network.error());
    out.networks_.push_back(*network);
    networks.remove_prefix(std::min(comma + 1, networks.size()));
  }
  return out;
}

bool TrustedProxies::contains(const IpAddress& address) const {
  const auto inner = innermost(address);
  return std::ranges::any_of(networks_, [&](const Network& network) {
    return network.contains(address) || network.contains(inner);
  });
}

Origin origin_of(const Way& way, const TrustedProxies& trusted) {
  Origin origin{std::string(way.peer), way.tls};
  auto at = address_of_peer(way.peer);
  if (!at) return origin;
  origin.fit_for_secrets = way.tls || is_here(*at);
  if (trusted.empty()) return origin;
  auto list = way.forwarded_for;
  const bool behind_proxy = trusted.contains(*at) && !list.empty();
  for (int hops = 0; trusted.contains(*at) && !list.empty() && hops < kHopsMax; ++hops) {
    const auto before = address_of_peer(take_last(list));
    if (!before) break;  // an entry that is no address ends what can be believed
    at = before;
    origin.address = to_string(*at);
  }
  // The proxy knows how it was reached; without a word of it the worst is taken for true.
  if (behind_proxy && !is_here(*at)) {
    const auto last = way.proto.substr(way.proto.rfind(',') + 1);  // npos + 1 is 0: all of it
    origin.fit_for_secrets = origin.fit_for_secrets && trimmed(last) == "https";
  }
  return origin;
}

}  // namespace hotswap::net
