#pragma once
// The request that asks for a WebSocket (RFC 6455 §4), and what is read of the answer. Pure.

#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hotswap::sdk::ws {

inline constexpr std::size_t kHeadBytes = std::size_t{16} << 10U;

/// 16 random bytes as they stand in `Sec-WebSocket-Key`.
[[nodiscard]] std::string key_of(const std::array<std::uint8_t, 16>& random);
/// What the server must say to it.
[[nodiscard]] std::string accept_of(std::string_view key);

struct Ask {
  std::string host;    ///< with its port, as in `Host`
  std::string target;  ///< path and query
  std::string token;   ///< empty: none
  std::string header;  ///< one more, `Name: value`; empty: none
  std::string key;
};
[[nodiscard]] std::string write_ask(const Ask& ask);

struct Head {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case

  /// Nullptr: it is not there. The first, if there are several.
  [[nodiscard]] const std::string* field(std::string_view name) const;
};
/// `text` ends with the empty line. Error: a sentence.
[[nodiscard]] std::expected<Head, std::string> read_head(std::string_view text);

/// Nothing: the answer to `key` opens a WebSocket. Else what is wrong with a 101.
[[nodiscard]] std::optional<std::string> fault_of(const Head& head, std::string_view key);

/// Of a `Retry-After` in seconds; at most 5 minutes.
[[nodiscard]] std::optional<std::chrono::milliseconds> read_retry_after(std::string_view value);

}  // namespace hotswap::sdk::ws
