#pragma once
// How versions lie in an archive: zstd of NDJSON, a version to a line, under a key that holds the
// hash of the object. `zstdcat` and `sha256sum` are enough to read and to check it. Who wrote a
// version and why does not leave the store.

#include <vector>

#include "domain/config/profile.hpp"

namespace hotswap::archive {

struct Object {
  std::string key;    ///< `versions/PROFILE/SHA-256.ndjson.zst`
  std::string bytes;  ///< SHA-256 of these
};

/// Versions with content, all of one profile.
[[nodiscard]] Result<Object> pack(const std::vector<Version>& versions);
/// All lines, each content checked against its hash, the object against its key. Internal
/// `archive.damaged`.
[[nodiscard]] Result<std::vector<Version>> unpack(const Object& object);
/// The content of `version`, which stands on line `version.archived->line`; checked against the
/// version's own hash.
[[nodiscard]] Result<std::string> content_of(const Version& version, const Object& object);
/// Whether this JSON text has this content_hash().
[[nodiscard]] bool has_hash(std::string_view content, const std::string& hash);

}  // namespace hotswap::archive
