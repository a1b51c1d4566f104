#pragma once
#include <chrono>
#include <functional>
#include <thread>

namespace hotswap::e2e {

using namespace std::chrono_literals;

/// Looks again and again until the condition holds; false when it never did in time.
inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::milliseconds patience = 20s) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

}  // namespace hotswap::e2e
