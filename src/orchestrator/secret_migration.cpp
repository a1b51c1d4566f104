#include "orchestrator/secret_migration.hpp"

#include "domain/secret/marker.hpp"
#include "orchestrator/open_version.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kAtOnce = 200;
/// Stands among the store's keys, with no key, once nothing plain is left in the archive.
constexpr std::string_view kArchiveSealed = "archive-sealed";

bool is_gone(const Error& error) {
  return error.code == ErrorCode::NotFound || error.reason == "version.changed";
}

}  // namespace

Result<bool> SecretMigration::archive_is_done() {
  const auto mark = parts_.store.secret_key(std::string(kArchiveSealed));
  if (!mark) return std::unexpected(mark.error());
  return mark->has_value();
}

Result<SecretMigration::Step> SecretMigration::seal(const VersionName& name) {
  const auto left = [&](const Error& error) {
    parts_.logger.warning("secrets", "a version's secrets cannot be sealed and stay plain",
                          {{"configName", name.first.str()},
                           {"configVersion", name.second.str()},
                           {"detail", error.detail},
                           {"internal", error.internal}});
    return Step::Left;
  };
  const auto old = parts_.store.version(name.first, name.second);
  if (!old) return is_gone(old.error()) ? Step::Nothing : left(old.error());
  const auto document = parse_version(*old);
  if (!document || !holds_secret(*document, SecretForm::Value)) return Step::Nothing;
  Version sealed = *old;
  if (auto done = parts_.sealer.seal(*document, sealed); !done) return left(done.error());
  const auto done = parts_.store.commit(
      {change::SealVersion{name, old->hash, sealed.content, sealed.hash, sealed.key}});
  if (!done) {
    if (is_gone(done.error())) return Step::Nothing;  // another server was first
    return std::unexpected(done.error());
  }
  if (old->archived && parts_.forget_archived)
    if (auto forgotten = parts_.forget_archived(*old); !forgotten) return left(forgotten.error());
  return Step::Sealed;
}

Result<SecretMigration::Outcome> SecretMigration::run() {
  const auto archive_done = archive_is_done();
  if (!archive_done) return std::unexpected(archive_done.error());
  Outcome outcome;
  VersionName after;
  for (;;) {
    const auto names = parts_.store.maybe_plain(after, !*archive_done, kAtOnce);
    if (!names) return std::unexpected(names.error());
    for (const auto& name : *names) {
      const auto step = seal(name);
      if (!step) return std::unexpected(step.error());
      if (*step == Step::Sealed) ++outcome.sealed;
      if (*step == Step::Left) ++outcome.left;
    }
    if (names->size() < kAtOnce) break;
    after = names->back();
  }
  if (outcome.sealed + outcome.left > 0)
    parts_.logger.info("secrets", "sealed what was stored in plain sight before",
                       {{"versions", outcome.sealed}, {"left", outcome.left}});
  if (outcome.left == 0 && !*archive_done) {
    const auto marked =
        parts_.store.commit({change::PutSecretKey{std::string(kArchiveSealed), {}}});
    if (!marked && marked.error().reason != "secret.key_changed")
      return std::unexpected(marked.error());
  }
  return outcome;
}

}  // namespace hotswap
