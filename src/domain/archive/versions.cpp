#include "domain/archive/versions.hpp"

#include "domain/archive/zstd.hpp"
#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/reader.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/sealed.hpp"

namespace hotswap::archive {
namespace {

constexpr std::string_view kFormat = "hotswap.version/1";

std::unexpected<Error> damaged(const Object& object, std::string why) {
  return std::unexpected(Error{ErrorCode::Internal,
                               "archive.damaged",
                               "Object " + object.key + " of the archive is damaged (" + why +
                                   "): bring it back from a backup of the archive.",
                               {},
                               {}});
}

std::string key_of(const ProfileName& profile, std::string_view bytes) {
  return "versions/" + profile.str() + '/' + sha256_hex(bytes) + ".ndjson.zst";
}

/// What the content is, and nothing that may tell of a person: the store keeps that, where it can
/// be erased.
json::Value line_of(const Version& version) {
  return json::Object{{"format", kFormat},
                      {"profile", version.profile.str()},
                      {"version", version.number.str()},
                      {"hash", version.hash},
                      {"size", std::uint64_t{version.size}},
                      {"createdAt", format_time(version.created_at)},
                      {"schema", version.schema},
                      {"content", version.content}};
}

Result<Version> read_line(const Object& object, std::string_view line) {
  const auto value = json::parse(line, {.bytes = limits::kArchiveObjectBytes});
  if (!value) return damaged(object, value.error().detail);
  json::ObjectReader in(*value, "$");
  const auto format = in.required_string("format");
  Version version;
  version.profile = ProfileName(in.required_string("profile"));
  auto number = SemVer::parse(in.required_string("version"));
  version.hash = in.required_string("hash");
  version.size = static_cast<std::size_t>(
      in.optional_int("size", 0, std::int64_t{limits::kArchiveObjectBytes}).value_or(0));
  const auto created = in.optional_time("createdAt");
  version.schema = in.required_string("schema");
  version.content = in.required_string("content");
  if (auto bad = in.finish("archive.damaged")) return damaged(object, bad->detail);
  if (format != kFormat) return damaged(object, "a line of the unknown format " + format);
  if (!number || !created) return damaged(object, "a line without version or time");
  version.number = *std::move(number);
  version.created_at = *created;
  return version;
}

/// The lines of an object whose bytes are those that its key names.
Result<std::string> text_of(const Object& object) {
  if (!object.key.ends_with('/' + sha256_hex(object.bytes) + ".ndjson.zst"))
    return damaged(object, "its bytes are not those that its name says");
  return decompress(object.bytes);
}

}  // namespace

bool has_hash(std::string_view content, const std::string& hash) {
  const auto value = json::parse(content);
  return value && content_hash(*value) == hash;
}

Result<Object> pack(const std::vector<Version>& versions) {
  std::string text;
  for (const Version& version : versions) {
    json::write_to(text, line_of(version));
    text += '\n';
  }
  auto bytes = compress(text);
  if (!bytes) return std::unexpected(bytes.error());
  auto key = key_of(versions.front().profile, *bytes);
  return Object{std::move(key), std::move(*bytes)};
}

Result<std::vector<Version>> unpack(const Object& object) {
  const auto text = text_of(object);
  if (!text) return std::unexpected(text.error());
  std::vector<Version> versions;
  for (std::string_view rest = *text; !rest.empty();) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return damaged(object, "its last line is cut off");
    auto version = read_line(object, rest.substr(0, end));
    if (!version) return std::unexpected(version.error());
    if (!has_hash(version->content, version->hash))
      return damaged(object, "the content of " + version->number.str() + " has another hash");
    version->archived = ArchivePlace{object.key, versions.size()};
    versions.push_back(*std::move(version));
    rest.remove_prefix(end + 1);
  }
  return versions;
}

Result<std::string> content_of(const Version& version, const Object& object) {
  const auto text = text_of(object);
  if (!text) return std::unexpected(text.error());
  std::string_view rest = *text;
  for (std::uint64_t skip = version.archived->line; skip > 0; --skip) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return damaged(object, "it has too few lines");
    rest.remove_prefix(end + 1);
  }
  auto stored = read_line(object, rest.substr(0, rest.find('\n')));
  if (!stored) return std::unexpected(stored.error());
  if (stored->profile != version.profile || stored->number != version.number)
    return damaged(object, "version " + version.number.str() + " is not where it should be");
  if (!has_hash(stored->content, version.hash))
    return damaged(object, "the content of " + version.number.str() + " has another hash");
  return std::move(stored->content);
}

}  // namespace hotswap::archive
