#include "app/data_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hotswap {

Result<void> make_data_dir(const std::string& path) {
  for (std::size_t slash = 1; slash != std::string::npos;) {
    slash = path.find('/', slash + 1);
    const std::string part = path.substr(0, slash);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST)
      return fail_field("settings.invalid", "--data-dir", "folder",
                        "cannot make " + part + ": " + std::strerror(errno));
  }
  return {};
}

Result<DataDirLock> DataDirLock::take(const std::string& data_dir) {
  const std::string path = data_dir + "/server.lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    return fail_field("settings.invalid", "--data-dir", "file",
                      "cannot write " + path + ": " + std::strerror(errno));
  DataDirLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    std::string holder(32, '\0');
    const auto length = ::pread(file, holder.data(), holder.size(), 0);
    holder.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return fail(ErrorCode::Conflict, "server.already_running",
                "another server (process " + holder + ") works on " + data_dir +
                    ": stop it, or give this one a --data-dir of its own");
  }
  const std::string self = std::to_string(::getpid());
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, self.data(), self.size(), 0) < 0)
    return fail_field("settings.invalid", "--data-dir", "file",
                      "cannot write " + path + ": " + std::strerror(errno));
  return lock;
}

DataDirLock::~DataDirLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace hotswap
