#pragma once
#include <string>

#include "domain/base/error.hpp"

namespace hotswap::sqlite {

/// A file that appears under its name only when it is complete: until then it is `name.part`, which
/// goes away if nobody publishes it.
class NewFile {
 public:
  /// Removes what a broken-off attempt has left.
  explicit NewFile(std::string path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Whether there is a file of that name already.
  [[nodiscard]] bool is_taken() const;
  [[nodiscard]] const std::string& part() const { return part_; }
  /// Forces the content to disk and gives it its name.
  [[nodiscard]] Result<void> publish();

 private:
  void remove_part() const;

  const std::string path_;
  const std::string part_;
};

}  // namespace hotswap::sqlite
