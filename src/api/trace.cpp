#include "api/trace.hpp"

#include <algorithm>

#include "domain/base/sha256.hpp"

namespace hotswap::api {
namespace {

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_lower_hex(text) && std::ranges::any_of(text, [](char c) { return c != '0'; });
}

/// `00-<32 hex>-<16 hex>-<2 hex>`; later versions may append fields.
bool is_traceparent(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const auto version = text.substr(0, 2);
  if (!is_lower_hex(version) || version == "ff") return false;
  if (text.size() > 55 && (version == "00" || text[55] != '-')) return false;
  return is_id(text.substr(3, 32)) && is_id(text.substr(36, 16)) &&
         is_lower_hex(text.substr(53, 2));
}

}  // namespace

std::string Trace::header() const { return "00-" + trace_id + "-" + span_id + "-01"; }

Trace trace_of(const Request& request) {
  // A request id is unique already: a digest of it spares a random number.
  const auto digest = sha256_hex(request.request_id);
  const auto parent = request.header("traceparent");
  Trace trace{digest.substr(0, 32), digest.substr(32, 16)};
  if (is_traceparent(parent)) trace.trace_id = parent.substr(3, 32);
  return trace;
}

}  // namespace hotswap::api
