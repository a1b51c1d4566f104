#include "domain/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace hotswap {
void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "hotswap: broken invariant: %s (%s:%d)\n", expression, file, line);
  std::abort();
}
}  // namespace hotswap
