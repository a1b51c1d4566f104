#include "app/process_guard.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace hotswap {
namespace {

constexpr std::size_t kEntryBytes = 16 << 10;

Result<void> cannot_become(const std::string& user, const std::string& why) {
  return fail_field("settings.invalid", "--user", "user", "cannot become " + user + ": " + why);
}

}  // namespace

void keep_memory_private() {
  ::umask(077);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

Result<void> become(const std::string& user) {
  if (user.empty()) return {};
  std::vector<char> buffer(kEntryBytes);
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return cannot_become(user, "there is no such user");
  if (::geteuid() == entry.pw_uid) return {};
  if (::geteuid() != 0) return cannot_become(user, "only root may become another user");
  // Groups first: the user may not change them any more.
  if (::initgroups(user.c_str(), entry.pw_gid) != 0 ||
      ::setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid) != 0 ||
      ::setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid) != 0)
    return cannot_become(user, std::strerror(errno));
  if (entry.pw_uid != 0 && ::setuid(0) == 0) return cannot_become(user, "root could come back");
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_DUMPABLE, 0);  // the kernel sets it anew when the user changes
  return {};
}

void warn_of_root(Logger& logger) {
  if (::geteuid() != 0) return;
  logger.warning("app", "runs as root, which it needs for nothing",
                 {{"remedy", "start it as a user of its own, or give --user"}});
}

}  // namespace hotswap
