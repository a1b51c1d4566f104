#include "state_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"

namespace hotswap::sdk {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "hotswap-state 1 ";
constexpr std::string_view kSuffix = ".lkg";
constexpr std::size_t kHeaderBytes = kMagic.size() + 64 + 1;

std::string failure(const std::string& what, const fs::path& file) {
  return what + " " + file.string() + ": " + std::strerror(errno);
}

/// A file descriptor that is closed.
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

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync_dir(const fs::path& dir) {
  const Descriptor folder(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.get() >= 0 && ::fsync(folder.get()) == 0;
}

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

/// A profile's name as a file name: what is not plain becomes %XX, also a leading dot.
std::string escape(std::string_view name) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    if (is_plain(c) && !(out.empty() && c == '.')) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return out;
}

std::optional<std::string> unescape(std::string_view file) {
  std::string out;
  for (std::size_t i = 0; i < file.size(); ++i) {
    if (file[i] != '%') {
      out += file[i];
      continue;
    }
    unsigned byte = 0;
    if (i + 2 >= file.size()) return std::nullopt;
    const auto* end = file.data() + i + 3;
    if (std::from_chars(file.data() + i + 1, end, byte, 16).ptr != end) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

}  // namespace

std::expected<void, std::string> StateDir::probe() const {
  if (dir_.empty()) return {};
  auto temporary = write_temporary(dir_ / "probe", "");
  if (!temporary) return std::unexpected(temporary.error());
  ::unlink(temporary->c_str());
  return {};
}

std::optional<std::string> StateDir::load_id() const {
  return dir_.empty() ? std::nullopt : read_checked(dir_ / "instance.id");
}

std::expected<void, std::string> StateDir::save_id(std::string_view id) const {
  if (dir_.empty()) return {};
  const auto file = dir_ / "instance.id";
  auto temporary = write_temporary(file, id);
  if (!temporary) return std::unexpected(temporary.error());
  return replace(*temporary, file);
}

std::vector<std::string> StateDir::profiles() const {
  std::vector<std::string> found;
  if (dir_.empty()) return found;
  std::error_code bad;
  for (fs::directory_iterator it(dir_, bad), end; !bad && it != end; it.increment(bad)) {
    auto name = it->path().filename().string();
    if (name.ends_with(".prev")) name.resize(name.size() - 5);
    if (!name.ends_with(kSuffix)) continue;
    name.resize(name.size() - kSuffix.size());
    if (auto profile = unescape(name)) found.push_back(*std::move(profile));
  }
  std::ranges::sort(found);
  const auto twice = std::ranges::unique(found);
  found.erase(twice.begin(), twice.end());
  return found;
}

std::vector<std::string> StateDir::load(const std::string& profile) const {
  std::vector<std::string> copies;
  if (dir_.empty()) return copies;
  const auto file = file_of(profile);
  for (const auto& each : {file, fs::path(file.string() + ".prev")}) {
    if (auto content = read_checked(each)) copies.push_back(*std::move(content));
  }
  return copies;
}

std::expected<void, std::string> StateDir::save(const std::string& profile,
                                                std::string_view content) const {
  if (dir_.empty()) return {};
  const auto file = file_of(profile);
  const auto newest = read_checked(file);
  if (newest == content) return {};
  auto temporary = write_temporary(file, content);
  if (!temporary) return std::unexpected(temporary.error());
  // Only a sound copy becomes the second one: a torn file must not push out the last sound copy.
  const fs::path second(file.string() + ".prev");
  if (newest && ::rename(file.c_str(), second.c_str()) != 0) {
    return std::unexpected(failure("cannot replace", second));
  }
  return replace(*temporary, file);
}

std::expected<void, std::string> StateDir::drop(const std::string& profile) const {
  if (dir_.empty()) return {};
  const auto file = file_of(profile);
  for (const auto& each : {file, fs::path(file.string() + ".prev"),
                           file_of(profile, Beside::Pinned), file_of(profile, Beside::Staged)})
    if (::unlink(each.c_str()) != 0 && errno != ENOENT)
      return std::unexpected(failure("cannot remove", each));
  return {};
}

std::expected<void, std::string> StateDir::lock() {
  if (dir_.empty() || lock_ >= 0) return {};
  std::error_code bad;
  fs::create_directories(dir_, bad);
  const int file = ::open((dir_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return {};  // the first save says it
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) {
    const auto pid = std::to_string(::getpid());
    if (::ftruncate(file, 0) == 0) static_cast<void>(write_all(file, pid));
    lock_ = file;
    return {};
  }
  const bool held = errno == EWOULDBLOCK;
  char pid[24] = {};
  const auto got = held ? ::read(file, pid, sizeof pid - 1) : 0;
  ::close(file);
  if (!held) return {};  // a file system without locks
  return std::unexpected("the state folder " + dir_.string() + " is in use by process " +
                         (got > 0 ? std::string(pid) : "?") + ": give each instance its own");
}

void StateDir::unlock() {
  if (lock_ >= 0) ::close(std::exchange(lock_, -1));
}

std::optional<std::string> StateDir::load(const std::string& profile, Beside which) const {
  return dir_.empty() ? std::nullopt : read_checked(file_of(profile, which));
}

std::expected<void, std::string> StateDir::save(const std::string& profile, Beside which,
                                                std::string_view content) const {
  if (dir_.empty()) return {};
  const auto file = file_of(profile, which);
  if (content.empty()) {
    if (::unlink(file.c_str()) == 0 || errno == ENOENT) return {};
    return std::unexpected(failure("cannot remove", file));
  }
  if (read_checked(file) == content) return {};
  auto temporary = write_temporary(file, content);
  if (!temporary) return std::unexpected(temporary.error());
  return replace(*temporary, file);
}

std::optional<std::string> StateDir::read_checked(const fs::path& file) const {
  std::error_code bad;
  const auto size = fs::file_size(file, bad);
  if (bad || size < kHeaderBytes || size > 2 * limits::kBodyBytes) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (text.size() < kHeaderBytes || !text.starts_with(kMagic)) return std::nullopt;
  if (text[kHeaderBytes - 1] != '\n') return std::nullopt;
  auto content = text.substr(kHeaderBytes);
  if (text.substr(kMagic.size(), 64) != sha256_hex(content)) return std::nullopt;
  return content;
}

std::expected<fs::path, std::string> StateDir::write_temporary(const fs::path& file,
                                                               std::string_view content) const {
  std::error_code bad;
  if (fs::create_directories(dir_, bad); bad) {
    return std::unexpected("cannot create " + dir_.string() + ": " + bad.message());
  }
  std::string text(kMagic);
  text.append(sha256_hex(content)).append("\n").append(content);
  fs::path temporary(file.string() + ".tmp");
  ::unlink(temporary.c_str());  // a leftover may have other rights
  const Descriptor out(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (out.get() < 0 || !write_all(out.get(), text) || ::fsync(out.get()) != 0) {
    return std::unexpected(failure("cannot write", temporary));
  }
  return temporary;
}

std::expected<void, std::string> StateDir::replace(const fs::path& temporary,
                                                   const fs::path& file) const {
  if (::rename(temporary.c_str(), file.c_str()) != 0 || !sync_dir(dir_)) {
    return std::unexpected(failure("cannot replace", file));
  }
  return {};
}

fs::path StateDir::file_of(const std::string& profile, Beside which) const {
  const std::string suffix(which == Beside::Pinned ? ".pin" : ".staged");
  return file_of(profile).string() + suffix;
}

fs::path StateDir::file_of(const std::string& profile) const {
  return dir_ / (escape(profile) + std::string(kSuffix));
}

}  // namespace hotswap::sdk
