#pragma once
#include "domain/base/time.hpp"

struct asn1_string_st;

namespace hotswap::api {

/// A time of a certificate; the epoch if it is none.
[[nodiscard]] WallTime wall_of(const asn1_string_st* time);

}  // namespace hotswap::api
