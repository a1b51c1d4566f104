#include "agent/files/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <deque>

namespace hotswap::agent {
namespace {

namespace fs = std::filesystem;

constexpr int kLinks = 16;

/// Where a walk from the root stands.
class Walk {
 public:
  explicit Walk(const fs::path& folder) { push(folder); }
  ~Walk() {
    if (fd_ >= 0) ::close(fd_);
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  /// The descriptor of its end, which the caller closes.
  Result<int> run() {
    enter(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    while (!left_.empty()) {
      const auto name = left_.front();
      left_.pop_front();
      if (auto done = step(name); !done) return std::unexpected(done.error());
    }
    const int folder = ::openat(fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return std::unexpected(unwritable());
    return folder;
  }

 private:
  void enter(int fd) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }
  void push(const fs::path& path) {
    auto place = left_.begin();
    for (const auto& part : path) {
      const auto name = part.string();
      if (name.empty() || name == "/" || name == ".") continue;
      place = std::next(left_.insert(place, name));
    }
  }
  Result<void> step(const std::string& name) {
    shown_ /= name;
    const int next = ::openat(fd_, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (next >= 0) {
      enter(next);
      return {};
    }
    const int error = errno;
    struct stat found{};
    const bool link =
        ::fstatat(fd_, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(found.st_mode);
    errno = error;
    if (!link) return std::unexpected(unwritable());
    return follow(name, found.st_uid);
  }
  Result<void> follow(const std::string& name, uid_t owner) {
    if (owner != 0 && owner != ::geteuid())
      return fail(ErrorCode::Invalid, "file.unsafe",
                  shown_.string() +
                      " is a symbolic link of another user, which is not followed: name the "
                      "folder itself");
    if (++links_ > kLinks)
      return fail(ErrorCode::Invalid, "file.unsafe",
                  shown_.string() + " is a chain of symbolic links without end");
    std::array<char, PATH_MAX> text{};
    const auto size = ::readlinkat(fd_, name.c_str(), text.data(), text.size());
    if (size < 0) return std::unexpected(unwritable());
    const fs::path to(std::string(text.data(), static_cast<std::size_t>(size)));
    if (to.is_absolute()) enter(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    shown_ = to.is_absolute() ? fs::path("/") : shown_.parent_path();
    push(to);
    return {};
  }
  [[nodiscard]] Error unwritable() const {
    const int error = errno;
    std::string detail = "cannot write below " + shown_.string() + ": " + std::strerror(error);
    if (error == ENOENT || error == ENOTDIR) detail += "; make the folder first";
    if (error == EACCES) detail += "; the agent must be allowed to create files in this folder";
    return {ErrorCode::Unavailable, "file.unwritable", std::move(detail), {}, {}};
  }

  std::deque<std::string> left_;
  fs::path shown_ = "/";
  int fd_ = -1;
  int links_ = 0;
};

}  // namespace

Folder::Folder(int fd)
    : fd_(std::make_unique<int>(fd).release(), [](const int* held) {
        ::close(*held);
        const std::unique_ptr<const int> owner(held);
      }) {}

Result<Folder> Folder::of(const fs::path& file) {
  std::error_code bad;
  const auto absolute = fs::absolute(file, bad);
  Walk walk((bad ? file : absolute).parent_path());
  const auto fd = walk.run();
  if (!fd) return std::unexpected(fd.error());
  return Folder(*fd);
}

fs::path Folder::at(const fs::path& file) const {
  return fs::path("/proc/self/fd") / std::to_string(*fd_) / file.filename();
}

bool Folder::sync() const { return ::fsync(*fd_) == 0; }

}  // namespace hotswap::agent
