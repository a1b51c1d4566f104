#pragma once
// What every case of this program uses: one cluster with three hundred instances, started when first
// needed, and the words of the cases.

#include <gtest/gtest.h>

#include <functional>

#include "e2e/support/wait.hpp"
#include "integration/cluster/checks/checks.hpp"
#include "integration/cluster/history/storm.hpp"
#include "integration/cluster/lab/lab.hpp"

namespace hotswap::lab {

using e2e::eventually;
using namespace std::chrono_literals;

inline constexpr auto kBound = 30s;  ///< generous: what is measured is printed

class LabFaults : public ::testing::Test {
 protected:
  LabFaults();
  void SetUp() override;
  /// Heals the cluster and checks all that must hold after any case.
  void TearDown() override;

  [[nodiscard]] Lab& lab() { return *lab_; }
  [[nodiscard]] fleet::Fleet& fleet() { return *fleet_; }

  /// Uploads a version of the fleet's profile that no other deployment has, and begins to bring it
  /// out: the deployment's id.
  std::string begins_canary(const std::string& pause = "PT1S");
  [[nodiscard]] std::string state_of(const std::string& deployment);
  /// Waits for the end, and says which it was.
  std::string ends(const std::string& deployment);
  /// Waits until the deployment has had this event, asked of the store, so that it works while
  /// nodes are away. `number`: the nth.
  bool reaches(const std::string& deployment, const std::string& kind, int number = 1);
  /// Which node drives; waits for one.
  std::size_t owner(const std::string& deployment);
  /// Waits until somebody else has raised the deployment's fence; how long that took.
  std::chrono::milliseconds taken_over(const std::string& deployment, const std::string& fence);
  [[nodiscard]] std::string fence_of(const std::string& deployment);
  /// A storm on profiles of its own.
  std::unique_ptr<history::Storm> storm();
  /// Waits until so many more writes have been acknowledged; how long that took.
  std::chrono::milliseconds writes_again(const history::Storm& storm, std::size_t more = 20);
  void judge(history::Storm& storm);

 private:
  void has_profile(const std::string& name, const std::string& service, int versions);

  static inline std::unique_ptr<Lab> lab_;
  static inline std::unique_ptr<fleet::Fleet> fleet_, gate_;
  static inline int version_ = 0, case_ = 0;
  std::vector<std::string> deployments_;
};

/// One line of the test's output.
void measured(const std::string& what, std::chrono::milliseconds time);

}  // namespace hotswap::lab
