#include "api/server/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/status.hpp>
#include <optional>

#include "api/server/head_scan.hpp"

namespace hotswap::api {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using beast::error_code;

constexpr std::size_t kLastChunkBytes = 5;  // 0 CR LF CR LF
constexpr std::size_t kMethodBytes = 64;

Method to_method(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::Get;
    case http::verb::head:
      return Method::Head;
    case http::verb::post:
      return Method::Post;
    case http::verb::put:
      return Method::Put;
    case http::verb::patch:
      return Method::Patch;
    case http::verb::delete_:
      return Method::Delete;
    case http::verb::options:
      return Method::Options;
    default:
      return Method::Other;
  }
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "http://host/path" becomes "/path"; anything but origin form, absolute form and `*` is refused.
// So are bytes beyond ASCII, which belong in %-escapes: answers and records quote the target as
// text.
std::optional<std::string_view> origin_form(std::string_view target, std::string& authority) {
  if (std::ranges::any_of(target, [](char c) { return c <= ' ' || c > '~'; })) return std::nullopt;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!same_header_name(target.substr(0, scheme.size()), scheme)) continue;
    const auto slash = target.find_first_of("/?", scheme.size());
    if (slash == std::string_view::npos || target[slash] == '?') return std::nullopt;
    authority = target.substr(scheme.size(), slash - scheme.size());
    target.remove_prefix(slash);
    break;
  }
  if (target == "*") return target;
  if (!target.starts_with('/') || target.find('#') != std::string_view::npos) return std::nullopt;
  return target;
}

/// A host with its port, if that is not the usual one.
std::string_view place(std::string_view authority) {
  for (const std::string_view usual : {":80", ":443"})
    if (authority.ends_with(usual)) return authority.substr(0, authority.size() - usual.size());
  return authority;
}

// A request line of another version, and not one with a blank in its target.
bool has_three_parts(std::string_view head) {
  return std::ranges::count(head.substr(0, head.find('\r')), ' ') == 2;
}

bool has_long_method(std::string_view head) {
  return std::min(head.find_first_of(" \r\n"), head.size()) > kMethodBytes;
}

/// As far as it has arrived.
std::string_view target_of(std::string_view head) {
  const auto blank = head.find_first_of(" \r\n");
  if (blank == std::string_view::npos || head[blank] != ' ') return {};
  head.remove_prefix(blank + 1);
  return head.substr(0, head.find_first_of(" \r\n"));
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

// Beast calls this for every piece; a refusal is kept in `fault` and stops the parser.
class RequestParser::Sink : public http::basic_parser<true> {
 public:
  explicit Sink(RequestParser& owner) : owner_(owner) {
    header_limit(1U << 30);  // the head's size is checked before it gets here
    body_limit(owner.limits_.body_bytes);
  }

  HeadScan scan;
  std::optional<ParseFault> fault;
  int hosts = 0;
  bool has_length = false;
  bool has_encoding = false;
  bool in_body = false;
  std::string authority;  ///< of a target in absolute form

 private:
  void stop(int status, std::string_view why, error_code& ec) {
    fault = ParseFault{status, why};
    ec = http::error::bad_value;
  }

  void on_request_impl(http::verb verb, beast::string_view, beast::string_view target, int version,
                       error_code& ec) override {
    auto& request = owner_.request_;
    request.method = to_method(verb);
    owner_.is_http10_ = version == 10;
    if (target.size() > owner_.limits_.target_bytes) {
      return stop(414, "The request target is too long.", ec);
    }
    const auto origin = origin_form(view(target), authority);
    if (!origin) return stop(400, "The request target must be a path.", ec);
    request.target = *origin;
    const auto mark = origin->find('?');
    request.path = origin->substr(0, mark);
    if (mark != std::string_view::npos) request.query = origin->substr(mark + 1);
  }

  void on_response_impl(int, beast::string_view, int, error_code& ec) override {
    ec = http::error::bad_value;
  }

  void on_field_impl(http::field field, beast::string_view name, beast::string_view value,
                     error_code& ec) override {
    if (in_body) return;  // trailers mean nothing to us
    if (field == http::field::content_length) {
      if (has_length || !is_digits(view(value))) {
        return stop(400, "Content-Length must be one plain number.", ec);
      }
      has_length = true;
    } else if (field == http::field::transfer_encoding) {
      if (has_encoding || !same_header_name(view(value), "chunked")) {
        return stop(400, "The only Transfer-Encoding understood is chunked.", ec);
      }
      has_encoding = true;
    } else if (field == http::field::host) {
      ++hosts;
      // Whoever routes by the one and whoever routes by the other would disagree.
      if (!authority.empty() && !same_header_name(place(authority), place(view(value))))
        return stop(400, "The Host header is not that of the request target.", ec);
    } else if (field == http::field::expect) {
      if (!same_header_name(view(value), "100-continue")) {
        return stop(417, "The only Expect understood is 100-continue.", ec);
      }
      owner_.expects_continue_ = true;
    }
    owner_.request_.headers.push_back({std::string(view(name)), std::string(view(value))});
  }

  void on_header_impl(error_code& ec) override {
    if (has_length && has_encoding) {
      return stop(400, "Content-Length and Transfer-Encoding exclude each other.", ec);
    }
    if (owner_.is_http10_ && has_encoding) {
      return stop(400, "HTTP/1.0 knows no Transfer-Encoding.", ec);
    }
    if (hosts > 1 || (hosts == 0 && !owner_.is_http10_)) {
      return stop(400, "Exactly one Host header is needed.", ec);
    }
    in_body = true;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    // Grown further only by what really arrives: a claimed length costs the client nothing.
    if (length) owner_.request_.body.reserve(std::min<std::uint64_t>(*length, 64 << 10));
  }

  std::size_t on_body_impl(beast::string_view piece, error_code&) override {
    owner_.request_.body.append(piece.data(), piece.size());
    return piece.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view extensions, error_code& ec) override {
    if (!extensions.empty()) stop(400, "Chunk extensions are not accepted.", ec);
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view piece, error_code&) override {
    owner_.request_.body.append(piece.data(), piece.size());
    return piece.size();
  }

  void on_finish_impl(error_code&) override {}

  RequestParser& owner_;
};

RequestParser::RequestParser(ParserLimits limits) : limits_(limits) { reset(); }
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  request_.target.clear();
  request_.path.clear();
  request_.query.clear();
  request_.headers.clear();
  request_.request_id.clear();
  request_.body = {};
  state_ = ParseState::Head;
  expects_continue_ = false;
  is_http10_ = false;
  sink_ = std::make_unique<Sink>(*this);
}

bool RequestParser::keep_alive() const { return has_head() && sink_->keep_alive(); }

ParseState RequestParser::feed(std::string_view unread, std::size_t& consumed) {
  if (state_ == ParseState::Head) state_ = read_head(unread, consumed);
  if (state_ == ParseState::Body) {
    std::size_t taken = 0;
    state_ = read_body(unread.substr(consumed), taken);
    consumed += taken;
  }
  return state_;
}

ParseState RequestParser::refuse(int status, std::string_view why) {
  fault_ = {status, why};
  return ParseState::Refused;
}

ParseState RequestParser::read_head(std::string_view unread, std::size_t& consumed) {
  const auto found = sink_->scan.scan(unread.substr(0, limits_.header_bytes));
  if (found == HeadScan::State::Malformed) {
    return refuse(400, "The request's head has an ill-formed line.");
  }
  if (has_long_method(unread)) return refuse(414, "The request line is too long.");
  if (found == HeadScan::State::NeedMore) {
    if (target_of(unread).size() > limits_.target_bytes)
      return refuse(414, "The request target is too long.");
    if (unread.size() < limits_.header_bytes) return ParseState::Head;
    return refuse(431, "The request's header fields are too large.");
  }
  error_code ec;
  consumed = sink_->put({unread.data(), sink_->scan.length()}, ec);
  if (!ec) return sink_->is_done() ? ParseState::Done : ParseState::Body;
  if (sink_->fault) return refuse(sink_->fault->status, sink_->fault->why);
  if (ec == http::error::body_limit) return refuse(413, "The request's body is too large.");
  if (ec == http::error::bad_version && has_three_parts(unread)) {
    return refuse(505, "Only HTTP/1.0 and HTTP/1.1 are spoken.");
  }
  return refuse(400, "The request's head is ill-formed.");
}

ParseState RequestParser::read_body(std::string_view unread, std::size_t& consumed) {
  while (consumed < unread.size() && !sink_->is_done()) {
    error_code ec;
    const auto rest = unread.substr(consumed);
    // Beast asserts five bytes when it comes back to a last chunk that had not arrived whole, and a
    // failed assertion ends the process. Behind whatever is shorter, more must follow anyway.
    if (sink_->has_encoding && rest.size() < kLastChunkBytes) break;
    const auto taken = sink_->put({rest.data(), rest.size()}, ec);
    consumed += taken;
    if (ec == http::error::need_more) break;
    if (!ec) continue;
    if (sink_->fault) return refuse(sink_->fault->status, sink_->fault->why);
    if (ec == http::error::body_limit) return refuse(413, "The request's body is too large.");
    return refuse(400, "The request's body is ill-formed.");
  }
  if (sink_->is_done()) return ParseState::Done;
  // A chunk's line or the trailers must fit where a head fits.
  const bool stuck = unread.size() - consumed >= limits_.header_bytes;
  return stuck ? refuse(400, "The request's body is ill-formed.") : ParseState::Body;
}

std::string_view reason_phrase(int status) {
  return view(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status))));
}

}  // namespace hotswap::api
