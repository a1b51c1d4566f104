#include "agent/files/candidate.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hotswap::agent {
namespace {

namespace fs = std::filesystem;

constexpr int kLinks = 16;
constexpr std::size_t kFileBytes = std::size_t{16} << 20;

std::unexpected<Error> unwritable(const fs::path& path) {
  const int error = errno;
  std::string detail = "cannot write " + path.string() + ": " + std::strerror(error);
  if (error == EACCES || error == EPERM || error == EROFS)
    detail += "; the agent must be allowed to create files in this folder";
  if (error == ENOENT || error == ENOTDIR) detail += "; make the folder first";
  return fail(ErrorCode::Unavailable, "file.unwritable", std::move(detail));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

fs::path beside(const fs::path& target, std::string_view prefix) {
  return target.parent_path() / (std::string(prefix) + target.filename().string());
}
fs::path new_name(const fs::path& target) { return beside(target, ".hotswap-new."); }
fs::path old_name(const fs::path& target) { return beside(target, ".hotswap-old."); }
/// Half a copy must never have the name that recover() trusts.
fs::path copy_name(const fs::path& target) { return beside(target, ".hotswap-copy."); }

/// What is given, else what the old file has.
struct Wanted {
  mode_t mode = kNewFileMode;
  uid_t user = static_cast<uid_t>(-1);  ///< leave it
  gid_t group = static_cast<gid_t>(-1);
  bool must_own = false;  ///< was asked for
};
Wanted wanted(const fs::path& target, const Folder& folder, const Rights& rights) {
  Wanted out;
  struct stat old{};
  if (::lstat(folder.at(target).c_str(), &old) == 0) {
    out.mode = old.st_mode & 0777;
    out.user = old.st_uid;
    out.group = old.st_gid;
  }
  out.mode = rights.mode.value_or(out.mode);
  out.user = rights.user.value_or(out.user);
  out.group = rights.group.value_or(out.group);
  out.must_own = rights.user || rights.group;
  return out;
}

bool give_rights(int file, const Wanted& wanted) {
  if (::fchown(file, wanted.user, wanted.group) != 0) {
    if (wanted.must_own) return false;
    // Only root may give files away; the group at least decides who may read it.
    if (::fchown(file, static_cast<uid_t>(-1), wanted.group) != 0 && errno != EPERM) return false;
  }
  return ::fchmod(file, wanted.mode) == 0;
}

void tell(const StepTold& told, std::string_view step) {
  if (told) told(step);
}

bool write_copy(const fs::path& file, const Wanted& rights, std::string_view content,
                const StepTold& told) {
  const Descriptor copy(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (copy.get() < 0 || !write_all(copy.get(), content.substr(0, content.size() / 2))) return false;
  tell(told, "copying");
  return write_all(copy.get(), content.substr(content.size() / 2)) &&
         give_rights(copy.get(), rights) && ::fsync(copy.get()) == 0;
}

/// The old file under another name, so that it can come back as it was. Where links are not
/// possible (no such file system, fs.protected_hardlinks), a copy, which gets the name when it is
/// whole.
Result<void> save_old(const fs::path& target, const Folder& folder, const Linker& link,
                      const StepTold& told) {
  const auto saved = folder.at(old_name(target)), half = folder.at(copy_name(target));
  ::unlink(saved.c_str());
  if (link(folder.at(target).c_str(), saved.c_str()) == 0) return {};
  const auto content = content_of(folder.at(target));
  if (!content) return std::unexpected(content.error());
  ::unlink(half.c_str());
  if (write_copy(half, wanted(target, folder, {}), content->value_or(""), told) &&
      ::rename(half.c_str(), saved.c_str()) == 0)
    return {};
  auto error = unwritable(copy_name(target));
  ::unlink(half.c_str());
  return error;
}

/// In a folder where others may write, too, anybody can make a file with this name.
bool may_be_ours(const struct stat& saved, const struct stat* standing) {
  return S_ISREG(saved.st_mode) && (saved.st_uid == 0 || saved.st_uid == ::geteuid() ||
                                    (standing != nullptr && saved.st_uid == standing->st_uid));
}

/// The content of an open file.
std::optional<std::string> read_all(int file) {
  std::string text;
  char block[16384];
  while (text.size() <= kFileBytes) {
    const auto got = ::read(file, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return text;
    text.append(block, static_cast<std::size_t>(got));
  }
  errno = EFBIG;
  return std::nullopt;
}

Result<std::optional<std::string>> content_at(const fs::path& file, int more_flags) {
  const auto unreadable = [&](const char* why) -> Result<std::optional<std::string>> {
    return fail(ErrorCode::Unavailable, "file.unreadable",
                "cannot read " + file.string() + ": " + why);
  };
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | more_flags));
  if (in.get() < 0 && errno == ENOENT) return std::nullopt;
  struct stat found{};
  if (in.get() < 0 || ::fstat(in.get(), &found) != 0) return unreadable(std::strerror(errno));
  if (!S_ISREG(found.st_mode)) return unreadable("it is no regular file");
  auto text = read_all(in.get());
  if (!text) return unreadable(std::strerror(errno));
  return text;
}

}  // namespace

Result<fs::path> resolve_target(const fs::path& target) {
  fs::path at = target;
  for (int links = 0; links < kLinks; ++links) {
    struct stat found{};
    if (::lstat(at.c_str(), &found) != 0) {
      if (errno == ENOENT) return at;
      return unwritable(at);
    }
    if (S_ISREG(found.st_mode)) return at;
    if (!S_ISLNK(found.st_mode))
      return fail(ErrorCode::Invalid, "file.unsafe",
                  at.string() + " is no regular file: name one, or a path where none is yet");
    if (found.st_uid != 0 && found.st_uid != ::geteuid())
      return fail(ErrorCode::Invalid, "file.unsafe",
                  at.string() +
                      " is a symbolic link of another user, which is not followed: name "
                      "the file itself");
    std::error_code bad;
    const auto link = fs::read_symlink(at, bad);
    if (bad) return unwritable(at);
    at = link.is_absolute() ? link : at.parent_path() / link;
  }
  return fail(ErrorCode::Invalid, "file.unsafe",
              target.string() + " is a chain of symbolic links without end");
}

Result<std::optional<std::string>> content_of(const fs::path& file) {
  return content_at(file, O_NOFOLLOW);
}
Linker system_link() { return ::link; }
Result<std::optional<std::string>> content_read(const fs::path& file) {
  return content_at(file, 0);
}

Candidate::Candidate(fs::path target, fs::path path, Folder folder)
    : target_(std::move(target)), path_(std::move(path)), folder_(std::move(folder)) {}

Candidate::Candidate(Candidate&& other) noexcept
    : target_(std::move(other.target_)),
      path_(std::move(other.path_)),
      folder_(std::move(other.folder_)),
      had_old_(other.had_old_),
      pending_(std::exchange(other.pending_, false)) {}

Candidate::~Candidate() {
  if (pending_) ::unlink(folder_.at(path_).c_str());
}

Result<Candidate> Candidate::write(const fs::path& target, std::string_view content,
                                   const Rights& rights, const StepTold& told) {
  auto folder = Folder::of(target);
  if (!folder) return std::unexpected(folder.error());
  const auto path = new_name(target);
  ::unlink(folder->at(path).c_str());  // a leftover may have other rights
  // Secret until its rights are set.
  const Descriptor file(
      ::open(folder->at(path).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return unwritable(path);
  Candidate candidate(target, path, *folder);
  tell(told, "created");
  const auto half = content.size() / 2;
  if (!write_all(file.get(), content.substr(0, half))) return unwritable(path);
  tell(told, "half");
  if (!write_all(file.get(), content.substr(half))) return unwritable(path);
  tell(told, "written");
  if (!give_rights(file.get(), wanted(target, *folder, rights)) || ::fsync(file.get()) != 0)
    return unwritable(path);
  tell(told, "synced");
  return candidate;
}

Result<void> Candidate::install(const StepTold& told, const Linker& link) {
  struct stat old{};
  const auto standing = folder_.at(target_), saved_old = folder_.at(old_name(target_));
  had_old_ = ::lstat(standing.c_str(), &old) == 0;
  if (had_old_)
    if (auto saved = save_old(target_, folder_, link, told); !saved) return saved;
  tell(told, "saved");
  if (::rename(folder_.at(path_).c_str(), standing.c_str()) != 0) {
    auto error = unwritable(target_);
    ::unlink(saved_old.c_str());
    return error;
  }
  pending_ = false;
  tell(told, "renamed");
  if (folder_.sync()) {
    tell(told, "folder");
    return {};
  }
  auto error = unwritable(target_);
  if (auto back = put_back(); !back) return back;
  return error;
}

Result<void> Candidate::put_back() {
  const auto standing = folder_.at(target_), saved = folder_.at(old_name(target_));
  const bool done = had_old_ ? ::rename(saved.c_str(), standing.c_str()) == 0
                             : ::unlink(standing.c_str()) == 0 || errno == ENOENT;
  if (!done || !folder_.sync()) return unwritable(target_);
  return {};
}

void Candidate::keep() { ::unlink(folder_.at(old_name(target_)).c_str()); }

Result<bool> recover(const fs::path& target) {
  const auto folder = Folder::of(target);
  if (!folder) return std::unexpected(folder.error());
  ::unlink(folder->at(new_name(target)).c_str());
  ::unlink(folder->at(copy_name(target)).c_str());
  const auto place = folder->at(target), saved = folder->at(old_name(target));
  struct stat found{}, standing{};
  if (::lstat(saved.c_str(), &found) != 0) return false;
  const bool stands = ::lstat(place.c_str(), &standing) == 0;
  if (!may_be_ours(found, stands ? &standing : nullptr)) {
    if (::unlink(saved.c_str()) != 0) return unwritable(old_name(target));
    return fail(ErrorCode::Invalid, "file.unsafe",
                old_name(target).string() +
                    " was made by another user: it was removed and not put in place");
  }
  // Linked, but not replaced yet: both names are one file.
  if (stands && found.st_ino == standing.st_ino && found.st_dev == standing.st_dev) {
    if (::unlink(saved.c_str()) != 0) return unwritable(old_name(target));
    return false;
  }
  if (::rename(saved.c_str(), place.c_str()) != 0 || !folder->sync()) return unwritable(target);
  return true;
}

}  // namespace hotswap::agent
