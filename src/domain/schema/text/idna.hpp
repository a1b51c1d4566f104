#pragma once
// Internationalized host names: IDNA2008 (RFC 5890 to 5893) by Unicode's tables as libunistring has
// them.

#include <string_view>

#include "domain/schema/text/punycode.hpp"

namespace hotswap::schema {

/// A host name, label by label. Allocates nothing.
class HostName {
 public:
  /// An LDH label, an A-label (`xn--…`) or a U-label; whether it is valid by itself. At most 63
  /// bytes in ASCII.
  [[nodiscard]] bool add_label(std::string_view label);
  /// The whole: at most 253 bytes in ASCII, and if one label is written from right to left, every
  /// label keeps to the rules that let such names be read.
  [[nodiscard]] bool conforms() const;

 private:
  [[nodiscard]] bool add_characters(std::u32string_view label);

  std::size_t bytes_ = 0;  ///< in ASCII, each label with a dot
  bool right_to_left_ = false;
  bool legible_ = true;
};

}  // namespace hotswap::schema
