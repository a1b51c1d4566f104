#include "infrastructure/archive_folder/folder_archive.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ranges>

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

class File {
 public:
  explicit File(int handle) : handle_(handle) {}
  ~File() {
    if (handle_ >= 0) ::close(handle_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int handle() const { return handle_; }

 private:
  int handle_;
};

std::unexpected<Error> trouble(const std::string& what, const std::string& path) {
  const int number = errno;
  const bool denied = number == EACCES || number == EPERM || number == EROFS;
  return fail(ErrorCode::Unavailable, denied ? "archive.forbidden" : "archive.unavailable",
              "The archive cannot " + what + ' ' + path + ": " + std::strerror(number) +
                  (denied ? ". Give the server's user that right." : ". It is tried again."));
}

std::string parent(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// What was entered in a folder survives a crash only once the folder itself is on the disk.
Result<void> sync_folder(const std::string& path) {
  const File folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.handle() < 0 || ::fsync(folder.handle()) != 0) return trouble("save", path);
  return {};
}

Result<void> make_folders(const std::string& path) {
  for (std::size_t slash = 0; slash != std::string::npos;) {
    slash = path.find('/', slash + 1);
    const std::string part = path.substr(0, slash);
    if (::mkdir(part.c_str(), 0700) == 0) {
      const auto above = part.rfind('/');
      if (above == 0 || above == std::string::npos) continue;
      if (auto done = sync_folder(parent(part)); !done) return done;
    } else if (errno != EEXIST) {
      return trouble("make", part);
    }
  }
  return {};
}

Result<void> write_all(const File& file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto count = ::write(file.handle(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return trouble("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(file.handle()) != 0) return trouble("save", path);
  return {};
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.handle() < 0) return trouble("write", path);
  return write_all(file, bytes, path);
}

/// Two that write the same object at once do not write the same file.
std::string beside(const std::string& path) {
  static std::atomic<unsigned> last = 0;
  return path + '.' + std::to_string(::getpid()) + '-' + std::to_string(++last) + ".new";
}

}  // namespace

Result<std::string> FolderArchive::path_of(const std::string& key) const {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("._-/").contains(c);
  };
  const auto leads_elsewhere = [](auto segment) {
    const std::string_view text(segment.begin(), segment.end());
    return text.empty() || text == "." || text == "..";
  };
  if (key.empty() || !std::ranges::all_of(key, plain) ||
      std::ranges::any_of(std::views::split(key, '/'), leads_elsewhere))
    return fail(ErrorCode::Internal, "archive.invalid_key", "'" + key + "' is no key of an object");
  return folder_ + '/' + key;
}

Result<void> FolderArchive::be_there() const {
  if (missing_ == Missing::Make) return make_folders(folder_);
  struct stat found{};
  if (::stat(folder_.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return {};
  return fail(ErrorCode::Unavailable, "archive.unavailable",
              "The archive's folder " + folder_ + " is not there: make it, or mount it.");
}

Result<void> FolderArchive::put(const std::string& key, std::string_view bytes) {
  const auto path = path_of(key);
  if (!path) return std::unexpected(path.error());
  if (auto there = be_there(); !there) return there;
  if (auto made = make_folders(parent(*path)); !made) return made;
  const auto draft = beside(*path);
  if (auto written = write_file(draft, bytes); !written) {
    ::unlink(draft.c_str());
    return written;
  }
  if (::rename(draft.c_str(), path->c_str()) != 0) {
    auto failed = trouble("write", *path);
    ::unlink(draft.c_str());
    return failed;
  }
  return sync_folder(parent(*path));
}

Result<std::string> FolderArchive::get(const std::string& key) {
  const auto path = path_of(key);
  if (!path) return std::unexpected(path.error());
  const File file(::open(path->c_str(), O_RDONLY | O_CLOEXEC));
  if (file.handle() < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    if (auto there = be_there(); !there) return std::unexpected(there.error());
    return fail(ErrorCode::NotFound, "archive.not_found",
                "The archive has no object " + *path + ": bring it back from a backup.");
  }
  if (file.handle() < 0) return trouble("read", *path);
  std::string bytes;
  std::string piece(64 << 10, '\0');
  while (bytes.size() <= limits::kArchiveObjectBytes) {
    const auto count = ::read(file.handle(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return trouble("read", *path);
    if (count == 0) return bytes;
    bytes.append(piece, 0, static_cast<std::size_t>(count));
  }
  return fail(ErrorCode::TooLarge, "archive.too_large", *path + " is too large to be an object");
}

Result<void> FolderArchive::remove(const std::string& key) {
  const auto path = path_of(key);
  if (!path) return std::unexpected(path.error());
  if (::unlink(path->c_str()) == 0) return sync_folder(parent(*path));
  if (errno == ENOENT || errno == ENOTDIR) return {};
  return trouble("remove", *path);
}

Result<void> FolderArchive::check() {
  if (auto there = be_there(); !there) return there;
  const auto probe = beside(folder_ + "/check");
  auto written = write_file(probe, "");
  ::unlink(probe.c_str());
  return written;
}

}  // namespace hotswap
