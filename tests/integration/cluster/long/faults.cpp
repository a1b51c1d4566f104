// ./dev faults: every transition of every strategy, and at each of them every way to lose the node
// that drives. The transitions are those that the strategy shows when nothing breaks.
#include <fmt/format.h>

#include <charconv>
#include <iostream>
#include <span>

#include "cli/answer.hpp"
#include "integration/cluster/long/troubles.hpp"
#include "integration/cluster/world.hpp"

namespace hotswap::lab {
namespace {

constexpr auto kUsage =
    "usage: faults [--cycles N] [--strategy NAME] [--fault NAME] [--without-redis]\n"
    "  strategies: Canary, BlueGreen, Rolling, Direct; faults: kill, stop, cut, deaf\n";

constexpr int kDiskMb = 4000;  ///< a cycle writes more than a case does

struct Options {
  int cycles = 1;
  bool redis = true;
  std::string strategy, fault;  ///< empty: all
};

struct Transition {
  std::string kind;
  int number = 0;
};

class Campaign {
 public:
  explicit Campaign(Options options)
      : options_(std::move(options)),
        world_({.lab = {.redis = options_.redis, .disk_mb = kDiskMb}}) {}

  /// Whether nothing was broken that must hold.
  bool run() {
    for (int cycle = 1; cycle <= options_.cycles; ++cycle)
      for (const auto& [name, strategy] : strategies())
        if (options_.strategy.empty() || options_.strategy == name) play(cycle, name, strategy);
    std::cout << world_.measures().table()
              << fmt::format("{} cases, {} came too late, {} breaches\n", cases_, late_, breaches_);
    return breaches_ == 0 && cases_ > late_;
  }

 private:
  void play(int cycle, const std::string& name, const json::Value& strategy) {
    for (const auto& transition : transitions_of(strategy))
      for (const auto& fault : faults()) {
        if (!options_.fault.empty() && options_.fault != fault.name) continue;
        std::cout << fmt::format("cycle {}: {}, {} at its {}. {}\n", cycle, name, fault.name,
                                 transition.number, transition.kind)
                  << std::flush;
        ++cases_;
        meet(strategy, transition, fault);
        breaches_ += world_.settle_aloud();
      }
  }

  std::vector<Transition> transitions_of(const json::Value& strategy) {
    const auto deployment = world_.begins(strategy);
    world_.succeeds(deployment);
    std::map<std::string, int> seen;
    std::vector<Transition> out;
    for (const auto& kind : checks::kinds(world_.lab().api(), deployment)) {
      const bool step =
          kind.starts_with("step.") || kind == "deployment.started" || kind == "deployment.baking";
      if (step) out.push_back({kind, ++seen[kind]});
    }
    breaches_ += world_.settle_aloud();
    return out;
  }

  void meet(const json::Value& strategy, const Transition& transition, const Fault& fault) {
    const auto storm = world_.storm();
    const auto deployment = world_.begins(strategy);
    if (world_.reaches(deployment, transition.kind, transition.number)) {
      const auto victim = world_.lab().owner(deployment);
      const auto fence = world_.fence_of(deployment);
      // Without an owner it has ended in the meantime: some transitions are its last.
      if (victim) {
        auto& node = world_.lab().node(*victim);
        fault.happens(node);
        world_.taken_over_or_over(deployment, fence, fault.name + " at " + transition.kind);
        fault.ends(node);
      } else {
        ++late_;
      }
    }
    world_.succeeds(deployment);
    world_.judge(*storm);
  }

  const Options options_;
  World world_;
  std::size_t cases_ = 0, late_ = 0, breaches_ = 0;
};

std::optional<Options> parse(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view name = arguments[i];
    if (name == "--without-redis") {
      options.redis = false;
      continue;
    }
    if (i + 1 == arguments.size()) return std::nullopt;
    const std::string_view value = arguments[++i];
    if (name == "--strategy")
      options.strategy = value;
    else if (name == "--fault")
      options.fault = value;
    else if (name != "--cycles" ||
             std::from_chars(value.data(), value.data() + value.size(), options.cycles).ec !=
                 std::errc() ||
             options.cycles < 1)
      return std::nullopt;
  }
  const auto known = [](const auto& all, const std::string& name, auto member) {
    return name.empty() || std::ranges::find(all, name, member) != all.end();
  };
  const bool good =
      known(strategies(), options.strategy, &std::pair<std::string, json::Value>::first) &&
      known(faults(), options.fault, &Fault::name);
  return good ? std::optional(options) : std::nullopt;
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
    return hotswap::lab::Campaign(*options).run() ? 0 : 1;
  } catch (const std::exception& broken) {
    std::cerr << "faults: " << broken.what() << "\n";
    return 1;
  }
}
