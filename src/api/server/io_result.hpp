#pragma once
#include <cstddef>

namespace hotswap::api {

/// What one non-blocking read, write or handshake step came to.
struct IoResult {
  enum class Kind {
    Done,       ///< `bytes` were moved
    WantRead,   ///< nothing moved: wait until the socket is readable
    WantWrite,  ///< nothing moved: wait until the socket is writable
    Closed,     ///< the peer closed in an orderly way
    Failed      ///< the connection is broken
  };
  Kind kind = Kind::Done;
  std::size_t bytes = 0;
};

}  // namespace hotswap::api
