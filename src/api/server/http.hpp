#pragma once
// One HTTP request and one response as plain values, free of any network library. Everything above
// the transport (routing, authentication, resources) speaks only these.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hotswap::api {

struct CertificateNames;

/// What the handler found out about a request on its way, for whoever counts and logs it when it
/// is answered. Written by the one thread that answers.
struct RequestNotes {
  std::size_t route = 0;  ///< 1 + its place in the table; 0: none
  std::string trace_id{};
};

enum class Method : std::uint8_t { Get, Head, Post, Put, Patch, Delete, Options, Other };

/// The method as written in a request line; `OTHER` for Method::Other.
[[nodiscard]] std::string_view to_string(Method method) noexcept;

/// Header names compare without regard to the case of ASCII letters.
[[nodiscard]] bool same_header_name(std::string_view a, std::string_view b) noexcept;

struct Header {
  std::string name;
  std::string value;
};

/// A complete request. The transport has checked its framing and its sizes, nothing more.
struct Request {
  Method method = Method::Get;
  std::string target;  ///< as sent, but without scheme and authority: `/a%20b?limit=5`
  std::string path;    ///< target before `?`, still percent-encoded
  std::string query;   ///< target after `?`, still percent-encoded, may be empty
  std::vector<Header> headers;
  std::string body;
  std::string peer;        ///< address and port of the client, e.g. `127.0.0.1:50312`
  std::string request_id;  ///< the client's X-Request-Id if it is sane, else a fresh one
  bool tls = false;
  std::shared_ptr<const CertificateNames> certificate;  ///< of the client; null: none was asked
  mutable RequestNotes notes{};

  /// Value of the first header of that name, without outer blanks; empty if absent.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

/// A complete response. The transport adds Content-Length, Connection, Date and X-Request-Id, and
/// leaves out the body (not its length) for HEAD, and both for 204 and 304.
struct Response {
  int status = 200;
  std::vector<Header> headers;              ///< further headers; values must not hold CR or LF
  std::string content_type;                 ///< left out if empty
  std::shared_ptr<const std::string> body;  ///< shared, so that a cached body is never copied
};

/// A response with its own body.
[[nodiscard]] Response make_response(int status, std::string content_type, std::string body);

}  // namespace hotswap::api
