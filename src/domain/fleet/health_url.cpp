#include "domain/fleet/health_url.hpp"

#include <algorithm>
#include <charconv>

namespace hotswap {
namespace {

std::optional<HealthUrl::Scheme> take_scheme(std::string_view& text) {
  const auto take = [&](std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
  };
  if (take("http://")) return HealthUrl::Scheme::Http;
  if (take("https://")) return HealthUrl::Scheme::Https;
  if (take("tcp://")) return HealthUrl::Scheme::Tcp;
  return std::nullopt;
}

std::uint16_t default_port(HealthUrl::Scheme scheme) {
  switch (scheme) {
    case HealthUrl::Scheme::Http:
      return 80;
    case HealthUrl::Scheme::Https:
      return 443;
    case HealthUrl::Scheme::Tcp:
      return 0;
  }
  return 0;
}

/// The host; `authority` is left with what follows it.
std::optional<std::string> take_host(std::string_view& authority) {
  const bool v6 = authority.starts_with('[');
  const auto end = v6 ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (end == std::string_view::npos) return std::nullopt;
  std::string host(authority.substr(v6 ? 1 : 0, v6 ? end - 1 : end));
  authority.remove_prefix(v6 ? end + 1 : end);
  return host.empty() ? std::nullopt : std::optional(std::move(host));
}

/// 0: none that may be used.
std::uint16_t read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  return problem == std::errc{} && end == text.data() + text.size() ? port : std::uint16_t{0};
}

}  // namespace

std::optional<HealthUrl> parse_health_url(std::string_view text) {
  const auto hidden = [](char c) { return c <= ' ' || c == 0x7f || c == '\\'; };
  if (std::ranges::any_of(text, hidden)) return std::nullopt;
  const auto scheme = take_scheme(text);
  if (!scheme) return std::nullopt;
  auto authority = text.substr(0, text.find_first_of("/?#"));
  const bool has_path = authority.size() != text.size();
  if (authority.contains('@') || (*scheme == HealthUrl::Scheme::Tcp && has_path))
    return std::nullopt;
  auto host = take_host(authority);
  if (!host) return std::nullopt;
  HealthUrl url{*scheme, std::move(*host), default_port(*scheme)};
  if (!authority.empty()) {
    if (!authority.starts_with(':')) return std::nullopt;
    url.port = read_port(authority.substr(1));
  }
  return url.port == 0 ? std::nullopt : std::optional(std::move(url));
}

}  // namespace hotswap
