#include "infrastructure/store/cursor.hpp"

#include <charconv>

#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"

namespace hotswap::store {
namespace {

constexpr std::size_t kCheckDigits = 8;

std::string check(std::string_view list, std::string_view key) {
  std::string text(list);
  text += '\n';
  text += key;
  return sha256_hex(text).substr(0, kCheckDigits);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::unexpected<Error> broken() {
  return fail(ErrorCode::Invalid, "cursor.invalid",
              "The cursor is not one that this list gave; start again without it.",
              {{"$.cursor", "cursor", "not a cursor of this list"}});
}

}  // namespace

std::string encode_cursor(std::string_view list, std::string_view key) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = check(list, key);
  text.reserve(kCheckDigits + 2 * key.size());
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0f];
  }
  return text;
}

Result<std::string> decode_cursor(std::string_view list, std::string_view cursor) {
  if (cursor.size() <= kCheckDigits || cursor.size() % 2 != 0) return broken();
  std::string key;
  for (std::size_t i = kCheckDigits; i < cursor.size(); i += 2) {
    const int high = hex_digit(cursor[i]);
    const int low = hex_digit(cursor[i + 1]);
    if (high < 0 || low < 0) return broken();
    key += static_cast<char>(high * 16 + low);
  }
  if (check(list, key) != cursor.substr(0, kCheckDigits)) return broken();
  return key;
}

Result<std::uint64_t> decode_number_cursor(std::string_view list, std::string_view cursor) {
  const auto key = decode_cursor(list, cursor);
  if (!key) return std::unexpected(key.error());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(key->data(), key->data() + key->size(), number);
  if (error != std::errc() || end != key->data() + key->size()) return broken();
  return number;
}

Result<std::pair<std::int64_t, std::uint64_t>> decode_time_cursor(std::string_view list,
                                                                  std::string_view cursor) {
  const auto key = decode_cursor(list, cursor);
  if (!key) return std::unexpected(key.error());
  std::pair<std::int64_t, std::uint64_t> found;
  const char* const end = key->data() + key->size();
  const auto time = std::from_chars(key->data(), end, found.first);
  if (time.ec != std::errc() || time.ptr == end || *time.ptr != ' ') return broken();
  const auto number = std::from_chars(time.ptr + 1, end, found.second);
  if (number.ec != std::errc() || number.ptr != end) return broken();
  return found;
}

std::size_t page_limit(const PageRequest& request) {
  return std::clamp<std::size_t>(request.limit, 1, limits::kPageMax);
}

}  // namespace hotswap::store
