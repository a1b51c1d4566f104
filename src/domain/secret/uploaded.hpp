#pragma once
#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// Whether an uploaded document holds secrets (values or references). Invalid `secret.invalid` with
/// every place that looks like a secret and is none that can be stored: what is masked or sealed, a
/// value or reference with more beside it (it would be stored plain), and a document that is one
/// secret as a whole.
[[nodiscard]] Result<bool> uploaded_secrets(const json::Value& document);

}  // namespace hotswap
