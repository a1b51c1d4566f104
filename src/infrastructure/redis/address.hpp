#pragma once
// Where Redis is, as one URL:
//   redis://[user:password@]host[:port][/db]
//   redis+sentinel://[user:password@]host[:port],host[:port]/master-name[/db]
// and with TLS rediss:// and rediss+sentinel://. Reserved characters of user and password are
// %-encoded.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"

namespace hotswap::redis {

struct Host {
  std::string name;  ///< or a numeric address, without brackets
  std::uint16_t port = 6379;
  bool operator==(const Host&) const = default;
};

struct Address {
  bool tls = false;
  std::vector<Host> hosts;  ///< one server, or the sentinels
  std::string master;       ///< name that the sentinels know it by; empty: no sentinels
  std::string user, password;
  int database = 0;
};

/// Invalid `redis.url`: what is wrong with it. The message never holds the password.
[[nodiscard]] Result<Address> read_url(std::string_view url);

/// `host:port`, for messages.
[[nodiscard]] std::string to_string(const Host& host);

}  // namespace hotswap::redis
