#include "domain/ports/store.hpp"

namespace hotswap {

Result<Version> Store::with_content(Result<Version> version) const {
  if (!version || !version->archived) return version;
  if (!read_archived_)
    return fail(ErrorCode::Unavailable, "archive.unavailable",
                "Version " + version->number.str() + " of " + version->profile.str() +
                    " is archived, and no archive is set up here.");
  auto content = read_archived_(*version);
  if (!content) return std::unexpected(std::move(content.error()));
  version->content = std::move(*content);
  return version;
}

}  // namespace hotswap
