// A visitor of DeploymentState without a catch-all that forgets an alternative: what happens to
// everyone who visits when a new state is added.
#include "domain/rollout/deployment.hpp"

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

bool moves(const hotswap::DeploymentState& state) {
  return std::visit(Overloaded{
                        [](const hotswap::Planned&) { return true; },
                        [](const hotswap::Running&) { return true; },
                        [](const hotswap::Paused&) { return false; },
                        [](const hotswap::RollingBack&) { return true; },
                        [](const hotswap::Succeeded&) { return false; },
                        [](const hotswap::RolledBack&) { return false; },
                        [](const hotswap::Failed&) { return false; },
#ifdef HS_VALID
                        [](const hotswap::Cancelled&) { return false; },
#endif
                    },
                    state);
}
