#include "app/shown_setting.hpp"

#include "app/settings.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kMask = "•••";

/// Everything from the path on goes, too, if `host_only`.
std::string masked_url(std::string_view url, bool host_only) {
  const auto start = url.find("://") + 3;
  const auto end = std::min(url.find_first_of("/?#", start), url.size());
  const auto authority = url.substr(start, end - start);
  const auto at = authority.rfind('@');
  std::string out(url.substr(0, start));
  if (at != authority.npos) out += std::string(kMask) + '@';
  out += authority.substr(at == authority.npos ? 0 : at + 1);
  const auto rest = url.substr(end);
  if (host_only && rest.size() > 1) return out + '/' + std::string(kMask);
  const auto query = std::min(rest.find_first_of("?#"), rest.size());
  out += rest.substr(0, query);
  return query == rest.size() ? out : out + '?' + std::string(kMask);
}

/// `host=db password='a b' user=x`: any word with `password` in it, to the next blank outside of
/// quotes.
std::string masked_keywords(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto end = at;
    for (bool quoted = false; end < text.size() && (quoted || text[end] != ' '); ++end) {
      if (text[end] == '\\' && end + 1 < text.size())
        ++end;
      else if (text[end] == '\'')
        quoted = !quoted;
    }
    const auto word = text.substr(at, end - at);
    const auto equals = word.find('=');
    const bool secret = word.substr(0, equals).contains("password");
    // A blank around the sign hides which value belongs to it: nothing more is shown.
    if (secret && (equals == word.npos || equals + 1 == word.size()))
      return out + std::string(kMask);
    if (secret)
      out.append(word.substr(0, equals + 1)).append(kMask);
    else
      out += word;
    if (end < text.size()) out += ' ';
    at = end + 1;
  }
  return out;
}

}  // namespace

std::string masked_setting(const SettingKey& key, std::string_view text) {
  if (!key.flag) return std::string(kMask);
  if (text.contains("://")) return masked_url(text, key.name.contains("webhook"));
  return key.name == "database" ? masked_keywords(text) : std::string(text);
}

}  // namespace hotswap
