#include "orchestrator/retention_service.hpp"

#include <algorithm>

#include "domain/archive/versions.hpp"
#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kPruneStep = 1000;
constexpr int kPruneSteps = 1000;  ///< of one run; the rest waits for the next
constexpr auto kDeadLettersKeep = std::chrono::days(90);

/// What was written is what was meant, version by version.
Result<void> same(const std::vector<Version>& meant, const std::vector<Version>& stored) {
  const auto equal = [](const Version& a, const Version& b) {
    return a.profile == b.profile && a.number == b.number && a.hash == b.hash &&
           a.content == b.content;
  };
  if (std::ranges::equal(meant, stored, equal)) return {};
  return fail(ErrorCode::Internal, "archive.damaged",
              "The archive gave back something else than it was given: nothing was removed. Look "
              "at the archive's disk or bucket.");
}

ChangeSet moved(const Caller& caller, const std::vector<Version>& stored, const std::string& key,
                WallTime now) {
  const ProfileName& profile = stored.front().profile;
  const auto count = std::to_string(stored.size());
  change::ArchiveVersions archived{.profile = profile, .items = {}};
  for (const Version& version : stored)
    archived.items.push_back({version.number, version.hash, *version.archived});
  TimelineEvent event;
  event.at = now;
  event.kind = "config.archived";
  event.profile = profile;
  event.actor = caller.principal.subject;
  event.message = "Content of " + count + " versions moved to the archive";
  event.data = json::Object{{"versions", std::uint64_t{stored.size()}}, {"object", key}};
  ChangeSet changes;
  changes.push_back(std::move(archived));
  changes.push_back(change::AppendEvent{std::move(event)});
  changes.push_back(
      change::AppendAudit{audit_entry(caller, "retention.archive", "configs/" + profile.str(),
                                      count + " versions moved to " + key, now)});
  return changes;
}

}  // namespace

Result<void> RetentionService::run(const Caller& caller, RetentionRun& run,
                                   const Between& between) {
  PageRequest page{limits::kPageMax, {}};
  do {
    if (parts_.archive == nullptr) break;
    const auto profiles = parts_.store.profiles({}, page);
    if (!profiles) return std::unexpected(profiles.error());
    for (const Profile& profile : profiles->items) {
      if (auto on = between(run); !on) return on;
      ++run.profiles;
      if (auto done = one_profile(caller, profile, run, between); !done)
        run.fail(profile.name.str() + ": " + done.error().detail);
    }
    page.cursor = profiles->next_cursor;
  } while (!page.cursor.empty());
  return run.dry ? Result<void>() : prune(run, between);
}

Result<std::vector<Version>> RetentionService::all_versions(const ProfileName& name) {
  std::vector<Version> versions;
  PageRequest page{limits::kPageMax, {}};
  do {
    auto found = parts_.store.versions(name, page);
    if (!found) return std::unexpected(found.error());
    std::ranges::move(found->items, std::back_inserter(versions));
    page.cursor = found->next_cursor;
  } while (!page.cursor.empty());
  return versions;
}

Result<std::vector<Version>> RetentionService::due(const Profile& profile) {
  auto versions = all_versions(profile.name);
  if (!versions) return versions;
  const auto assignments = parts_.store.assignments_of(profile.name);
  if (!assignments) return std::unexpected(assignments.error());
  const auto observations = parts_.store.observations_of(profile.name);
  if (!observations) return std::unexpected(observations.error());
  const auto active = parts_.store.active_deployment(profile.name);
  if (!active) return std::unexpected(active.error());
  const auto verdicts = judge_retention(
      profile.retention.over(parts_.policy), *versions,
      versions_in_use(profile, *assignments, *observations, *active), parts_.clock.wall());
  std::vector<Version> due;
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    if (verdicts[i].why == Retained::No) due.push_back(std::move((*versions)[i]));
  // So that a run that is repeated makes the same objects, though others have become due since.
  std::ranges::reverse(due);
  return due;
}

Result<void> RetentionService::one_profile(const Caller& caller, const Profile& profile,
                                           RetentionRun& run, const Between& between) {
  const auto wanted = due(profile);
  if (!wanted) return std::unexpected(wanted.error());
  if (run.dry) {
    run.versions += wanted->size();
    for (const Version& version : *wanted) run.bytes += version.size;
    return {};
  }
  std::vector<Version> batch;
  std::size_t bytes = 0;
  for (const Version& listed : *wanted) {
    auto version = parts_.store.version(profile.name, listed.number);
    if (!version) return std::unexpected(version.error());
    bytes += version->content.size();
    batch.push_back(std::move(*version));
    if (batch.size() < limits::kArchiveVersions && bytes < limits::kArchiveBatchBytes) continue;
    if (auto done = archive(caller, batch, run); !done) return done;
    if (auto on = between(run); !on) return on;
    batch.clear();
    bytes = 0;
  }
  if (batch.empty()) return {};
  return archive(caller, batch, run);
}

Result<std::vector<Version>> RetentionService::write(const std::vector<Version>& batch,
                                                     const std::string& key,
                                                     std::string_view bytes) {
  if (auto put = parts_.archive->put(key, bytes); !put) return std::unexpected(put.error());
  auto back = parts_.archive->get(key);
  if (!back) return std::unexpected(back.error());
  auto stored = archive::unpack({key, std::move(*back)});
  if (!stored) return stored;
  if (auto checked = same(batch, *stored); !checked) return std::unexpected(checked.error());
  return stored;
}

Result<void> RetentionService::archive(const Caller& caller, const std::vector<Version>& batch,
                                       RetentionRun& run) {
  const auto object = archive::pack(batch);
  if (!object) return std::unexpected(object.error());
  const auto stored = write(batch, object->key, object->bytes);
  if (!stored) return std::unexpected(stored.error());
  const auto done =
      parts_.committer.commit(moved(caller, *stored, object->key, parts_.clock.wall()));
  // The profile went meanwhile: its content must not stay behind.
  if (!done && done.error().code == ErrorCode::NotFound)
    static_cast<void>(parts_.archive->remove(object->key));
  if (!done) return std::unexpected(done.error());
  ++run.objects;
  run.versions += batch.size();
  for (const Version& version : batch) run.bytes += version.content.size();
  return {};
}

Result<void> RetentionService::prune(RetentionRun& run, const Between& between) {
  const WallTime now = parts_.clock.wall();
  for (int step = 0; step < kPruneSteps; ++step) {
    if (auto on = between(run); !on) return on;
    ChangeSet changes;
    changes.push_back(
        change::PruneRecords{.health_before = now - std::chrono::days(parts_.policy.days),
                             .dead_letters_before = now - kDeadLettersKeep,
                             .answers_before = now,
                             .limit = kPruneStep});
    const auto done = parts_.committer.commit(std::move(changes));
    if (!done) return std::unexpected(done.error());
    run.pruned += done->pruned;
    if (done->pruned == 0) break;
  }
  return {};
}

}  // namespace hotswap
