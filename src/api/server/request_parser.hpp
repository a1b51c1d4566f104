#pragma once
// From bytes to a Request: Beast's parser behind a strict door. Whatever two parsers on the way
// could understand differently is refused, so that nothing can be smuggled past a proxy. Knows no
// sockets; fed with what has arrived.

#include <cstddef>
#include <memory>
#include <string_view>

#include "api/server/http.hpp"

namespace hotswap::api {

struct ParserLimits {
  std::size_t header_bytes;
  std::size_t target_bytes;
  std::size_t body_bytes;
};

/// Why a request is refused: the status, and a sentence for the client.
struct ParseFault {
  int status = 400;
  std::string_view why;
};

enum class ParseState {
  Head,    ///< the head is not complete
  Body,    ///< the head is complete, the body is not
  Done,    ///< the request is complete
  Refused  ///< fault() says why; the connection must be closed
};

/// One request after the other of one connection.
class RequestParser {
 public:
  explicit RequestParser(ParserLimits limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Forgets the last request and expects the next.
  void reset();

  /// Takes bytes from the front of `unread`; adds to `consumed` how many. Until the head is
  /// complete nothing is consumed: call again with more bytes behind the same ones.
  ParseState feed(std::string_view unread, std::size_t& consumed);

  [[nodiscard]] Request& request() { return request_; }
  [[nodiscard]] const ParseFault& fault() const { return fault_; }
  /// The client waits for `100 Continue` before it sends the body.
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  /// The client allows another request on this connection.
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool is_http10() const { return is_http10_; }
  /// Whether the head has been read, so that request() names what was asked.
  [[nodiscard]] bool has_head() const {
    return state_ == ParseState::Body || state_ == ParseState::Done;
  }

 private:
  class Sink;
  ParseState refuse(int status, std::string_view why);
  ParseState read_head(std::string_view unread, std::size_t& consumed);
  ParseState read_body(std::string_view unread, std::size_t& consumed);

  ParserLimits limits_;
  std::unique_ptr<Sink> sink_;
  Request request_;
  ParseFault fault_;
  ParseState state_ = ParseState::Head;
  bool expects_continue_ = false;
  bool is_http10_ = false;
};

/// The standard phrase of a status code, e.g. `Not Found`.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace hotswap::api
