// Frames of a client. Whole or in pieces the same messages come out of them, and the same end.

#include "api/server/websocket.hpp"
#include "domain/base/assert.hpp"
#include "domain/base/utf8.hpp"
#include "fuzz/input.hpp"

using namespace hotswap;

namespace {

constexpr std::size_t kLimit = 512;

std::string read(std::string bytes, std::size_t step) {
  api::ws::MessageReader reader(kLimit);
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    std::string piece = bytes.substr(at, step);
    std::span<char> unread(piece);
    for (;;) {
      const auto heard = reader.next(unread);
      using enum api::ws::Heard::Kind;
      if (heard.kind == Nothing) break;
      if (heard.kind == Skipped) continue;
      out += std::to_string(static_cast<int>(heard.kind)) + ' ' + std::to_string(heard.code) + ' ';
      if (heard.kind == Refused || heard.kind == Close) return out;
      HS_ASSERT(heard.text.size() <= kLimit);
      HS_ASSERT(heard.kind != Message || is_utf8(heard.text));
      out += std::string(heard.text) + '\n';
    }
    HS_ASSERT(unread.empty());
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read(bytes, std::max<std::size_t>(size, 1));
  for (const std::size_t step : {1U, 3U, 17U}) HS_ASSERT(read(bytes, step) == whole);
  return 0;
}
