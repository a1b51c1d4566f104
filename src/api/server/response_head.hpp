#pragma once
#include <string>
#include <string_view>

#include "api/server/http.hpp"
#include "domain/base/time.hpp"

namespace hotswap::api {

/// What the transport knows and the response does not.
struct HeadContext {
  std::string_view date{};        ///< value of Date
  std::string_view request_id{};  ///< value of X-Request-Id, left out if empty
  bool keep_alive = false;
  bool http10 = false;    ///< keep-alive must be said
  bool tls = false;       ///< strict transport security is said
  bool open_end = false;  ///< a stream: no Content-Length, ends with the connection
};

/// Appends status line, header fields and the empty line. CR, LF and NUL in values become blanks,
/// so that no value can start a field of its own.
void append_head(std::string& out, const Response& response, const HeadContext& context);

/// `Mon, 23 Nov 2026 15:25:16 GMT`.
[[nodiscard]] std::string http_date(WallTime time);

}  // namespace hotswap::api
