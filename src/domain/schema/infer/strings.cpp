#include "domain/schema/infer/strings.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "domain/schema/text/format.hpp"

namespace hotswap::schema {
namespace {

constexpr std::size_t kTextsOfSet = 8;
constexpr std::size_t kWordsOfSet = 5;
constexpr std::size_t kWordBytes = 32;

/// Those that plain text hardly ever has by chance; hostname, json-pointer and the like are not
/// among them, since almost any word has them.
constexpr std::array kTelling{Format::DateTime, Format::Date,     Format::Time,
                              Format::Uuid,     Format::Duration, Format::Email,
                              Format::Ipv4,     Format::Ipv6,     Format::Uri};

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }

bool has(Format format, std::string_view text) {
  // `db.internal:5432` is a URI of the scheme db.internal, too.
  if (format == Format::Uri && !text.contains("://")) return false;
  return conforms(format, text);
}

bool is_address(Format format) { return format == Format::Ipv4 || format == Format::Ipv6; }

bool all_equal(std::span<const std::string_view> texts) {
  return std::ranges::all_of(texts, [&](std::string_view text) { return text == texts.front(); });
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kWordBytes && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_';
  });
}

}  // namespace

std::string_view common_format(std::span<const std::string_view> texts) {
  if (texts.empty()) return {};
  for (const auto format : kTelling) {
    if (is_address(format) && all_equal(texts)) continue;
    if (std::ranges::all_of(texts, [&](std::string_view text) { return has(format, text); })) {
      return to_string(format);
    }
  }
  return {};
}

std::vector<std::string_view> closed_set(std::span<const std::string_view> texts) {
  if (texts.size() < kTextsOfSet) return {};
  std::map<std::string_view, std::size_t> counts;
  for (const auto text : texts) {
    if (!is_word(text)) return {};
    ++counts[text];
    if (counts.size() > kWordsOfSet) return {};
  }
  if (counts.size() < 2) return {};
  std::vector<std::string_view> words;
  for (const auto& [word, count] : counts) {
    if (count < 2) return {};
    words.push_back(word);
  }
  return words;
}

bool looks_like_data(std::string_view name) {
  if (name.empty()) return true;
  const bool marks = std::ranges::any_of(
      name, [](char c) { return is_digit(c) || !(is_letter(c) || c == '_' || c == '-'); });
  const bool shouts =
      name.size() > 1 && std::ranges::all_of(name, [](char c) { return is_upper(c) || c == '_'; });
  return marks || shouts;
}

}  // namespace hotswap::schema
