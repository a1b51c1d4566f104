#pragma once
// A judge of deployments under test: ours, and those that people use today.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/time.hpp"
#include "domain/health/sample.hpp"

namespace hotswap::sim {

enum class Ruling { Healthy, Undecided, RollBack, Pause };

/// Where the deployment stands.
struct Situation {
  WallTime now{};
  std::vector<std::optional<WallTime>> treated;  ///< by instance: runs the version since then
};

class Contender {
 public:
  virtual ~Contender() = default;
  /// What an instance reported; before start() too.
  virtual void take(std::size_t instance, WallTime at, const Sample& sample) = 0;
  /// The deployment begins, nobody is treated yet.
  virtual void start(WallTime now) = 0;
  /// A further step was handed out.
  virtual void step() {}
  /// Asked whenever data arrived (and when it asked for more time, see next_look()).
  virtual Ruling look(const Situation& situation) = 0;
  /// It wants to be asked at that time even if nothing arrives.
  [[nodiscard]] virtual std::optional<WallTime> next_look() const { return std::nullopt; }
  [[nodiscard]] virtual std::string why() const { return {}; }
};

enum class Judge { HotSwap, Flagger, ArgoTolerant, ArgoStrict, Kayenta };
inline constexpr Judge kJudges[] = {Judge::HotSwap, Judge::Flagger, Judge::ArgoTolerant,
                                    Judge::ArgoStrict, Judge::Kayenta};
[[nodiscard]] std::string_view title(Judge judge);
/// `look_at_most`: ours looks at least so far apart.
[[nodiscard]] std::unique_ptr<Contender> make(Judge judge, std::size_t instances,
                                              Duration look_at_most);

/// HotSwap's own, driven as DeploymentRunner does, with the default policy.
[[nodiscard]] std::unique_ptr<Contender> hotswap_judge(std::size_t instances,
                                                       Duration look_at_most);

/// A fixed bound on the last minute of the treated cohort, looked at every `interval`: errors at
/// most 5 points, p99 at most 50 % above what was measured before the deployment. `failures` failed
/// looks roll back, counted over the whole deployment; so do `empty` looks without data in a row
/// (none: a look without data is a failed one).
struct FixedThreshold {
  Duration interval;
  Duration window;
  unsigned failures;
  std::optional<unsigned> empty;
};
[[nodiscard]] std::unique_ptr<Contender> fixed_threshold(std::size_t instances,
                                                         const FixedThreshold& settings);

/// Kayenta's judge every minute on the last five: treated against untreated instances, one point
/// per heartbeat interval.
[[nodiscard]] std::unique_ptr<Contender> mann_whitney(std::size_t instances);

}  // namespace hotswap::sim
