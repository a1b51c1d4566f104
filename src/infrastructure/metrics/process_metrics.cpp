#include "infrastructure/metrics/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace hotswap {
namespace {

/// Places in the line behind the program's name, which ends with the last `)`.
constexpr std::size_t kUserTicks = 11, kSystemTicks = 12, kThreads = 17, kStart = 19, kVirtual = 20,
                      kResident = 21;

constexpr bool is_wanted(std::size_t place) {
  return place == kUserTicks || place == kSystemTicks || place == kThreads || place >= kStart;
}

std::string text_of(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// When the machine started, in seconds since the epoch; 0 if it does not say.
double boot_time() {
  const auto text = text_of("/proc/stat");
  const auto at = text.find("\nbtime ");
  std::uint64_t seconds = 0;
  if (at != std::string::npos)
    std::from_chars(text.data() + at + 7, text.data() + text.size(), seconds);
  return static_cast<double>(seconds);
}

void publish_files(Metrics& metrics) {
  std::error_code error;
  std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return;
  std::size_t open = 0;
  for (; files != std::filesystem::directory_iterator(); files.increment(error)) {
    if (error) return;
    ++open;
  }
  // One of them is the look itself.
  metrics.gauge("process_open_fds", "Open files and connections of this process")
      .set(static_cast<double>(open - 1));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    metrics.gauge("process_max_fds", "Files and connections that this process may have open")
        .set(static_cast<double>(limit.rlim_cur));
}

}  // namespace

std::optional<ProcessStat> read_process_stat(std::string_view text) {
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos || name_end + 2 > text.size()) return std::nullopt;
  text.remove_prefix(name_end + 2);
  std::array<std::uint64_t, kResident + 1> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    const auto read = std::from_chars(word.data(), word.data() + word.size(), fields.at(i));
    if (is_wanted(i) && read.ec != std::errc()) return std::nullopt;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ProcessStat{fields[kUserTicks] + fields[kSystemTicks], fields[kStart], fields[kVirtual],
                     fields[kResident], fields[kThreads]};
}

void publish_process(Metrics& metrics) {
  publish_files(metrics);
  const auto stat = read_process_stat(text_of("/proc/self/stat"));
  if (!stat) return;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  static const double kBoot = boot_time();
  metrics.counter("process_cpu_seconds_total", "CPU time of this process, user and system")
      .raise_to(static_cast<double>(stat->cpu_ticks) / ticks);
  metrics.gauge("process_resident_memory_bytes", "Memory that this process holds")
      .set(static_cast<double>(stat->resident_pages) * page);
  metrics.gauge("process_virtual_memory_bytes", "Address space of this process")
      .set(static_cast<double>(stat->virtual_bytes));
  metrics.gauge("process_threads", "Threads of this process")
      .set(static_cast<double>(stat->threads));
  metrics.gauge("process_start_time_seconds", "When this process began, since the epoch")
      .set(kBoot + static_cast<double>(stat->start_ticks) / ticks);
}

}  // namespace hotswap
