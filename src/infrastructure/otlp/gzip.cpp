#include "infrastructure/otlp/gzip.hpp"

#include <zlib.h>

#include <limits>

namespace hotswap::otlp {
namespace {

/// The largest window, with gzip's header and checksum instead of zlib's.
constexpr int kWindow = MAX_WBITS + 16;
constexpr int kMemory = 8;  ///< zlib's own default

}  // namespace

std::optional<std::string> gzip(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > std::numeric_limits<uInt>::max()) return std::nullopt;
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindow, kMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return std::nullopt;
  // What does not fit into one byte less than it was is no gain.
  std::string packed(bytes.size() - 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // only read
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int done = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (done != Z_STREAM_END) return std::nullopt;
  return packed;
}

}  // namespace hotswap::otlp
