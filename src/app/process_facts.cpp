#include "app/process_facts.hpp"

#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "infrastructure/clock/cores.hpp"

namespace hotswap {
namespace {

/// Lines of /proc/self/status that tell something: `VmRSS:\t  1234 kB`.
constexpr std::pair<std::string_view, std::string_view> kStatus[] = {
    {"VmPeak:", "virtualPeakKib"}, {"VmSize:", "virtualKib"}, {"VmHWM:", "residentPeakKib"},
    {"VmRSS:", "residentKib"},     {"VmSwap:", "swappedKib"}, {"Threads:", "threads"}};

void add_status(json::Object& out) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    for (const auto& [prefix, name] : kStatus)
      if (line.starts_with(prefix))
        out.append(std::string(name), static_cast<std::uint64_t>(std::strtoull(
                                          line.c_str() + prefix.size(), nullptr, 10)));
}

std::uint64_t open_files() {
  std::error_code error;
  std::uint64_t count = 0;
  for (auto at = std::filesystem::directory_iterator("/proc/self/fd", error);
       !error && at != std::filesystem::directory_iterator(); at.increment(error))
    ++count;
  return count;
}

json::Value limit(int which) {
  rlimit found{};
  if (::getrlimit(static_cast<__rlimit_resource>(which), &found) != 0 ||
      found.rlim_cur == RLIM_INFINITY)
    return {};
  return static_cast<std::uint64_t>(found.rlim_cur);
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

json::Object process_facts() {
  json::Object out{{"pid", std::int64_t{::getpid()}}};
  add_status(out);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  out.append("cpuUserSeconds", seconds(usage.ru_utime));
  out.append("cpuSystemSeconds", seconds(usage.ru_stime));
  out.append("openFiles", open_files());
  out.append("limits", json::Object{{"openFiles", limit(RLIMIT_NOFILE)},
                                    {"addressSpace", limit(RLIMIT_AS)},
                                    {"processes", limit(RLIMIT_NPROC)},
                                    {"core", limit(RLIMIT_CORE)}});
  return out;
}

json::Object machine_facts() {
  utsname name{};
  struct sysinfo info{};
  ::uname(&name);
  ::sysinfo(&info);
  constexpr double kLoadUnit = 1 << SI_LOAD_SHIFT;
  return {{"kernel", std::string(name.sysname) + ' ' + name.release},
          {"architecture", std::string(name.machine)},
          {"coresAllowed", static_cast<std::uint64_t>(allowed_cores())},
          {"memoryBytes", static_cast<std::uint64_t>(info.totalram) * info.mem_unit},
          {"memoryFreeBytes", static_cast<std::uint64_t>(info.freeram) * info.mem_unit},
          {"load1", static_cast<double>(info.loads[0]) / kLoadUnit},
          {"upSeconds", std::int64_t{info.uptime}}};
}

}  // namespace hotswap
