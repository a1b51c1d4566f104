#pragma once
// How single settings are written as text.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};

/// `ADDRESS:PORT`, `[IPv6]:PORT`, `:PORT` (loopback) or `ADDRESS` (port 8400). Numeric addresses;
/// `localhost` is 127.0.0.1.
[[nodiscard]] Result<Endpoint> read_endpoint(const std::string& text);
/// Of a numeric address.
[[nodiscard]] bool is_loopback(const std::string& address);
/// `true`, `false`, `1`, `0`, `yes`, `no`.
[[nodiscard]] Result<bool> read_switch(const std::string& text);
[[nodiscard]] Result<int> read_count(const std::string& text, int min, int max);
[[nodiscard]] Result<void> read_word(const std::string& text,
                                     const std::vector<std::string>& words);
/// `03:00`; `never`: nothing.
[[nodiscard]] Result<std::optional<std::chrono::minutes>> read_time_of_day(const std::string& text);
/// A JSON scalar as the text that a flag would hold; nothing for null, arrays and objects.
[[nodiscard]] std::optional<std::string> setting_text(const json::Value& value);

}  // namespace hotswap
