#include "infrastructure/clock/cores.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace hotswap {
namespace {

constexpr auto kGroups = "/sys/fs/cgroup";

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value <= 0) return std::nullopt;  // -1 and `max`: no limit
  return value;
}

std::optional<double> ratio(const std::string& quota, const std::string& period) {
  const auto above = number(quota), below = number(period);
  if (!above || !below) return std::nullopt;
  return *above / *below;
}

std::optional<double> limit_v2(const std::string& folder, const ReadText& read) {
  std::istringstream words(read(folder + "/cpu.max").value_or(""));
  std::string quota, period;
  words >> quota >> period;
  return ratio(quota, period);
}

std::optional<double> limit_v1(const std::string& folder, const ReadText& read) {
  return ratio(read(folder + "/cpu.cfs_quota_us").value_or(""),
               read(folder + "/cpu.cfs_period_us").value_or(""));
}

/// The group and all above it. A container often sees its own group as the root, whatever its path
/// says, so the root is always among them.
std::vector<std::string> upwards(std::string path) {
  std::vector<std::string> all;
  while (path.size() > 1) {
    all.push_back(path);
    path.resize(path.rfind('/'));
  }
  all.emplace_back();
  return all;
}

bool is_for_cpu(const std::string& controllers) {
  return (',' + controllers + ',').contains(",cpu,");
}

}  // namespace

double limited_cores(double cores, const ReadText& read) {
  std::istringstream groups(read("/proc/self/cgroup").value_or(""));
  for (std::string line; std::getline(groups, line);) {  // ID:CONTROLLERS:/PATH
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    const auto path = line.substr(second + 1);
    if (!path.starts_with('/')) continue;
    for (const auto& group : upwards(path)) {
      std::optional<double> limit;
      if (controllers.empty()) limit = limit_v2(kGroups + group, read);
      if (is_for_cpu(controllers)) limit = limit_v1(kGroups + ("/cpu" + group), read);
      if (limit) cores = std::min(cores, *limit);
    }
  }
  return cores;
}

double allowed_cores() {
  const double bound_to = std::max(1U, std::thread::hardware_concurrency());
  return limited_cores(bound_to, [](const std::string& path) -> std::optional<std::string> {
    const std::ifstream in(path);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) return std::nullopt;
    return std::move(text).str();
  });
}

}  // namespace hotswap
