#include "infrastructure/log/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hotswap::log {

Output::~Output() {
  if (own_ >= 0) ::close(own_);
}

Result<void> Output::open() {
  if (path_.empty()) return {};
  const int file = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (file < 0)
    return fail(ErrorCode::Unavailable, "log.file",
                "cannot open the log file " + path_ + ": " + std::strerror(errno));
  const std::lock_guard lock(mutex_);
  if (own_ >= 0) ::close(own_);
  own_ = file;
  return {};
}

int Output::file() const {
  const std::lock_guard lock(mutex_);
  return own_ < 0 ? STDERR_FILENO : own_;
}

bool Output::write(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const int file = own_ < 0 ? STDERR_FILENO : own_;
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace hotswap::log
