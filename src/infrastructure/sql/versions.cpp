#include "infrastructure/sql/versions.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "domain/base/base64url.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/paging.hpp"
#include "infrastructure/sql/profiles.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

#define HS_VERSION_COLUMNS                                                                    \
  "upload, profile, number, hash, size, author, message, created_at, failed_reason, schema, " \
  "archived, archived_line, key_id, data_key"

constexpr List kList{"versions", "SELECT " HS_VERSION_COLUMNS " FROM versions", "upload DESC"};

/// Only while the profile is as the judge saw it, if one is named. Asked row by row: a join might
/// put the uploads in another order.
constexpr Insertion kVersion{
    "INSERT INTO versions (profile, number, hash, size, author, message, created_at, "
    "failed_reason, schema, content, key_id, data_key) SELECT column1, column2, column3, column4, "
    "column5, column6, column7, column8, column9, column10, column13, column14 "
    "FROM (VALUES {rows}) AS given "
    "WHERE (SELECT name FROM profiles WHERE name = column1 AND (column11 IS NULL OR "
    "(revision = column11 AND created_at = column12))) IS NOT NULL ON CONFLICT DO NOTHING",
    "tttnttntttnntt"};

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
  ArchivePlace place{in.text(), in.number()};
  if (!place.object.empty()) version.archived = std::move(place);
  version.key = in.wrapped_key();
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

/// `SELECT … number IN ($2, $3, …)`: of two sizes, so that few are prepared.
std::string tags_of(std::size_t count) {
  std::string text = "SELECT tag, number FROM tags WHERE profile = $1 AND number IN (";
  for (std::size_t i = 0; i < count; ++i)
    text.append(i == 0 ? "$" : ", $").append(std::to_string(i + 2));
  return text + ") ORDER BY tag";
}

/// Only these versions' tags are read: a profile may have as many tags as versions.
Result<void> add_tags(Session& session, const ProfileName& profile, std::span<Version> versions) {
  constexpr std::size_t kAtOnce = 50;  // a page
  while (!versions.empty()) {
    const auto part = versions.first(std::min(versions.size(), kAtOnce));
    versions = versions.subspan(part.size());
    std::vector<std::string> numbers;
    for (const auto& version : part) numbers.push_back(version.number.str());
    numbers.resize(part.size() == 1 ? 1 : kAtOnce, numbers.back());
    std::vector<Param> params = {profile.str()};
    params.insert(params.end(), numbers.begin(), numbers.end());
    auto done = session.query(tags_of(numbers.size()), Params(params), [&](const Row& row) {
      Columns in(row);
      auto tag = in.text();
      const auto number = in.version();
      const auto found = std::ranges::find(part, number, &Version::number);
      if (found != part.end()) found->tags.push_back(std::move(tag));
      return in.finish();
    });
    if (!done) return done;
  }
  return {};
}

Result<bool> is_stored(Session& session, const ProfileName& profile, const SemVer& number) {
  return exists(session, "SELECT 1 FROM versions WHERE profile = $1 AND number = $2",
                {profile.str(), number.str()});
}

/// Why an insertion found nothing to do.
Result<void> refuse_insert(Session& session, const change::InsertVersion& change) {
  const Version& v = change.version;
  const auto known = profile_is_stored(session, v.profile);
  if (!known) return std::unexpected(known.error());
  if (!*known) return std::unexpected(store::profile_not_found(v.profile));
  const auto there = is_stored(session, v.profile, v.number);
  if (!there) return std::unexpected(there.error());
  return std::unexpected(*there ? store::version_exists(v.profile, v.number)
                                : store::profile_changed(v.profile));
}

/// The foreign key keeps what this checks; it is asked first only to say what is missing.
Result<void> check_version(Session& session, const ProfileName& profile, const SemVer& number) {
  if (session.hopeful()) return {};
  const auto known = is_stored(session, profile, number);
  if (!known) return std::unexpected(known.error());
  return *known ? Result<void>() : std::unexpected(store::version_not_found(profile, number));
}

}  // namespace

Result<void> apply(Session& session, const change::InsertVersion& change) {
  const Version& v = change.version;
  const auto& judge = change.judged_by;
  const auto revision = judge ? to_column(judge->revision) : Param(std::nullopt);
  const auto created_at = judge ? to_column(judge->created_at) : Param(std::nullopt);
  const auto number = v.number.str();
  const auto key = base64url_encode(v.key.bytes);
  const std::array<Param, 14> values = {v.profile.str(),
                                        number,
                                        v.hash,
                                        to_column(std::uint64_t{v.size}),
                                        v.author,
                                        v.message,
                                        to_column(v.created_at),
                                        v.failed_reason,
                                        v.schema,
                                        v.content,
                                        revision,
                                        created_at,
                                        v.key.key_id,
                                        key};
  const auto stored = session.adds(kVersion, values);
  if (!stored) return std::unexpected(stored.error());
  return *stored ? Result<void>() : refuse_insert(session, change);
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
