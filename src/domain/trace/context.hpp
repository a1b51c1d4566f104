#pragma once
// W3C Trace Context: which trace a piece of work belongs to, which span it is, and whether the
// trace is recorded. https://www.w3.org/TR/trace-context/

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace hotswap::tracing {

/// All zero: none.
template <std::size_t Bytes>
struct Id {
  std::array<std::uint8_t, Bytes> bytes{};

  [[nodiscard]] bool valid() const { return bytes != std::array<std::uint8_t, Bytes>{}; }
  [[nodiscard]] std::string hex() const;  ///< lowercase, two digits a byte
  auto operator<=>(const Id&) const = default;
};
using TraceId = Id<16>;
using SpanId = Id<8>;

/// Lowercase hexadecimal of just this length, not all zero.
[[nodiscard]] std::optional<TraceId> trace_id_from_hex(std::string_view text);
[[nodiscard]] std::optional<SpanId> span_id_from_hex(std::string_view text);

struct Context {
  TraceId trace;
  SpanId span;
  bool sampled = false;
  std::string state{};  ///< `tracestate`, passed on as it came

  [[nodiscard]] bool valid() const { return trace.valid() && span.valid(); }
  bool operator==(const Context&) const = default;
};

/// `00-<32 hex>-<16 hex>-<2 hex>`; later versions may append fields. Nothing: as if it were not
/// there. A `tracestate` that is too long, or holds what no header may, is left out.
[[nodiscard]] std::optional<Context> parse_context(std::string_view traceparent,
                                                   std::string_view tracestate = {});
/// Value of `traceparent`.
[[nodiscard]] std::string traceparent(const Context& context);

/// Another span of the same trace, with the same decision.
[[nodiscard]] Context child(const Context& parent, SpanId span);

/// The span that these words name below `base`: the same on every machine, so that children can be
/// told of by whoever knows the words. SHA-256 of the base and each word behind its length.
[[nodiscard]] SpanId derived(SpanId base, std::initializer_list<std::string_view> words);

/// The instance's part of a deployment, by its root span and the generation that it was told.
[[nodiscard]] SpanId instance_span(SpanId root, std::string_view instance,
                                   std::uint64_t generation);

/// Head sampling: the parent's decision if there is one and it is followed, else that part of all
/// traces, chosen by the trace's id alone, so that everybody chooses the same.
struct Sampler {
  double ratio = 1;  ///< 0 to 1
  bool follows_parent = true;
  bool operator==(const Sampler&) const = default;

  [[nodiscard]] bool samples(const TraceId& trace, std::optional<bool> parent) const;
};

}  // namespace hotswap::tracing
