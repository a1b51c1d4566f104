// A Result that nobody looks at: a lost error.
#include "domain/base/time.hpp"

bool check(const char* text) {
#ifdef HS_VALID
  return hotswap::parse_duration(text).has_value();
#else
  hotswap::parse_duration(text);
  return true;
#endif
}
