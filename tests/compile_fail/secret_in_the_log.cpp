// A secret where a value of the log is wanted.
#include "domain/ports/logger.hpp"
#include "domain/secret/secret_text.hpp"

hotswap::LogValue shown(const hotswap::SecretText& password) {
#ifdef HS_VALID
  return hotswap::LogValue(password.size());
#else
  return hotswap::LogValue(password);
#endif
}
