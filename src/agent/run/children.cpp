#include "agent/run/children.hpp"

#include <mutex>
#include <set>

namespace hotswap::agent {
namespace {

struct Awaited {
  std::mutex mutex;
  std::set<pid_t> pids;
};
Awaited& awaited() {
  static Awaited all;
  return all;
}

}  // namespace

pid_t start_child(const std::function<pid_t()>& spawn) {
  auto& all = awaited();
  const std::lock_guard lock(all.mutex);
  const pid_t pid = spawn();
  if (pid > 0) all.pids.insert(pid);
  return pid;
}

void forget_child(pid_t pid) {
  auto& all = awaited();
  const std::lock_guard lock(all.mutex);
  all.pids.erase(pid);
}

bool is_awaited(pid_t pid) {
  auto& all = awaited();
  const std::lock_guard lock(all.mutex);
  return all.pids.contains(pid);
}

}  // namespace hotswap::agent
