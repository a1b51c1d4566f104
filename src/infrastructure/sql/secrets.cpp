#include "infrastructure/sql/secrets.hpp"

#include "domain/base/base64url.hpp"
#include "domain/base/sha256.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

/// As a writer of compact JSON sets a marker's `type`, whose members come in any order.
constexpr std::string_view kMaybePlain =
    "SELECT profile, number FROM versions WHERE key_id = '' AND (profile, number) > ($1, $2) "
    "AND ((archived = '' AND content LIKE '%\"type\":\"secret\"%') "
    "OR (archived <> '' AND CAST($3 AS BIGINT) = 1)) ORDER BY profile, number LIMIT $4";

Result<VersionName> read_name(const Row& row) {
  Columns in(row);
  ProfileName profile(in.text());
  auto number = in.version();
  return in.finish(VersionName(std::move(profile), std::move(number)));
}

Result<KeyedVersion> read_keyed(const Row& row) {
  Columns in(row);
  KeyedVersion keyed;
  keyed.version.first = ProfileName(in.text());
  keyed.version.second = in.version();
  keyed.key = in.wrapped_key();
  return in.finish(std::move(keyed));
}

/// Why a version was not sealed.
Result<void> refuse_seal(Session& session, const change::SealVersion& change) {
  const auto& [profile, number] = change.version;
  const auto there = exists(session, "SELECT 1 FROM versions WHERE profile = $1 AND number = $2",
                            {profile.str(), number.str()});
  if (!there) return std::unexpected(there.error());
  return std::unexpected(*there ? store::version_changed(profile, number)
                                : store::version_not_found(profile, number));
}

/// Wherever the old hash is named together with the version.
Result<void> rename_hash(Session& session, const change::SealVersion& change) {
  static constexpr std::string_view kUpdates[] = {
      "UPDATE assignments SET active_hash = $1 WHERE profile = $2 AND active_version = $3 AND "
      "active_hash = $4",
      "UPDATE assignments SET staged_hash = $1 WHERE profile = $2 AND staged_version = $3 AND "
      "staged_hash = $4",
      "UPDATE observations SET hash = $1 WHERE profile = $2 AND version = $3 AND hash = $4",
      "UPDATE deployments SET hash = $1 WHERE profile = $2 AND version = $3 AND hash = $4"};
  const auto& [profile, number] = change.version;
  for (const auto update : kUpdates)
    if (auto done = run(session, update, {change.hash, profile.str(), number.str(), change.was});
        !done)
      return done;
  return {};
}

}  // namespace

Result<void> apply(Session& session, const change::PutSecretKey& change) {
  const auto bytes = base64url_encode(change.key.bytes);
  const auto was = base64url_encode(change.was.bytes);
  const auto done =
      change.was.empty()
          ? session.changes(
                "INSERT INTO secret_keys (name, key_id, wrapped) VALUES ($1, $2, $3) "
                "ON CONFLICT DO NOTHING",
                {change.name, change.key.key_id, bytes})
          : session.changes(
                "UPDATE secret_keys SET key_id = $1, wrapped = $2 WHERE name = $3 AND "
                "key_id = $4 AND wrapped = $5",
                {change.key.key_id, bytes, change.name, change.was.key_id, was});
  if (!done) return std::unexpected(done.error());
  return *done ? Result<void>() : std::unexpected(store::secret_key_changed(change.name));
}

Result<void> apply(Session& session, const change::RewrapVersions& change) {
  for (const auto& item : change.items) {
    auto done = run(session,
                    "UPDATE versions SET key_id = $1, data_key = $2 WHERE profile = $3 AND "
                    "number = $4 AND key_id = $5 AND data_key = $6",
                    {item.now.key_id, base64url_encode(item.now.bytes), item.version.first.str(),
                     item.version.second.str(), item.was.key_id, base64url_encode(item.was.bytes)});
    if (!done) return done;
  }
  return {};
}

Result<void> apply(Session& session, const change::SealVersion& change) {
  const auto& [profile, number] = change.version;
  const auto bytes = base64url_encode(change.key.bytes);
  const auto sealed = session.changes(
      "UPDATE versions SET content = $1, size = $2, hash = $3, key_id = $4, data_key = $5, "
      "archived = '', archived_line = 0 WHERE profile = $6 AND number = $7 AND hash = $8 AND "
      "key_id = ''",
      {change.content, to_column(std::uint64_t{change.content.size()}), change.hash,
       change.key.key_id, bytes, profile.str(), number.str(), change.was});
  if (!sealed) return std::unexpected(sealed.error());
  return *sealed ? rename_hash(session, change) : refuse_seal(session, change);
}

Result<void> apply(Session& session, const change::PutSecretReference& change) {
  const SecretReferenceState& state = change.state;
  const auto name = sha256_hex(state.reference);
  const auto done =
      state.revision == 0
          ? session.changes(
                "INSERT INTO secret_references (reference, fingerprint, revision) "
                "VALUES ($1, $2, 1) ON CONFLICT DO NOTHING",
                {name, state.fingerprint})
          : session.changes(
                "UPDATE secret_references SET fingerprint = $1, revision = revision + "
                "1 WHERE reference = $2 AND revision = $3",
                {state.fingerprint, name, to_column(state.revision)});
  if (!done) return std::unexpected(done.error());
  return *done ? Result<void>() : std::unexpected(store::secret_reference_changed(state.reference));
}

Result<std::optional<WrappedKey>> secret_key(Session& session, const std::string& name) {
  return maybe<WrappedKey>(session, "SELECT key_id, wrapped FROM secret_keys WHERE name = $1",
                           {name}, [](const Row& row) {
                             Columns in(row);
                             auto key = in.wrapped_key();
                             return in.finish(std::move(key));
                           });
}

Result<std::vector<KeyedVersion>> versions_not_under(Session& session, const std::string& key_id,
                                                     std::size_t limit) {
  return all<KeyedVersion>(session,
                           "SELECT profile, number, key_id, data_key FROM versions "
                           "WHERE key_id <> '' AND key_id <> $1 LIMIT $2",
                           {key_id, to_column(std::uint64_t{limit})}, read_keyed);
}

Result<std::map<std::string, std::uint64_t>> key_use(Session& session) {
  std::map<std::string, std::uint64_t> use;
  auto done = session.query(
      "SELECT key_id, COUNT(*) FROM versions WHERE key_id <> '' GROUP BY key_id "
      "UNION ALL SELECT key_id, COUNT(*) FROM secret_keys WHERE key_id <> '' AND name <> "
      "'rotation' "
      "GROUP BY key_id",
      {}, [&](const Row& row) {
        Columns in(row);
        auto key = in.text();
        use[std::move(key)] += in.number();
        return in.finish();
      });
  if (!done) return std::unexpected(std::move(done.error()));
  return use;
}

Result<std::vector<VersionName>> maybe_plain(Session& session, const VersionName& after,
                                             bool archived, std::size_t limit) {
  // Nothing is behind no name but the empty one, which no version has.
  const auto number = after.first.empty() ? std::string() : after.second.str();
  return all<VersionName>(
      session, kMaybePlain,
      {after.first.str(), number, to_column(archived), to_column(std::uint64_t{limit})}, read_name);
}

Result<std::optional<SecretReferenceState>> secret_reference(Session& session,
                                                             const std::string& reference) {
  const auto name = sha256_hex(reference);
  return maybe<SecretReferenceState>(
      session, "SELECT fingerprint, revision FROM secret_references WHERE reference = $1", {name},
      [&](const Row& row) {
        Columns in(row);
        SecretReferenceState state{reference, in.text(), in.number()};
        return in.finish(std::move(state));
      });
}

}  // namespace hotswap::sql
