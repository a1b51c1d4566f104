#include "domain/net/reach.hpp"

#include <algorithm>

namespace hotswap::net {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// With the dots that mean nothing taken off.
std::string name_of(std::string_view host) {
  while (host.ends_with('.')) host.remove_suffix(1);
  return lower(host);
}

bool is_internal(AddressKind kind) {
  return kind == AddressKind::Private || kind == AddressKind::SharedNat ||
         kind == AddressKind::Loopback || kind == AddressKind::Reserved;
}

std::unexpected<Error> unreadable(std::string_view entry) {
  return fail(ErrorCode::Invalid, "settings.invalid",
              "\"" + std::string(entry) +
                  "\" is no network (10.0.0.0/8), address, name (hooks.internal, *.internal) or "
                  "folder of sockets (/run/haproxy/)");
}

}  // namespace

Result<void> Reach::allow(std::string_view entry) {
  if (entry.starts_with('/')) {
    if (entry.contains("/../") || entry.contains("//") || entry.size() < 2)
      return unreadable(entry);
    folders_.push_back(std::string(entry) + (entry.ends_with('/') ? "" : "/"));
    return {};
  }
  const bool digits_only = entry.find_first_not_of("0123456789./") == std::string_view::npos;
  if (entry.contains('/') || entry.contains(':') || digits_only) {
    auto network = parse_network(entry);
    if (!network) return std::unexpected(network.error());
    networks_.push_back(*network);
    return {};
  }
  const bool below = entry.starts_with("*.");
  const auto name = name_of(below ? entry.substr(2) : entry);
  if (name.empty() || name.starts_with('.') || !std::ranges::all_of(name, is_name_character))
    return unreadable(entry);
  names_.push_back(below ? "." + name : name);
  return {};
}

Result<void> Reach::allow_all(std::string_view entries) {
  while (!entries.empty()) {
    const auto comma = std::min(entries.find(','), entries.size());
    auto entry = entries.substr(0, comma);
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    while (entry.ends_with(' ')) entry.remove_suffix(1);
    if (auto allowed = allow(entry); !allowed) return allowed;
    entries.remove_prefix(std::min(comma + 1, entries.size()));
  }
  return {};
}

void Reach::allow_this_machine() {
  sockets_ = true;
  networks_.push_back({*parse_address("127.0.0.0"), 8});
  networks_.push_back({*parse_address("::1"), 128});
}

bool Reach::is_named(std::string_view host) const {
  const auto name = name_of(host);
  return std::ranges::any_of(names_, [&](const std::string& allowed) {
    return allowed.starts_with('.') ? name.ends_with(allowed) && name.size() > allowed.size()
                                    : name == allowed;
  });
}

bool Reach::allows(std::string_view host, const IpAddress& address) const {
  const auto inner = innermost(address);
  const auto kind = kind_of(address);
  const auto excepted = [&](const Network& network) {
    if (kind == AddressKind::Metadata && !network.is_single()) return false;
    return network.contains(address) || network.contains(inner);
  };
  if (kind == AddressKind::Public || std::ranges::any_of(networks_, excepted)) return true;
  return is_internal(kind) && (internal_ || is_named(host));
}

bool Reach::allows_socket(std::string_view path) const {
  if (path.contains("/../") || path.contains("/./") || path.contains("//")) return false;
  return internal_ || sockets_ || std::ranges::any_of(folders_, [&](const std::string& folder) {
           return path.starts_with(folder) && path.size() > folder.size();
         });
}

std::string refusal(const IpAddress& address) {
  return to_string(address) + " is " + std::string(words_for(kind_of(address))) +
         ", which URLs may not lead to unless the server's operator says so (--allow-hosts)";
}

}  // namespace hotswap::net
