#pragma once

namespace hotswap::api {

/// Deleter that calls a C library's function: `std::unique_ptr<BIGNUM, Freed<BN_free>>`.
template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};

}  // namespace hotswap::api
