#include "cli/bundle/mask.hpp"

#include <algorithm>

namespace hotswap::cli {
namespace {

constexpr std::string_view kMask = "•••";
constexpr std::size_t kKnownBytes = 8;  ///< shorter ones would be found everywhere

bool is_base64url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

bool is_token(char c) {
  return is_base64url(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

/// Length of what a secret at the beginning of `text` takes; 0: there is none.
using Rule = std::size_t (*)(std::string_view text);

/// Three parts of base64url, the first of which begins with `{"`.
std::size_t web_token(std::string_view text) {
  if (!text.starts_with("eyJ")) return 0;
  std::size_t at = 0;
  for (int part = 0; part < 3; ++part) {
    const auto begin = at;
    while (at < text.size() && is_base64url(text[at])) ++at;
    if (at == begin && part < 2) return 0;
    if (part == 2) return at;
    if (at >= text.size() || text[at] != '.') return 0;
    ++at;
  }
  return at;
}

std::size_t bearer(std::string_view text) {
  constexpr std::string_view kWord = "bearer ";
  if (text.size() <= kWord.size()) return 0;
  for (std::size_t i = 0; i < kWord.size(); ++i)
    if ((text[i] | 0x20) != (kWord[i] | 0x20)) return 0;
  std::size_t at = kWord.size();
  while (at < text.size() && is_token(text[at])) ++at;
  return at - kWord.size() < kKnownBytes ? 0 : at;  // a word of a sentence is none
}

/// `://user:password@`, up to and without the at.
std::size_t user_info(std::string_view text) {
  if (!text.starts_with("://")) return 0;
  const auto end = text.find_first_of("@/?# \"'\\\n", 3);
  return end == text.npos || text[end] != '@' ? 0 : end;
}

std::size_t private_key(std::string_view text) {
  if (!text.starts_with("-----BEGIN ")) return 0;
  const auto line = text.find("-----", 11);
  if (line == text.npos || !text.substr(0, line).ends_with("PRIVATE KEY")) return 0;
  const auto end = text.find("-----END ", line);
  if (end == text.npos) return text.size();
  const auto close = text.find("-----", end + 9);
  return close == text.npos ? text.size() : close + 5;
}

constexpr Rule kRules[] = {web_token, bearer, user_info, private_key};

/// What stays visible in front of the mask.
std::string_view kept_of(Rule rule, std::string_view text) {
  if (rule == bearer) return text.substr(0, 7);
  return rule == user_info ? text.substr(0, 3) : std::string_view();
}

bool may_begin(char c) { return c == 'e' || c == 'b' || c == 'B' || c == ':' || c == '-'; }

Masked mask_known(std::string_view text, const std::vector<std::string>& known) {
  Masked out{std::string(text), 0};
  for (const auto& secret : known) {
    if (secret.size() < kKnownBytes) continue;
    for (auto at = out.text.find(secret); at != out.text.npos;
         at = out.text.find(secret, at + kMask.size())) {
      out.text.replace(at, secret.size(), kMask);
      ++out.count;
    }
  }
  return out;
}

}  // namespace

Masked mask_text(std::string_view text, const std::vector<std::string>& known) {
  const Masked first = mask_known(text, known);
  Masked out{{}, first.count};
  std::string_view rest = first.text;
  out.text.reserve(rest.size());
  while (!rest.empty()) {
    std::size_t length = 0;
    if (may_begin(rest.front()))
      for (const Rule rule : kRules) {
        length = rule(rest);
        if (length == 0) continue;
        out.text.append(kept_of(rule, rest)).append(kMask);
        ++out.count;
        break;
      }
    if (length == 0) out.text += rest.front();
    rest.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::vector<std::string> mask_rules() {
  return {
      "by the server: values of secrets in documents, settings that are secrets, passwords and "
      "queries in addresses, Authorization",
      "by this program: JSON web tokens, bearer tokens, users and passwords in URLs, PEM "
      "private keys, and the token that it uses itself"};
}

}  // namespace hotswap::cli
