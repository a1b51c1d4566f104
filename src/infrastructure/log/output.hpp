#pragma once
#include <mutex>
#include <string>

#include "domain/base/error.hpp"

namespace hotswap::log {

/// Where lines go: standard error, or a file that is appended to and can be moved away meanwhile.
/// Thread-safe.
class Output {
 public:
  /// Empty: standard error.
  explicit Output(std::string path) : path_(std::move(path)) {}
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Opens the file by its name, which makes it (0640 at most) if nobody has: the first
  /// time, and after it was moved. Unavailable `log.file`; what was open before stays.
  [[nodiscard]] Result<void> open();
  /// All of it, or false.
  [[nodiscard]] bool write(std::string_view bytes);
  /// Of what is open now.
  [[nodiscard]] int file() const;
  [[nodiscard]] bool to_file() const { return !path_.empty(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const std::string path_;
  mutable std::mutex mutex_;
  int own_ = -1;  ///< -1: standard error
};

}  // namespace hotswap::log
