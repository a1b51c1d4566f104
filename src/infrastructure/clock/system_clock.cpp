#include "infrastructure/clock/system_clock.hpp"

namespace hotswap {

WallTime SystemClock::wall() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

MonoTime SystemClock::mono() const {
  return MonoTime(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace hotswap
