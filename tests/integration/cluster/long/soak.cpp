// ./dev soak [TIME]: a cluster with thousands of instances lives on while versions are uploaded,
// one deployment follows the other and something breaks in every second of them. What must hold is
// checked after each; at the end, that the memory of a node which was never killed stayed flat.
#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <span>

#include "integration/cluster/long/troubles.hpp"
#include "integration/cluster/world.hpp"

namespace hotswap::lab {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kUsage =
    "usage: soak [TIME] [--instances N] [--seed N]\n"
    "  TIME: 30m, 90s, 2h; what is drawn is the same for the same seed\n";
constexpr int kDiskMb = 8000;
/// Lives from the beginning to the end: cut off and frozen, but never killed.
constexpr std::size_t kSurvivor = 0;
/// Of its memory, from when the judge's windows of fifteen minutes are full to the last fifth; a
/// shorter run tells nothing.
constexpr double kGrowth = 1.10, kGrowthMib = 8, kFullAfterMinutes = 16;

struct Options {
  std::chrono::seconds time = 30min;
  std::size_t instances = 2000;
  unsigned seed = 1;
};

struct Sample {
  double minute = 0;
  double mib = 0;  ///< of the survivor
  std::size_t descriptors = 0;
};

double resident_mib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  return 0;
}

std::size_t open_files(pid_t pid) {
  std::error_code none;
  return static_cast<std::size_t>(std::ranges::distance(
      std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", none)));
}

double median_between(const std::vector<Sample>& samples, double from, double to) {
  std::vector<double> values;
  const auto end = samples.empty() ? 0 : samples.back().minute;
  for (const auto& sample : samples)
    if (sample.minute >= from * end && sample.minute <= to * end) values.push_back(sample.mib);
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

class Soak {
 public:
  explicit Soak(const Options& options)
      : options_(options),
        random_(options.seed),
        world_({.lab = {.heartbeat = "5s", .disk_mb = kDiskMb}, .instances = options.instances}) {}

  /// Whether everything held.
  bool run() {
    const auto begun = Steady::now();
    const auto minutes = [&] {
      return std::chrono::duration<double, std::ratio<60>>(Steady::now() - begun).count();
    };
    while (Steady::now() - begun < options_.time) {
      const auto what = play();
      ++played_;
      breaches_ += world_.settle_aloud();
      sample(minutes(), what);
    }
    return report();
  }

 private:
  std::size_t draw(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }

  /// One deployment, and perhaps a trouble in it; in words.
  std::string play() {
    const auto& [name, strategy] = strategies()[draw(strategies().size())];
    const auto storm = world_.storm();
    const auto deployment = world_.begins(strategy);
    std::string what = name;
    const auto kind = name == "Direct" ? "deployment.baking" : "step.soaking";
    if (draw(2) == 0 && world_.reaches(deployment, kind))
      what += ", " + trouble(deployment, *storm);
    world_.succeeds(deployment);
    world_.judge(*storm);
    writes_ += storm->acknowledged();
    return what;
  }

  std::string trouble(const std::string& deployment, history::Storm& storm) {
    ++troubles_;
    switch (draw(8)) {
      case 0:
        world_.lab().redis().kill();
        world_.writes_go_on(storm);
        world_.lab().redis().start();
        return "Redis killed";
      case 1:
        world_.lab().redis().ask({"FLUSHALL"});
        return "Redis flushed";
      case 2:
        world_.lab().postgres().kill_primary();
        world_.lab().postgres().promote_standby();
        world_.writes_go_on(storm);
        world_.lab().postgres().rebuild_standby();
        return "PostgreSQL failed over";
      default:
        return break_node(deployment, storm);
    }
  }

  /// The node that drives, or any other.
  std::string break_node(const std::string& deployment, history::Storm& storm) {
    const auto owner = world_.lab().owner(deployment);
    const auto victim = owner && draw(2) == 0 ? *owner : draw(kNodes);
    auto fault = faults()[draw(faults().size())];
    if (victim == kSurvivor && fault.name == "kill") fault = faults()[1];
    auto& node = world_.lab().node(victim);
    const auto fence = world_.fence_of(deployment);
    fault.happens(node);
    if (owner == victim)
      world_.taken_over_or_over(deployment, fence, fault.name);
    else
      world_.writes_go_on(storm);
    fault.ends(node);
    return fmt::format("{} of {}{}", fault.name, node.name(), owner == victim ? ", who drove" : "");
  }

  void sample(double minute, const std::string& what) {
    const auto pid = world_.lab().node(kSurvivor).process().pid();
    samples_.push_back({minute, resident_mib(pid), open_files(pid)});
    std::string memory;
    for (const auto& node : world_.lab().nodes())
      memory += fmt::format(" {:.0f}", resident_mib(node->process().pid()));
    std::cout << fmt::format("{:6.1f} min  {:<40} MiB{}, {} files, {} MB stored\n", minute, what,
                             memory, samples_.back().descriptors, stored_mb())
              << std::flush;
  }

  std::string stored_mb() {
    return world_.lab().postgres().sql("SELECT pg_database_size('hotswap') / 1000000");
  }

  bool report() {
    const auto end = samples_.back().minute;
    const bool told = end > 1.5 * kFullAfterMinutes;
    const auto full = told ? kFullAfterMinutes / end : 0.2;
    const auto early = median_between(samples_, full, full + 0.2);
    const auto late = median_between(samples_, 0.8, 1.0);
    const bool flat = !told || late <= early * kGrowth + kGrowthMib;
    std::cout << world_.measures().table()
              << fmt::format(
                     "{} instances, {} deployments, {} troubles, {} writes acknowledged, {} "
                     "breaches\nmemory of the node that was never killed: {:.1f} MiB early, {:.1f} "
                     "MiB late: {}\n",
                     options_.instances, played_, troubles_, writes_, breaches_, early, late,
                     !told  ? "too short to tell"
                     : flat ? "flat"
                            : "GROWN");
    return breaches_ == 0 && flat;
  }

  const Options options_;
  std::mt19937 random_;
  World world_;
  std::vector<Sample> samples_;
  std::size_t played_ = 0, troubles_ = 0, writes_ = 0, breaches_ = 0;
};

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(value)
                                                                         : std::nullopt;
}

/// `90s`, `30m`, `2h`.
std::optional<std::chrono::seconds> time_of(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto count = number(text.substr(0, text.size() - 1));
  const auto seconds = count ? std::chrono::seconds(*count) : 0s;
  switch (text.back()) {
    case 's':
      return seconds;
    case 'm':
      return seconds * 60;
    case 'h':
      return seconds * 3600;
    default:
      return std::nullopt;
  }
}

std::optional<Options> parse(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view name = arguments[i];
    const bool named = name.starts_with("--");
    if (named && i + 1 == arguments.size()) return std::nullopt;
    const auto value = named ? number(arguments[++i]) : std::nullopt;
    if (!named) {
      const auto time = time_of(name);
      if (!time || *time == 0s) return std::nullopt;
      options.time = *time;
    } else if (name == "--instances" && value && *value > 0) {
      options.instances = *value;
    } else if (name == "--seed" && value) {
      options.seed = static_cast<unsigned>(*value);
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace
}  // namespace hotswap::lab

int main(int argc, char** argv) {
  const auto options = hotswap::lab::parse(std::span(argv, static_cast<std::size_t>(argc)));
  if (!options) {
    std::cerr << hotswap::lab::kUsage;
    return 2;
  }
  try {
    return hotswap::lab::Soak(*options).run() ? 0 : 1;
  } catch (const std::exception& broken) {
    std::cerr << "soak: " << broken.what() << "\n";
    return 1;
  }
}
