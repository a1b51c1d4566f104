#include "testing/fake_random.hpp"

#include <cstdio>

namespace hotswap::testing {

/// SplitMix64: every state gives another number, so that ids never repeat.
std::uint64_t FakeRandom::next() {
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::string FakeRandom::guid() {
  const MutexLock lock(mutex_);
  const std::uint64_t a = next();
  const std::uint64_t b = next();
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                static_cast<unsigned>((a >> 16) & 0xffff), static_cast<unsigned>(a & 0xfff),
                static_cast<unsigned>(((b >> 48) & 0x3fff) | 0x8000),
                static_cast<unsigned long long>(b & 0xffffffffffff));
  return text;
}

std::uint64_t FakeRandom::below(std::uint64_t bound) {
  const MutexLock lock(mutex_);
  return next() % bound;
}

}  // namespace hotswap::testing
