#include "infrastructure/redis/address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "domain/base/percent.hpp"

namespace hotswap::redis {
namespace {

constexpr std::size_t kUrlBytes = 4096;
constexpr std::size_t kHosts = 16;
constexpr std::uint16_t kSentinelPort = 26379;
constexpr int kDatabases = 1 << 16;

std::unexpected<Error> bad(std::string what) {
  return fail(ErrorCode::Invalid, "redis.url",
              std::move(what) +
                  "; write redis://[user:password@]host:port[/db] or "
                  "redis+sentinel://host:port,host:port/master-name (rediss for TLS)");
}

template <class Number>
std::optional<Number> number(std::string_view text, Number max) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > max)
    return std::nullopt;
  return value;
}

Result<Host> read_host(std::string_view text, std::uint16_t default_port) {
  Host host{.name = {}, .port = default_port};
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return bad("an IPv6 address lacks its ]");
    host.name = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    host.name = text.substr(0, colon);
    port = text.substr(colon);
  }
  const bool odd =
      std::ranges::any_of(host.name, [](unsigned char c) { return c <= ' ' || c == 127; });
  if (host.name.empty() || odd) return bad("a host name is missing or malformed");
  if (port.empty()) return host;
  const auto value = number<std::uint32_t>(port.substr(1), 65535);
  if (!port.starts_with(':') || !value || *value == 0)
    return bad("the port of " + host.name + " must be a number from 1 to 65535");
  host.port = static_cast<std::uint16_t>(*value);
  return host;
}

Result<void> read_user(std::string_view text, Address& address) {
  const auto colon = text.find(':');
  const auto user = percent_decoded(text.substr(0, std::min(colon, text.size())));
  const auto password =
      colon == std::string_view::npos ? std::string() : percent_decoded(text.substr(colon + 1));
  if (!user || !password) return bad("user or password holds a broken %-escape");
  if (colon == std::string_view::npos)
    return bad("what stands before @ must be user:password or :password");
  address.user = *user;
  address.password = *password;
  return {};
}

Result<void> read_hosts(std::string_view text, Address& address, bool sentinel) {
  while (true) {
    const auto comma = std::min(text.find(','), text.size());
    auto host = read_host(text.substr(0, comma), sentinel ? kSentinelPort : 6379);
    if (!host) return std::unexpected(host.error());
    address.hosts.push_back(std::move(*host));
    if (comma == text.size()) break;
    text.remove_prefix(comma + 1);
  }
  if (!sentinel && address.hosts.size() > 1) return bad("several hosts are for sentinels only");
  if (address.hosts.size() > kHosts) return bad("there are more than 16 hosts");
  return {};
}

/// `/db`, or `/master-name` and perhaps `/db`; without its first slash.
Result<void> read_path(std::string_view path, Address& address, bool sentinel) {
  if (sentinel) {
    const auto slash = std::min(path.find('/'), path.size());
    const auto name = percent_decoded(path.substr(0, slash));
    if (!name || name->empty()) return bad("the master's name must follow the sentinels");
    address.master = *name;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  if (path.empty()) return {};
  const auto database = number<int>(path, kDatabases);
  if (!database) return bad("the database must be a number from 0 on");
  address.database = *database;
  return {};
}

}  // namespace

Result<Address> read_url(std::string_view url) {
  Address address;
  const auto scheme_end = url.find("://");
  if (url.size() > kUrlBytes) return bad("the URL is longer than 4096 bytes");
  if (scheme_end == std::string_view::npos) return bad("the URL has no scheme");
  const auto scheme = url.substr(0, scheme_end);
  const bool sentinel = scheme.ends_with("+sentinel");
  const auto kind = scheme.substr(0, scheme.size() - (sentinel ? 9 : 0));
  if (kind != "redis" && kind != "rediss") return bad("the scheme is unknown");
  address.tls = kind == "rediss";
  auto rest = url.substr(scheme_end + 3);
  if (rest.contains('?') || rest.contains('#')) return bad("it takes no ? and no #");
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    if (auto done = read_user(rest.substr(0, at), address); !done)
      return std::unexpected(done.error());
    rest.remove_prefix(at + 1);
  }
  const auto slash = std::min(rest.find('/'), rest.size());
  if (auto done = read_hosts(rest.substr(0, slash), address, sentinel); !done)
    return std::unexpected(done.error());
  const auto path = rest.substr(std::min(slash + 1, rest.size()));
  if (auto done = read_path(path, address, sentinel); !done) return std::unexpected(done.error());
  return address;
}

std::string to_string(const Host& host) {
  const bool v6 = host.name.contains(':');
  return (v6 ? '[' + host.name + ']' : host.name) + ':' + std::to_string(host.port);
}

}  // namespace hotswap::redis
