#pragma once
#include <string>

#include "domain/base/error.hpp"

namespace hotswap {

/// Makes the data folder (0700) if it is missing.
[[nodiscard]] Result<void> make_data_dir(const std::string& path);

/// One server at a time works on a data folder: a second one would not hear the first one's
/// heartbeats and call its instances gone. The kernel lets go when the process ends, however it
/// ends.
class DataDirLock {
 public:
  /// Conflict `server.already_running` naming the other's process id.
  [[nodiscard]] static Result<DataDirLock> take(const std::string& data_dir);
  ~DataDirLock();
  DataDirLock(DataDirLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  DataDirLock& operator=(DataDirLock&&) = delete;

 private:
  explicit DataDirLock(int file) : file_(file) {}
  int file_;
};

}  // namespace hotswap
