#include "domain/archive/zstd.hpp"

#include <zstd.h>

#include <memory>

#include "domain/base/limits.hpp"

namespace hotswap::archive {
namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

std::unexpected<Error> damaged(std::string why) {
  return std::unexpected(Error{ErrorCode::Internal,
                               "archive.damaged",
                               "An object of the archive cannot be read: bring it back from a "
                               "backup of the archive.",
                               {},
                               std::move(why)});
}

}  // namespace

Result<std::string> compress(std::string_view bytes) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (!context) return damaged("zstd: no memory");
  static_cast<void>(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1));
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const auto size =
      ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) return damaged(ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}

Result<std::string> decompress(std::string_view frame) {
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  // Unknown and broken sizes are the largest numbers there are.
  if (size > limits::kArchiveObjectBytes) return damaged("zstd: no frame of an acceptable size");
  std::string out(size, '\0');
  const auto got = ZSTD_decompress(out.data(), out.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0) return damaged(ZSTD_getErrorName(got));
  if (got != size) return damaged("zstd: shorter than it says");
  return out;
}

}  // namespace hotswap::archive
