#pragma once
// A tar archive in the form that every tar reads (POSIX ustar): regular files only.

#include <string>
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap::archive {

class Tar {
 public:
  /// `at`: the time that all files get.
  explicit Tar(WallTime at) : at_(at) {}

  /// A file of mode 0600 by a relative name with slashes. Invalid `archive.name`: empty, absolute,
  /// with `..`, or longer than ustar's 255 bytes allow.
  [[nodiscard]] Result<void> add(std::string_view name, std::string_view content);
  /// The archive with its end. Nothing may be added after.
  [[nodiscard]] std::string finish();

 private:
  const WallTime at_;
  std::string bytes_;
};

}  // namespace hotswap::archive
