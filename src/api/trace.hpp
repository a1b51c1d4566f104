#pragma once
#include <string>

#include "api/server/http.hpp"

namespace hotswap::api {

/// W3C Trace Context: the caller's trace, or a new one, and our own span in it.
struct Trace {
  std::string trace_id;                      ///< 32 hexadecimal digits
  std::string span_id;                       ///< 16
  [[nodiscard]] std::string header() const;  ///< value of `traceparent`
};

/// From the request's `traceparent`; if there is none or it is ill-formed, from its request id.
[[nodiscard]] Trace trace_of(const Request& request);

}  // namespace hotswap::api
