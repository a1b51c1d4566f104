#pragma once
// The span of one configuration's way into the program.

#include <optional>
#include <string>

#include "domain/trace/context.hpp"
#include "hotswap/client.hpp"

namespace hotswap::sdk {

/// Where a configuration comes from: the `traceparent` that it came with names the deployment, and
/// this instance's part of it follows from its id and the generation (docs/protocol.md).
struct Arrival {
  const Identity& identity;
  std::string_view traceparent;
  std::string_view instance;
};

class ApplySpan {
 public:
  /// `wanted`: somebody takes spans. Begins now.
  ApplySpan(const Arrival& arrival, std::string name, bool wanted);

  /// For whatever is done meanwhile: this span, or its parent if nobody wants it; empty: no trace.
  [[nodiscard]] std::string traceparent() const;
  /// Ends it now; nothing if it is not recorded.
  [[nodiscard]] std::optional<Span> end(bool refused) const;

 private:
  std::optional<tracing::Context> own_;
  std::optional<Span> span_;
};

}  // namespace hotswap::sdk
