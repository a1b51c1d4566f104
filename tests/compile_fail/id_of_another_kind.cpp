// A deployment's id where an instance's is wanted.
#include "domain/base/strong.hpp"

void restart(const hotswap::InstanceId& instance);

void restart_all(const hotswap::DeploymentId& deployment, const hotswap::InstanceId& instance) {
#ifdef HS_VALID
  restart(instance);
  (void)deployment;
#else
  restart(deployment);
  (void)instance;
#endif
}
