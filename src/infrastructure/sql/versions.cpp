#include "infrastructure/sql/versions.hpp"

#include <algorithm>

#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/paging.hpp"
#include "infrastructure/sql/profiles.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

#define HS_VERSION_COLUMNS \
  "upload, profile, number, hash, size, author, message, created_at, failed_reason, schema"

constexpr List kList{"versions", "SELECT " HS_VERSION_COLUMNS " FROM versions", "upload DESC"};

Keyed<Version> take_version(Columns& in) {
  Keyed<Version> keyed;
  keyed.key = std::to_string(in.integer());
  Version& version = keyed.item;
  version.profile = ProfileName(in.text());
  version.number = in.version();
  version.hash = in.text();
  version.size = in.number();
  version.author = in.text();
  version.message = in.text();
  version.created_at = in.time();
  version.failed_reason = in.text();
  version.schema = in.text();
  return keyed;
}

Result<Keyed<Version>> read_listed(const Row& row) {
  Columns in(row);
  auto keyed = take_version(in);
  return in.finish(std::move(keyed));
}

Result<Version> read_whole(const Row& row) {
  Columns in(row);
  auto version = take_version(in).item;
  version.content = in.text();
  return in.finish(std::move(version));
}

Result<SemVer> read_number(const Row& row) {
  Columns in(row);
  auto number = in.version();
  return in.finish(std::move(number));
}

Result<void> add_tags(Session& session, const ProfileName& profile,
                      std::vector<Version>& versions) {
  return session.query("SELECT tag, number FROM tags WHERE profile = $1 ORDER BY tag",
                       {profile.str()}, [&](const Row& row) -> Result<void> {
                         Columns in(row);
                         auto tag = in.text();
                         const auto number = in.version();
                         const auto found = std::ranges::find(versions, number, &Version::number);
                         if (found != versions.end()) found->tags.push_back(std::move(tag));
                         return in.finish();
                       });
}

// The foreign keys keep what these check; they are asked first only to say what is missing.

Result<void> check_profile(Session& session, const ProfileName& profile) {
  if (session.hopeful()) return {};
  const auto known = profile_is_stored(session, profile);
  if (!known) return std::unexpected(known.error());
  return *known ? Result<void>() : std::unexpected(store::profile_not_found(profile));
}

Result<void> check_version(Session& session, const ProfileName& profile, const SemVer& number) {
  if (session.hopeful()) return {};
  const auto known = exists(session, "SELECT 1 FROM versions WHERE profile = $1 AND number = $2",
                            {profile.str(), number.str()});
  if (!known) return std::unexpected(known.error());
  return *known ? Result<void>() : std::unexpected(store::version_not_found(profile, number));
}

}  // namespace

Result<void> apply(Session& session, const change::InsertVersion& change) {
  const Version& v = change.version;
  if (auto known = check_profile(session, v.profile); !known) return known;
  const auto stored = session.changes(
      "INSERT INTO versions (profile, number, hash, size, author, message, created_at, "
      "failed_reason, schema, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
      "ON CONFLICT DO NOTHING",
      {v.profile.str(), v.number.str(), v.hash, to_column(std::uint64_t{v.size}), v.author,
       v.message, to_column(v.created_at), v.failed_reason, v.schema, v.content});
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return std::unexpected(store::version_exists(v.profile, v.number));
  return {};
}

Result<void> apply(Session& session, const change::MarkVersion& change) {
  const auto changed =
      session.changes("UPDATE versions SET failed_reason = $1 WHERE profile = $2 AND number = $3",
                      {change.failed_reason, change.profile.str(), change.number.str()});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return std::unexpected(store::version_not_found(change.profile, change.number));
  return {};
}

Result<void> apply(Session& session, const change::PutTag& change) {
  if (auto known = check_version(session, change.profile, change.number); !known) return known;
  return later(
      session,
      "INSERT INTO tags (profile, slot, tag, number) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (profile, slot) DO UPDATE SET number = excluded.number",
      {change.profile.str(), tag_slot(change.tag, change.number), change.tag, change.number.str()});
}

Result<void> apply(Session& session, const change::DeleteTag& change) {
  const auto changed = session.changes(
      "DELETE FROM tags WHERE profile = $1 AND slot = $2 AND number = $3",
      {change.profile.str(), tag_slot(change.tag, change.number), change.number.str()});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return std::unexpected(store::tag_not_found(change.tag, change.number));
  return {};
}

Result<Version> version(Session& session, const ProfileName& profile, const SemVer& number) {
  auto found = all<Version>(session,
                            "SELECT " HS_VERSION_COLUMNS
                            ", content FROM versions WHERE profile = $1 AND number = $2",
                            {profile.str(), number.str()}, read_whole);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return std::unexpected(store::version_not_found(profile, number));
  if (auto tags = add_tags(session, profile, *found); !tags) return std::unexpected(tags.error());
  return std::move(found->front());
}

Result<Page<Version>> versions(Session& session, const ProfileName& profile,
                               const PageRequest& request) {
  Where where;
  where.add("profile = ?", profile.str());
  const auto cursor = add_number_cursor(where, kList.name, "upload < ?", request);
  if (!cursor) return std::unexpected(cursor.error());
  auto page = read_page<Version>(session, kList, where, store::page_limit(request), read_listed);
  if (!page) return page;
  if (auto tags = add_tags(session, profile, page->items); !tags) {
    return std::unexpected(tags.error());
  }
  return page;
}

Result<std::vector<SemVer>> version_numbers(Session& session, const ProfileName& profile) {
  auto numbers = all<SemVer>(session, "SELECT number FROM versions WHERE profile = $1",
                             {profile.str()}, read_number);
  if (numbers) std::ranges::sort(*numbers);
  return numbers;
}

Result<std::optional<SemVer>> tagged(Session& session, const ProfileName& profile,
                                     const std::string& tag) {
  return maybe<SemVer>(session, "SELECT number FROM tags WHERE profile = $1 AND tag = $2 LIMIT 1",
                       {profile.str(), tag}, read_number);
}

}  // namespace hotswap::sql
