#include "infrastructure/sqlite/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "infrastructure/store/errors.hpp"

namespace hotswap::sqlite {
namespace {

/// Forces a file, or the names in a folder, to disk.
Result<void> sync(const std::filesystem::path& path, int flags) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
  const bool done = handle >= 0 && ::fsync(handle) == 0;
  const int error = errno;
  if (handle >= 0) ::close(handle);
  if (done) return {};
  return std::unexpected(store::unavailable(path.string() + ": " + std::strerror(error)));
}

}  // namespace

NewFile::NewFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {
  remove_part();
}

NewFile::~NewFile() { remove_part(); }

void NewFile::remove_part() const {
  std::error_code ignored;
  for (const auto* end : {"", "-wal", "-shm", "-journal"})
    std::filesystem::remove(part_ + end, ignored);
}

bool NewFile::is_taken() const {
  std::error_code ignored;
  return std::filesystem::exists(path_, ignored);
}

Result<void> NewFile::publish() {
  if (auto done = sync(part_, 0); !done) return done;
  std::error_code error;
  std::filesystem::rename(part_, path_, error);
  if (error) return std::unexpected(store::unavailable("rename: " + error.message()));
  const auto folder = std::filesystem::path(path_).parent_path();
  return sync(folder.empty() ? "." : folder, O_DIRECTORY);
}

}  // namespace hotswap::sqlite
