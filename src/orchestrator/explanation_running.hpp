#pragma once
#include "domain/rollout/deployment.hpp"
#include "orchestrator/explanation_words.hpp"

namespace hotswap::explain {

/// A deployment that runs: what its phase waits for, with figures, and what comes then. Pure.
struct Wait {
  std::string what;                  ///< behind "It waits for"
  std::vector<std::string> figures;  ///< sentences in front of it: how health was judged last
  std::vector<std::string> details;  ///< further ones
  std::string next;                  ///< behind "Next:"
};
[[nodiscard]] Wait wait_of(const Deployment& deployment, const Running& at, WallTime now);

/// `step 1 of 4 begins: 1 instance (10 %) gets the version`.
[[nodiscard]] std::string first_step(const Deployment& deployment);
/// `resumed, step 2 of 4 is watched for another 3 min`.
[[nodiscard]] std::string after_resume(const Deployment& deployment, const Paused& at);
/// `3 instances get their version of before`.
[[nodiscard]] std::string restored_text(const Deployment& deployment);

}  // namespace hotswap::explain
