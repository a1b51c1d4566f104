#pragma once
// What the files of ErasureService share.

#include "orchestrator/erasure_service.hpp"

namespace hotswap {

/// One call on its way.
struct ErasureService::Work {
  const Caller& caller;
  const erasure::Eraser& eraser;
  erasure::Erasure erasure;
  bool unsaved = false;  ///< it came further than the store knows
};

}  // namespace hotswap
