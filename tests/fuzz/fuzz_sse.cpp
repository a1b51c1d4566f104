// The SDK's reader of event streams: whole or in pieces, the same events come out.

#include "domain/base/assert.hpp"
#include "sse_parser.hpp"

using namespace hotswap;

namespace {

constexpr std::size_t kFrameBytes = 256;

struct Events {
  std::string text;
  bool too_large = false;
};

Events read(std::string_view bytes, std::size_t step) {
  sdk::SseParser parser(kFrameBytes);
  Events events;
  const auto sink = [&](const sdk::SseFrame& frame) {
    HS_ASSERT(frame.data.size() <= kFrameBytes);
    HS_ASSERT(frame.event.find_first_of("\r\n") == std::string::npos);
    HS_ASSERT(frame.id.find_first_of("\r\n") == std::string::npos);
    events.text += frame.event + '\x01' + frame.data + '\x01' + frame.id + '\x02';
    return true;
  };
  for (std::size_t at = 0; at < bytes.size(); at += std::min(step, bytes.size() - at)) {
    const auto outcome = parser.feed(bytes.substr(at, step), sink);
    HS_ASSERT(outcome != sdk::SseParser::Outcome::Stopped);
    events.too_large = outcome == sdk::SseParser::Outcome::TooLarge;
    if (events.too_large) break;
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read(bytes, SIZE_MAX);
  for (const std::size_t step : {std::size_t{1}, std::size_t{5}}) {
    const auto pieces = read(bytes, step);
    HS_ASSERT(pieces.text == whole.text);
    HS_ASSERT(pieces.too_large == whole.too_large);
  }
  return 0;
}
