// Bytes of a connection, through the parser to the route. Whole or in pieces, the same requests
// come out of them, and the same refusal: where bytes are cut must mean nothing.

#include "api/query.hpp"
#include "api/resources/routes.hpp"
#include "api/router.hpp"
#include "api/server/request_parser.hpp"
#include "domain/base/assert.hpp"
#include "domain/net/proxies.hpp"

using namespace hotswap;

namespace {

constexpr api::ParserLimits kLimits{2048, 512, 1024};

/// What was understood, as text.
struct Reading {
  std::string requests;
  int status = 0;
  std::size_t left = 0;  ///< bytes that no request took
};

void note(const api::Request& request, bool keep_alive, Reading& reading) {
  static const api::Router router(api::routes());
  HS_ASSERT(request.body.size() <= kLimits.body_bytes);
  HS_ASSERT(request.target.size() <= kLimits.target_bytes);
  reading.requests += std::string(to_string(request.method)) + ' ' + request.target + '\n';
  for (const auto& header : request.headers) {
    HS_ASSERT(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    HS_ASSERT(!header.name.empty());
    reading.requests += header.name + ':' + header.value + '\n';
  }
  reading.requests += request.body + (keep_alive ? "\n+" : "\n-");
  const auto match = router.match(request.method, request.path);
  if (!match) return;
  const auto query = api::Query::parse(request.query, match->route->query);
  if (query || query.error().code == ErrorCode::Invalid ||
      query.error().code == ErrorCode::Malformed)
    return;
  HS_ASSERT(false);
}

/// As a connection reads: `step` bytes arrive at a time.
Reading read(std::string_view bytes, std::size_t step) {
  api::RequestParser parser(kLimits);
  Reading reading;
  std::string unread;
  std::size_t arrived = 0;
  for (;;) {
    std::size_t consumed = 0;
    const auto state = parser.feed(unread, consumed);
    HS_ASSERT(consumed <= unread.size());
    unread.erase(0, consumed);
    if (state == api::ParseState::Refused) {
      reading.status = parser.fault().status;
      HS_ASSERT(reading.status >= 400 && reading.status < 600 && !parser.fault().why.empty());
      return reading;
    }
    if (state == api::ParseState::Done) {
      note(parser.request(), parser.keep_alive(), reading);
      parser.reset();
      continue;
    }
    if (arrived == bytes.size()) break;
    const auto count = std::min(step, bytes.size() - arrived);
    unread += bytes.substr(arrived, count);
    arrived += count;
  }
  reading.left = unread.size();
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read(bytes, SIZE_MAX);
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
    const auto pieces = read(bytes, step);
    HS_ASSERT(pieces.requests == whole.requests);
    // An endless line is refused for its length before its end shows that it is ill-formed, too.
    // What waits for more may be refused sooner in pieces: Beast reads an open quote in a chunk's
    // extension, which we take in no case, in two ways. It is never taken for a request.
    const bool waits = whole.left > 0 || pieces.left > 0;
    HS_ASSERT((pieces.status == 0) == (whole.status == 0) || waits);
  }
  static const auto trusted = net::TrustedProxies::read("10.0.0.0/8,127.0.0.1");
  const auto origin = net::origin_of({"10.0.0.1:1", true, bytes, "https"}, *trusted);
  HS_ASSERT(!origin.address.empty());
  return 0;
}
