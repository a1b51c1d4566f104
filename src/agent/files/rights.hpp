#pragma once
#include <sys/types.h>

#include <optional>
#include <string_view>

#include "domain/base/error.hpp"

namespace hotswap::agent {

/// Whose a file is and who may read it; what is not given is taken from the file that stands there.
struct Rights {
  std::optional<mode_t> mode{};
  std::optional<uid_t> user{};
  std::optional<gid_t> group{};
  bool operator==(const Rights&) const = default;
};

/// Of a file that did not exist, if nothing is said: configurations may hold secrets.
inline constexpr mode_t kNewFileMode = 0640;

/// `0640`, octal. Invalid `rights.invalid`.
[[nodiscard]] Result<mode_t> parse_mode(std::string_view text);
/// `user`, `user:group`, `:group`, names or numbers. Invalid `rights.invalid`: no such one.
[[nodiscard]] Result<void> parse_owner(std::string_view text, Rights& into);

}  // namespace hotswap::agent
