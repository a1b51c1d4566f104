#pragma once
// What a change set can change for the sake of access, one struct each.

#include "domain/access/revocation.hpp"

namespace hotswap::change {

/// Insert, or replace if it is later.
struct PutRevocation {
  Revocation revocation;
};

}  // namespace hotswap::change
