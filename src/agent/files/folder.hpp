#pragma once
// The folder of a file, held by what it is and not by its name: whoever owns a folder on the way
// may put a link in its place at any time, but not under what is open here.

#include <filesystem>
#include <memory>

#include "domain/base/error.hpp"

namespace hotswap::agent {

class Folder {
 public:
  /// That of `file`. Symbolic links on the way are followed if root or we made them. Errors:
  /// Invalid `file.unsafe` (another's link), Unavailable `file.unwritable`.
  [[nodiscard]] static Result<Folder> of(const std::filesystem::path& file);

  /// A name that leads to this file of the folder, whatever became of the folder's own name. Valid
  /// as long as this.
  [[nodiscard]] std::filesystem::path at(const std::filesystem::path& file) const;
  /// To disk.
  [[nodiscard]] bool sync() const;

 private:
  explicit Folder(int fd);
  std::shared_ptr<const int> fd_;  ///< closed with the last copy
};

}  // namespace hotswap::agent
