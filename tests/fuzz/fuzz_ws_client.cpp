// What a server says to the SDK on a WebSocket: the head of its answer, then frames. Whole or in
// pieces, the same items come out, and nothing larger than it may be.

#include "domain/base/assert.hpp"
#include "domain/base/utf8.hpp"
#include "ws_frames.hpp"
#include "ws_handshake.hpp"

using namespace hotswap;

namespace {

constexpr std::size_t kMessageBytes = 300;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

struct Items {
  std::string text;
  std::optional<sdk::ws::CloseCode> wrong;
};

Items read(std::string_view bytes, std::size_t step) {
  sdk::ws::FrameReader reader(kMessageBytes);
  Items items;
  const auto sink = [&](sdk::ws::Item&& item) {
    HS_ASSERT(item.payload.size() <= kMessageBytes);
    HS_ASSERT(item.opcode != sdk::ws::Opcode::Text || is_utf8(item.payload));
    items.text += std::to_string(static_cast<int>(item.opcode)) + item.payload + '\x01';
    return true;
  };
  for (std::size_t at = 0; at < bytes.size() && !items.wrong;
       at += std::min(step, bytes.size() - at)) {
    if (const auto wrong = reader.feed(bytes.substr(at, step), sink)) items.wrong = wrong->code;
  }
  return items;
}

void check_frames(std::string_view bytes) {
  const auto whole = read(bytes, SIZE_MAX);
  for (const std::size_t step : {std::size_t{1}, std::size_t{5}}) {
    const auto pieces = read(bytes, step);
    HS_ASSERT(pieces.text == whole.text);
    HS_ASSERT(pieces.wrong == whole.wrong);
  }
}

void check_head(std::string_view text) {
  const auto head = sdk::ws::read_head(text);
  if (!head) return;
  HS_ASSERT(head->status >= 100 && head->status <= 999);
  for (const auto& [name, value] : head->fields) {
    HS_ASSERT(!name.empty() && name.find_first_of("\r\n :") == std::string::npos);
    HS_ASSERT(value.find_first_of("\r\n") == std::string::npos);
  }
  (void)sdk::ws::fault_of(*head, "dGhlIHNhbXBsZSBub25jZQ==");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_frames(bytes);
  const auto end = bytes.find(kHeadEnd);
  if (end != std::string_view::npos) check_head(bytes.substr(0, end + kHeadEnd.size()));
  return 0;
}
