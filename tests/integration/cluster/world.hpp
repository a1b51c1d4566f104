#pragma once
// One cluster with hundreds of instances, and the words in which its cases are told. What breaks a
// promise is written down in words; who plays the case asks for them.

#include "e2e/support/wait.hpp"
#include "integration/cluster/checks/checks.hpp"
#include "integration/cluster/history/storm.hpp"
#include "integration/cluster/lab/lab.hpp"
#include "integration/cluster/measures.hpp"

namespace hotswap::lab {

using e2e::eventually;
using namespace std::chrono_literals;

inline constexpr auto kBound = 30s;  ///< generous: what is measured is printed

/// `{"type":"Canary",…}`, steps of 10, 50 and 100 % with such a pause (ISO 8601) after each.
[[nodiscard]] json::Value canary(const std::string& pause = "PT1S");

struct WorldOptions {
  LabOptions lab{};
  std::size_t instances = 300;
};

class World {
 public:
  explicit World(const WorldOptions& options = {});

  [[nodiscard]] Lab& lab() { return lab_; }
  [[nodiscard]] fleet::Fleet& fleet() { return *fleet_; }
  [[nodiscard]] Measures& measures() { return measures_; }

  /// Uploads a version of the fleet's profile that no other deployment has, and begins to bring it
  /// out: the deployment's id.
  std::string begins(const json::Value& strategy = canary());
  /// Waits for its end; another one than `Succeeded` is a breach, told with the timeline.
  void succeeds(const std::string& deployment);
  /// Waits until the deployment has had this event, asked of the store, so that it works while
  /// nodes are away; else a breach. `number`: the nth.
  bool reaches(const std::string& deployment, const std::string& kind, int number = 1);
  /// Which node drives; waits for one.
  std::size_t owner(const std::string& deployment);
  /// Waits until somebody else has raised the deployment's fence, and notes how long that took.
  void taken_over(const std::string& deployment, const std::string& fence, const std::string& what);
  /// The same, unless it ended before anybody had to.
  void taken_over_or_over(const std::string& deployment, const std::string& fence,
                          const std::string& what);
  [[nodiscard]] std::string fence_of(const std::string& deployment);
  /// Notes how long it takes until every instance has its stream again; `before`: reconnections
  /// before some of them were broken.
  void streams_return(std::size_t before, const std::string& what);

  /// A storm on profiles of its own.
  std::unique_ptr<history::Storm> storm();
  /// Waits until so many more writes have been acknowledged.
  void writes_go_on(const history::Storm& storm, std::size_t more = 50);
  void judge(history::Storm& storm);

  /// Heals the cluster and checks all that must hold after any case; forgets its deployments.
  void settle();
  /// The same for a long run: prints each breach, and the nodes' logs if there is one; how many.
  [[nodiscard]] std::size_t settle_aloud();
  void breach(std::string words) { breaches_.push_back(std::move(words)); }
  /// Since the last call.
  [[nodiscard]] checks::Words take_breaches() { return std::exchange(breaches_, {}); }
  [[nodiscard]] std::string logs() const;

 private:
  void has_profile(const std::string& name, const std::string& service, int versions);
  void add(const checks::Words& words);

  const std::size_t instances_;
  Lab lab_;
  std::unique_ptr<fleet::Fleet> fleet_, gate_;
  Measures measures_;
  checks::Words breaches_;
  std::vector<std::string> deployments_;
  int version_ = 0, storms_ = 0;
};

}  // namespace hotswap::lab
