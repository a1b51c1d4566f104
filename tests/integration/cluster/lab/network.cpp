#include "integration/cluster/lab/network.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "e2e/support/command.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::lab {
namespace {

using e2e::eventually;
using namespace std::chrono_literals;

constexpr auto kBridge = "lab";

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::filesystem::path network_of(pid_t process) {
  return "/proc/" + std::to_string(process) + "/ns/net";
}

/// The namespace that a process is in, as text.
std::string identity(pid_t process) {
  std::error_code none;
  return std::filesystem::read_symlink(network_of(process), none).string();
}

}  // namespace

void run(const std::vector<std::string>& command) {
  const auto done = e2e::run_program(command);
  if (done.code != 0) throw std::runtime_error(joined(command) + ": " + done.out + done.err);
}

void enter_own_world() {
  static bool entered = false;
  if (entered) return;
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0)
    throw std::runtime_error(
        std::string("no network namespace of its own: ") + std::strerror(errno) +
        "; these tests cut networks and fill disks for real: run them as root with the rights "
        "CAP_SYS_ADMIN and CAP_NET_ADMIN (in a container: --cap-add SYS_ADMIN --cap-add "
        "NET_ADMIN --security-opt apparmor=unconfined --security-opt seccomp=unconfined)");
  // Mounts made from here on are not seen outside.
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    throw std::runtime_error("mounts cannot be made private");
  run({"ip", "link", "set", "lo", "up"});
  run({"ip", "link", "add", kBridge, "type", "bridge"});
  run({"ip", "address", "add", std::string(kHere) + "/16", "dev", kBridge});
  run({"ip", "link", "set", kBridge, "up"});
  entered = true;
}

Place::Place(int number)
    : folder_("hotswap-place"),
      address_("10.231.0." + std::to_string(number)),
      link_("to" + std::to_string(number)) {
  enter_own_world();
  auto holder = cli::ChildProcess::start(
      {.command = {"unshare", "--net", "sleep", "infinity"}, .log = folder_.path() / "log"});
  if (!holder) throw std::runtime_error(holder.error().detail);
  holder_ = std::move(*holder);
  const auto ours = identity(::getpid());
  const bool apart = eventually([&] {
    const auto its = identity(holder_.pid());
    return !its.empty() && its != ours;
  });
  if (!apart) throw std::runtime_error("no namespace for " + address_);
  const auto pid = std::to_string(holder_.pid());
  run({"ip", "link", "add", link_, "type", "veth", "peer", "name", "eth0", "netns", pid});
  run({"ip", "link", "set", link_, "master", kBridge, "up"});
  run(inside({"ip", "address", "add", address_ + "/16", "dev", "eth0"}));
  run(inside({"ip", "link", "set", "eth0", "up"}));
  run(inside({"ip", "link", "set", "lo", "up"}));
}

std::vector<std::string> Place::inside(std::vector<std::string> command) const {
  command.insert(command.begin(), {"nsenter", "--net=" + network_of(holder_.pid()).string()});
  return command;
}

void Place::cut() { run({"ip", "link", "set", link_, "down"}); }

void Place::join() { run({"ip", "link", "set", link_, "up"}); }

void Place::go_deaf() {
  run(inside({"nft",
              "add table inet deaf; add chain inet deaf input { type filter hook input "
              "priority 0; policy drop; }"}));
}

void Place::hear() { run(inside({"nft", "delete", "table", "inet", "deaf"})); }

SmallDisk::SmallDisk(std::filesystem::path at, int megabytes) : at_(std::move(at)) {
  enter_own_world();
  std::filesystem::create_directories(at_);
  const auto size = "size=" + std::to_string(megabytes) + "m,mode=0755";
  if (::mount("tmpfs", at_.c_str(), "tmpfs", 0, size.c_str()) != 0)
    throw std::runtime_error("no file system at " + at_.string());
}

SmallDisk::~SmallDisk() { ::umount2(at_.c_str(), MNT_DETACH); }

void SmallDisk::fill() {
  const auto ballast = at_ / "ballast";
  const int file = ::open(ballast.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("cannot write to " + at_.string());
  const std::string megabyte(std::size_t{1} << 20, 'x');
  for (std::size_t size = megabyte.size(); size >= 512;) {
    const auto written = ::write(file, megabyte.data(), size);
    if (written <= 0) size /= 2;
  }
  ::close(file);
}

void SmallDisk::free() { std::filesystem::remove(at_ / "ballast"); }

}  // namespace hotswap::lab
