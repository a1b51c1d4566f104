#pragma once
// The schemas in tests/deploy/schemas, evaluated by HotSwap's own engine.

#include "deploy/support/documents.hpp"

namespace hotswap::deploy {

/// An object of Kubernetes, of KEDA or of the Prometheus operator; unknown fields are refused, and
/// so is a kind of which there is no schema.
[[nodiscard]] Findings kubernetes_findings(const json::Value& object);
[[nodiscard]] Findings compose_findings(const json::Value& compose);

}  // namespace hotswap::deploy
