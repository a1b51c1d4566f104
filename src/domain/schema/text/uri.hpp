#pragma once
// References of RFC 3986, as far as schemas need them.

#include <string>
#include <string_view>

namespace hotswap::schema {

struct Uri {
  std::string absolute;  ///< without fragment; may be empty
  std::string fragment;  ///< percent-decoded; may be empty
};

/// `reference` against `base` by RFC 3986 section 5 (dot segments removed; also for urn: and for
/// our own hotswap:, whose paths have no slashes), split at the fragment.
[[nodiscard]] Uri resolve(std::string_view base, std::string_view reference);

}  // namespace hotswap::schema
