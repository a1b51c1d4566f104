// Reads a token's own words without believing them: only to tell its holder why it was refused.
#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/human.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::cli {
namespace {

constexpr std::int64_t kLongest = std::int64_t{100} * 366 * 24 * 3600;

/// Bits of a base64url character; -1 for another.
int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  return c == '_' ? 63 : -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  unsigned bits = 0;
  int held = 0;
  for (const char c : text) {
    const int value = sextet(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6U) | static_cast<unsigned>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>((bits >> static_cast<unsigned>(held)) & 0xFFU);
  }
  return out;
}

std::string span(std::int64_t seconds) {
  return human_duration(
      std::chrono::duration_cast<Duration>(std::chrono::seconds(std::min(seconds, kLongest))));
}

}  // namespace

std::optional<std::string> token_trouble(const std::string& token, std::int64_t now) {
  const auto first = token.find('.');
  const auto second = first == std::string::npos ? first : token.find('.', first + 1);
  if (second == std::string::npos || token.find('.', second + 1) != std::string::npos) {
    return "the token is no JWT (three parts with dots between them)";
  }
  const auto text = decoded(std::string_view(token).substr(first + 1, second - first - 1));
  const auto claims = text ? json::parse(*text) : Result<json::Value>();
  if (!text || !claims || claims->as_object() == nullptr) return "the token cannot be read";
  const auto number = [&](const char* name) {
    const auto* claim = claims->find(name);
    return claim == nullptr ? std::optional<double>() : claim->as_double();
  };
  const auto now_or = static_cast<double>(now);
  if (const auto expires = number("exp"); expires && *expires <= now_or) {
    return fmt::format("the token expired {} ago",
                       span(static_cast<std::int64_t>(std::min(now_or - *expires, 1e12))));
  }
  if (const auto starts = number("nbf"); starts && *starts > now_or) {
    return fmt::format("the token is not valid before {} from now",
                       span(static_cast<std::int64_t>(std::min(*starts - now_or, 1e12))));
  }
  return std::nullopt;
}

}  // namespace hotswap::cli
