#pragma once
// RFC 3492, for one label of a host name.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace hotswap::schema {

inline constexpr std::size_t kLabelBytes = 63;

/// Characters of one label; never more than its ASCII form has bytes.
struct Label {
  std::array<char32_t, kLabelBytes> chars{};
  std::size_t size = 0;

  [[nodiscard]] std::u32string_view view() const { return {chars.data(), size}; }
};

/// `ascii` is what stands after `xn--`; nothing if it is malformed or too long.
[[nodiscard]] std::optional<Label> punycode_decoded(std::string_view ascii);
/// How many bytes the encoded form has, without `xn--`; more than kLabelBytes for anything longer.
[[nodiscard]] std::size_t punycode_size(std::u32string_view label);
/// Whether `ascii`, in lower case, is just what `label` is encoded as.
[[nodiscard]] bool is_punycode_of(std::u32string_view label, std::string_view ascii);

}  // namespace hotswap::schema
