#pragma once
#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"

namespace hotswap {

/// No token that was issued for an instance until then counts any more.
struct Revocation {
  InstanceId instance;
  WallTime at{};
  bool operator==(const Revocation&) const = default;
};

}  // namespace hotswap
