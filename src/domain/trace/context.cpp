#include "domain/trace/context.hpp"

#include <algorithm>
#include <cmath>

#include "domain/base/sha256.hpp"

namespace hotswap::tracing {
namespace {

constexpr std::size_t kLength = 55;  ///< of version 00
constexpr std::size_t kStateBytes = 512;
constexpr std::uint8_t kSampled = 1;

std::optional<std::uint8_t> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  return std::nullopt;
}

std::optional<std::uint8_t> byte_of(std::string_view two) {
  const auto high = digit(two[0]);
  const auto low = digit(two[1]);
  if (!high || !low) return std::nullopt;
  return static_cast<std::uint8_t>(*high << 4 | *low);
}

template <std::size_t Bytes>
std::optional<Id<Bytes>> id_from_hex(std::string_view text) {
  if (text.size() != 2 * Bytes) return std::nullopt;
  Id<Bytes> id;
  for (std::size_t i = 0; i < Bytes; ++i) {
    const auto byte = byte_of(text.substr(2 * i, 2));
    if (!byte) return std::nullopt;
    id.bytes[i] = *byte;
  }
  return id.valid() ? std::optional(id) : std::nullopt;
}

/// What may stand in a header; its grammar is the business of whoever wrote it.
bool is_state(std::string_view text) {
  return text.size() <= kStateBytes &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

template <std::size_t Bytes>
std::string Id<Bytes>::hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * Bytes);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}
template std::string Id<16>::hex() const;
template std::string Id<8>::hex() const;

std::optional<TraceId> trace_id_from_hex(std::string_view text) { return id_from_hex<16>(text); }
std::optional<SpanId> span_id_from_hex(std::string_view text) { return id_from_hex<8>(text); }

std::optional<Context> parse_context(std::string_view text, std::string_view tracestate) {
  if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return std::nullopt;
  const auto version = byte_of(text.substr(0, 2));
  if (!version || *version == 0xff) return std::nullopt;
  if (text.size() > kLength && (*version == 0 || text[kLength] != '-')) return std::nullopt;
  const auto trace = trace_id_from_hex(text.substr(3, 32));
  const auto span = span_id_from_hex(text.substr(36, 16));
  const auto flags = byte_of(text.substr(53, 2));
  if (!trace || !span || !flags) return std::nullopt;
  return Context{*trace, *span, (*flags & kSampled) != 0,
                 is_state(tracestate) ? std::string(tracestate) : std::string()};
}

std::string traceparent(const Context& context) {
  return "00-" + context.trace.hex() + '-' + context.span.hex() + (context.sampled ? "-01" : "-00");
}

Context child(const Context& parent, SpanId span) {
  return {parent.trace, span, parent.sampled, parent.state};
}

SpanId derived(SpanId base, std::initializer_list<std::string_view> words) {
  std::string text(base.bytes.begin(), base.bytes.end());
  for (const auto word : words) {
    text += std::to_string(word.size()) + ':';
    text += word;
  }
  const auto digest = sha256(text);
  SpanId id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

SpanId instance_span(SpanId root, std::string_view instance, std::uint64_t generation) {
  return derived(root, {"instance", instance, std::to_string(generation)});
}

bool Sampler::samples(const TraceId& trace, std::optional<bool> parent) const {
  if (follows_parent && parent) return *parent;
  if (ratio >= 1) return true;
  if (!(ratio > 0)) return false;
  // The rule of OpenTelemetry's own samplers, so that other services choose the same traces.
  std::uint64_t low = 0;
  for (std::size_t i = 8; i < trace.bytes.size(); ++i) low = low << 8 | trace.bytes[i];
  return low >> 1 < static_cast<std::uint64_t>(std::ldexp(ratio, 63));
}

}  // namespace hotswap::tracing
