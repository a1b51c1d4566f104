#include "cli/contexts/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

namespace hotswap::cli {
namespace {

constexpr int kTries = 500;
constexpr auto kBetween = std::chrono::milliseconds(10);

}  // namespace

Result<ContextsLock> ContextsLock::take(const std::filesystem::path& contexts) {
  if (contexts.empty()) return ContextsLock(-1);  // writing says what is missing
  std::error_code error;
  if (const auto folder = contexts.parent_path();
      !folder.empty() && !std::filesystem::exists(folder)) {
    std::filesystem::create_directories(folder, error);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  const auto name = contexts.string() + ".lock";
  ContextsLock lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.file_ < 0) {
    return fail(ErrorCode::Invalid, "file.unwritable",
                fmt::format("cannot write {}: {}", name, std::strerror(errno)));
  }
  for (int i = 0; i < kTries; ++i) {
    if (::flock(lock.file_, LOCK_EX | LOCK_NB) == 0) return lock;
    std::this_thread::sleep_for(kBetween);
  }
  return fail(ErrorCode::Conflict, "contexts.busy",
              "another command changes " + contexts.string() + "; try again");
}

ContextsLock::ContextsLock(ContextsLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

ContextsLock::~ContextsLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace hotswap::cli
