#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hotswap::cli {

struct Masked {
  std::string text;
  std::size_t count = 0;  ///< places that were masked
};

/// The server has masked what it knows to be secret. This is the second look, for what got into a
/// text by accident: JSON web tokens, `Bearer …`, passwords in URLs, PEM private keys, and `known`,
/// which this program holds itself. Pure.
[[nodiscard]] Masked mask_text(std::string_view text, const std::vector<std::string>& known);

/// For the manifest: what is looked for, in words.
[[nodiscard]] std::vector<std::string> mask_rules();

}  // namespace hotswap::cli
