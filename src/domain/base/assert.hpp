#pragma once
// For what cannot happen. What the environment can cause is an Error instead (see CONTRIBUTING.md).

namespace hotswap {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;
}

/// On in every build: a broken invariant stops the process before it spreads.
#define HS_ASSERT(expression) \
  ((expression) ? void(0) : ::hotswap::assertion_failed(#expression, __FILE__, __LINE__))
