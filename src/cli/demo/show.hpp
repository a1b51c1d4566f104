#pragma once
// What the audience sees, and what was seen: the screen, the fleet as the instances themselves
// report it, the callers' figures, the checks.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/demo/load_generator.hpp"
#include "cli/demo/world.hpp"
#include "cli/deployment_view.hpp"
#include "cli/event_follower.hpp"
#include "cli/live_area.hpp"

namespace hotswap::cli {

/// One instance as it answers GET /config itself.
struct Cell {
  std::string version;  ///< empty: none yet, or no answer
  bool answers = false;
  bool staged = false;  ///< holds the next version beside it, says the server
};

struct Check {
  bool ok = false;
  std::string what;
};

class Show {
 public:
  Show(World& world, const Terminal& terminal);

  void scene(int number, const std::string& title, const std::string& why);
  void say(const std::string& text);
  /// Adds to the final summary and says it at once.
  void check(bool ok, const std::string& what);

  /// Shows what happens until `done` or the time is over; whether it was done. Ctrl-C ends it, too.
  bool until(std::chrono::milliseconds timeout, const std::function<bool()>& done);
  /// Only shows, for this long.
  void watch(std::chrono::milliseconds span);

  [[nodiscard]] Api& api() { return api_; }
  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] const Terminal& terminal() const { return terminal_; }
  [[nodiscard]] const std::vector<Check>& checks() const { return checks_; }

  /// Sets the deployment that the screen follows; answered by `deployment()` from then on.
  void follow(const std::string& id);
  /// Asks the server for it now.
  void poll_deployment();
  [[nodiscard]] const DeploymentView& deployment() const { return deployment_; }
  /// Whether the timeline of the followed deployment was shown to its last line.
  [[nodiscard]] bool told_the_end() const { return told_the_end_; }
  /// Asks every instance now.
  void ask_instances();
  /// Instances that say they run this version now.
  [[nodiscard]] std::size_t running(const std::string& version) const;
  /// The same as the server tells it.
  [[nodiscard]] std::size_t running_by_api(const std::string& version);
  /// Names of the instances that were ever seen running it.
  [[nodiscard]] std::set<std::string> ever_ran(const std::string& version) const;

  void start_load(int per_second);
  void stop_load() { load_.reset(); }
  [[nodiscard]] LoadGenerator& load() { return *load_; }
  [[nodiscard]] std::string figures() const;

 private:
  void tick();
  void show_events();
  [[nodiscard]] std::vector<std::string> block() const;
  [[nodiscard]] std::string fleet_line() const;
  [[nodiscard]] std::string deployment_line() const;
  [[nodiscard]] Paint version_paint(const std::string& version) const;

  World& world_;
  const Terminal& terminal_;
  Api api_;
  EventFollower events_;
  LiveArea area_;
  std::unique_ptr<LoadGenerator> load_;
  std::vector<Cell> cells_;
  std::map<std::string, std::set<std::string>> ran_;  ///< version → names
  std::vector<std::string> versions_;                 ///< in order of appearance, for colours
  std::vector<double> errors_;                        ///< percent, for the line's curve
  std::string followed_;
  DeploymentView deployment_;
  bool told_the_end_ = false;
  std::chrono::steady_clock::time_point next_poll_{};
  std::vector<Check> checks_;
};

/// Eight levels of blocks for values from 0 to `top`.
[[nodiscard]] std::string sparkline(const std::vector<double>& values, double top);

}  // namespace hotswap::cli
