// The steps that take a profile away, before its name goes from all texts.
#include "domain/base/limits.hpp"
#include "orchestrator/erasure_work.hpp"

namespace hotswap {
namespace {

/// Of up to 1 MiB each.
constexpr std::size_t kVersionsPerCommit = 50;
constexpr std::size_t kRowsPerCommit = 1000;

std::uint64_t add(std::map<std::string, std::uint64_t>& sum,
                  const std::map<std::string, std::uint64_t>& more) {
  std::uint64_t all = 0;
  for (const auto& [table, rows] : more) {
    sum[table] += rows;
    all += rows;
  }
  return all;
}

}  // namespace

// The archive goes first: a row that is left names the object, so that a crash in between loses
// neither.
Result<void> ErasureService::erase_versions(Work& work) {
  const ProfileName name(work.eraser.name());
  if (parts_.forget_archived) {
    PageRequest page{limits::kPageMax, {}};
    do {
      const auto versions = parts_.store.versions(name, page);
      if (!versions) return std::unexpected(versions.error());
      for (const Version& version : versions->items)
        if (auto gone = parts_.forget_archived(version); !gone) return gone;
      page.cursor = versions->next_cursor;
    } while (!page.cursor.empty());
  }
  const auto done = parts_.committer.commit({change::EraseVersions{name, kVersionsPerCommit}});
  if (!done) return std::unexpected(done.error());
  work.unsaved = true;
  if (add(work.erasure.removed, done->erased) > 0) return {};
  work.erasure.step = erasure::Step::Profile;
  return save(work, {});
}

Result<void> ErasureService::erase_profile(Work& work) {
  const ProfileName name(work.eraser.name());
  const auto profile = parts_.store.profile(name);
  if (!profile && profile.error().code != ErrorCode::NotFound)
    return std::unexpected(profile.error());
  ChangeSet changes;
  if (profile) {
    const auto assignments = parts_.store.assignments_of(name);
    if (!assignments) return std::unexpected(assignments.error());
    const auto observations = parts_.store.observations_of(name);
    if (!observations) return std::unexpected(observations.error());
    changes.push_back(change::DeleteProfile{name});
    ++work.erasure.removed["profiles"];
    for (const auto& [table, rows] : {std::pair("assignments", assignments->size()),
                                      std::pair("observations", observations->size())})
      if (rows > 0) work.erasure.removed[table] += rows;
  }
  work.erasure.step = erasure::Step::History;
  auto done = save(work, std::move(changes));
  if (done) parts_.versions.forget(name);
  return done;
}

Result<void> ErasureService::erase_history(Work& work) {
  const ProfileName name(work.eraser.name());
  const auto done = parts_.committer.commit({change::EraseHistory{name, kRowsPerCommit}});
  if (!done) return std::unexpected(done.error());
  work.unsaved = true;
  if (add(work.erasure.removed, done->erased) > 0) return {};
  work.erasure.step = erasure::Step::Schema;
  return save(work, {});
}

Result<void> ErasureService::erase_schema(Work& work) {
  const SchemaId schema(work.erasure.schema);
  ChangeSet changes;
  const auto own = schema.empty() ? Result<bool>(false) : belongs(schema);
  if (!own) return std::unexpected(own.error());
  if (*own) {
    const auto numbers = parts_.store.schema_numbers(schema, std::nullopt);
    if (!numbers) return std::unexpected(numbers.error());
    changes.push_back(change::DeleteSchema{schema});
    ++work.erasure.removed["registered_schemas"];
    if (!numbers->empty()) work.erasure.removed["registered_schema_versions"] += numbers->size();
  }
  work.erasure.schema.clear();
  work.erasure.step = erasure::Step::Texts;
  return save(work, std::move(changes));
}

/// No other profile follows it and no other schema refers to it.
Result<bool> ErasureService::belongs(const SchemaId& schema) {
  const auto known = parts_.store.schema(schema);
  if (!known && known.error().code == ErrorCode::NotFound) return false;
  if (!known) return std::unexpected(known.error());
  const auto followers = parts_.store.profiles_linked(schema);
  if (!followers) return std::unexpected(followers.error());
  if (!followers->empty()) return false;
  // References are pinned as `pool@1.2.0`; any other schema that has this anywhere keeps it.
  const erasure::Eraser reference(schema.value + '@', {});
  std::vector<std::string> after;
  do {
    auto page =
        parts_.store.texts(erasure::Place::SchemaVersions, reference, after, limits::kPageMax);
    if (!page) return std::unexpected(page.error());
    for (const auto& row : page->rows)
      if (row.key[0] != schema.value) return false;
    after = std::move(page->last);
  } while (!after.empty());
  return true;
}

Result<void> ErasureService::survey_profile(const ProfileName& name, ErasureSurvey& survey) {
  Store& store = parts_.store;
  const auto count = [&](const std::string& table, std::uint64_t rows) {
    if (rows > 0) survey.removed[table] += rows;
  };
  const auto numbers = store.version_numbers(name);
  if (!numbers) return std::unexpected(numbers.error());
  count("versions", numbers->size());
  count("profiles", store.profile(name) ? 1 : 0);
  PageRequest page{limits::kPageMax, {}};
  do {
    const auto found =
        store.deployments({.profile = name.value, .state = {}, .active_only = false}, page);
    if (!found) return std::unexpected(found.error());
    count("deployments", found->items.size());
    page.cursor = found->next_cursor;
  } while (!page.cursor.empty());
  for (std::uint64_t after = 0;;) {
    const auto events =
        store.events({.profile = name.value, .deployment = {}}, after, limits::kPageMax);
    if (!events) return std::unexpected(events.error());
    count("events", events->size());
    if (events->empty()) return {};
    after = events->back().sequence;
  }
}

}  // namespace hotswap
