#pragma once
#include "domain/audit/chain_check.hpp"
#include "domain/erasure/eraser.hpp"

namespace hotswap::erasure {

/// The entry without the name: fields that hold it are rewritten, the address goes with the actor,
/// and the entry is marked. What the chain held of them stays as seals. False: nothing to do.
[[nodiscard]] bool erase(AuditEntry& entry, const Eraser& eraser, const std::string& erasure,
                         std::uint64_t batch);

}  // namespace hotswap::erasure
