// A part of the program that nobody could set a level of.
#include "domain/ports/logger.hpp"

void tell(hotswap::Logger& logger) {
#ifdef HS_VALID
  logger.info("runner", "a line");
#else
  logger.info("runer", "a line");
#endif
}
