#pragma once
#include "domain/json/value.hpp"

namespace hotswap {

/// Overwrites every text and number inside, which is of no use afterwards but to be destroyed:
/// what a document leaves in freed memory shall not be a secret.
void wipe_texts(json::Value& value);

}  // namespace hotswap
