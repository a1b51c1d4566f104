#include "app/setting_text.hpp"

#include <arpa/inet.h>

#include <charconv>

#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

std::unexpected<Error> bad(std::string detail) {
  return fail(ErrorCode::Invalid, "settings.invalid", std::move(detail));
}

bool is_numeric_address(const std::string& text) {
  unsigned char buffer[16];
  return inet_pton(AF_INET, text.c_str(), buffer) == 1 ||
         inet_pton(AF_INET6, text.c_str(), buffer) == 1;
}

/// Position of the colon before the port, npos if there is no port.
std::size_t port_colon(const std::string& text) {
  if (text.starts_with('[')) {
    const auto close = text.find("]:");
    return close == std::string::npos ? close : close + 1;
  }
  const auto first = text.find(':');
  return first == text.rfind(':') ? first : std::string::npos;  // several: a bare IPv6 address
}

}  // namespace

bool is_loopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

Result<Endpoint> read_endpoint(const std::string& text) {
  Endpoint out{"127.0.0.1", 8400};
  const auto colon = port_colon(text);
  auto address = text.substr(0, colon);
  if (colon != std::string::npos) {
    auto port = read_count(text.substr(colon + 1), 0, 65535);
    if (!port) return bad("the port in \"" + text + "\" must be a number from 0 to 65535");
    out.port = static_cast<std::uint16_t>(*port);
  }
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  if (address == "localhost") address = "127.0.0.1";
  if (!address.empty()) out.address = address;
  if (!is_numeric_address(out.address)) {
    return bad("\"" + address + "\" is no numeric address; write e.g. 127.0.0.1:8400 or [::]:8400");
  }
  return out;
}

Result<bool> read_switch(const std::string& text) {
  if (text == "true" || text == "1" || text == "yes") return true;
  if (text == "false" || text == "0" || text == "no") return false;
  return bad("must be true or false, not \"" + text + "\"");
}

Result<int> read_count(const std::string& text, int min, int max) {
  int number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < min || number > max) {
    return bad("must be a whole number from " + std::to_string(min) + " to " + std::to_string(max) +
               ", not \"" + text + "\"");
  }
  return number;
}

Result<std::optional<std::chrono::minutes>> read_time_of_day(const std::string& text) {
  if (text == "never") return std::nullopt;
  const auto two_digits = [&](std::size_t at, int most) {
    return text.size() == 5 && text[at] >= '0' && text[at] <= '9' && text[at + 1] >= '0' &&
           text[at + 1] <= '9' && (text[at] - '0') * 10 + text[at + 1] - '0' <= most;
  };
  if (!two_digits(0, 23) || !two_digits(3, 59) || text[2] != ':')
    return bad("must be a time of day in UTC such as 03:00, or never, not \"" + text + "\"");
  const auto number = [&](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
  return std::chrono::minutes(number(0) * 60 + number(3));
}

Result<void> read_word(const std::string& text, const std::vector<std::string>& words) {
  if (std::ranges::find(words, text) != words.end()) return {};
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  auto near = json::nearest(text, words);
  return bad("must be one of " + all + (near ? "; did you mean " + *near + "?" : std::string()));
}

std::optional<std::string> setting_text(const json::Value& value) {
  if (const auto* text = value.as_string()) return *text;
  if (const auto* flag = value.as_bool()) return *flag ? "true" : "false";
  if (const auto* number = value.as_number()) return number->text;
  return std::nullopt;
}

}  // namespace hotswap
