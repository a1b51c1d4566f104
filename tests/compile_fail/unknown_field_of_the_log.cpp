// A field by another name than everybody else's.
#include "domain/ports/logger.hpp"

void tell(hotswap::Logger& logger) {
#ifdef HS_VALID
  logger.info("runner", "a line", {{"deploymentId", "d"}});
#else
  logger.info("runner", "a line", {{"deployment", "d"}});
#endif
}
