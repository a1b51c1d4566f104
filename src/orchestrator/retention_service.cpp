#include "orchestrator/retention_service.hpp"

#include "domain/archive/versions.hpp"
#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kPruneStep = 1000;
constexpr int kPruneSteps = 1000;  ///< of one run; the rest waits for the next
constexpr auto kDeadLettersKeep = std::chrono::days(90);

std::unexpected<Error> elsewhere() {
  return fail(ErrorCode::Conflict, "retention.elsewhere",
              "Another node of the cluster does the retention: ask that one, or wait for it.");
}

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

}  // namespace

Result<std::string> RetentionService::read(Archive& archive, const Version& version) {
  auto bytes = archive.get(version.archived->object);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  return archive::content_of(version, {version.archived->object, std::move(*bytes)});
}

Result<RetentionRun> RetentionService::run(const Caller& caller, bool dry_run) {
  if (!may_run()) return elsewhere();
  RetentionRun run{.dry = dry_run, .failures = {}};
  auto done = all_profiles(caller, run);
  if (done && !dry_run) done = prune(run);
  if (!done) run.failures.push_back(done.error().detail);
  if (!dry_run) count(run);
  if (!done) return std::unexpected(done.error());
  return run;
}

Result<void> RetentionService::all_profiles(const Caller& caller, RetentionRun& run) {
  PageRequest page{limits::kPageMax, {}};
  do {
    const auto profiles = parts_.store.profiles({}, page);
    if (!profiles) return std::unexpected(profiles.error());
    for (const Profile& profile : profiles->items) {
      if (!may_run()) return elsewhere();
      ++run.profiles;
      if (auto done = one_profile(caller, profile, run); !done)
        run.failures.push_back(profile.name.str() + ": " + done.error().detail);
    }
    page.cursor = profiles->next_cursor;
  } while (!page.cursor.empty());
  return {};
}

Result<std::vector<Version>> RetentionService::due(const Profile& profile) {
  Store& store = parts_.store;
  std::vector<Version> versions;
  PageRequest page{limits::kPageMax, {}};
  do {
    auto found = store.versions(profile.name, page);
    if (!found) return std::unexpected(found.error());
    std::ranges::move(found->items, std::back_inserter(versions));
    page.cursor = found->next_cursor;
  } while (!page.cursor.empty());
  const auto assignments = store.assignments_of(profile.name);
  if (!assignments) return std::unexpected(assignments.error());
  const auto observations = store.observations_of(profile.name);
  if (!observations) return std::unexpected(observations.error());
  const auto active = store.active_deployment(profile.name);
  if (!active) return std::unexpected(active.error());
  const auto verdicts = judge_retention(
      parts_.policy, versions, versions_in_use(profile, *assignments, *observations, *active),
      parts_.clock.wall());
  std::vector<Version> due;
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    if (verdicts[i].why == Retained::No) due.push_back(std::move(versions[i]));
  return due;
}

Result<void> RetentionService::one_profile(const Caller& caller, const Profile& profile,
                                           RetentionRun& run) {
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
    batch.clear();
    bytes = 0;
  }
  if (batch.empty()) return {};
  return archive(caller, batch, run);
}

Result<void> RetentionService::archive(const Caller& caller, const std::vector<Version>& batch,
                                       RetentionRun& run) {
  const auto object = archive::pack(batch);
  if (!object) return std::unexpected(object.error());
  if (auto put = parts_.archive.put(object->key, object->bytes); !put) return put;
  auto bytes = parts_.archive.get(object->key);
  if (!bytes) return std::unexpected(bytes.error());
  const auto stored = archive::unpack({object->key, std::move(*bytes)});
  if (!stored) return std::unexpected(stored.error());
  if (auto checked = same(batch, *stored); !checked) return checked;

  const ProfileName& profile = batch.front().profile;
  const WallTime now = parts_.clock.wall();
  change::ArchiveVersions moved{.profile = profile, .items = {}};
  for (const Version& version : *stored)
    moved.items.push_back({version.number, version.hash, *version.archived});
  const auto count = std::to_string(batch.size());
  TimelineEvent event;
  event.at = now;
  event.kind = "config.archived";
  event.profile = profile;
  event.actor = caller.principal.subject;
  event.message = "Content of " + count + " versions moved to the archive";
  event.data = json::Object{{"versions", std::uint64_t{batch.size()}}, {"object", object->key}};
  ChangeSet changes;
  changes.push_back(std::move(moved));
  changes.push_back(change::AppendEvent{std::move(event)});
  changes.push_back(
      change::AppendAudit{audit_entry(caller, "system.retention", "configs/" + profile.str(),
                                      count + " versions moved to " + object->key, now)});
  if (auto done = parts_.committer.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  ++run.objects;
  run.versions += batch.size();
  for (const Version& version : batch) run.bytes += version.content.size();
  return {};
}

Result<void> RetentionService::prune(RetentionRun& run) {
  const WallTime now = parts_.clock.wall();
  for (int step = 0; step < kPruneSteps; ++step) {
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

void RetentionService::count(const RetentionRun& run) {
  Metrics& metrics = parts_.metrics;
  const auto add = [&](const char* name, const char* help, std::size_t amount) {
    metrics.counter(name, help).add(static_cast<double>(amount));
  };
  add("hotswap_retention_versions_total", "Versions moved to the archive", run.versions);
  add("hotswap_retention_bytes_total", "Bytes of content moved to the archive", run.bytes);
  add("hotswap_retention_pruned_total", "Old records dropped", run.pruned);
  add("hotswap_retention_failures_total", "Profiles whose retention failed", run.failures.size());
  if (!run.failures.empty()) return;
  const auto since = parts_.clock.wall().time_since_epoch();
  metrics
      .gauge("hotswap_retention_last_success_seconds",
             "When retention last went through, in seconds since 1970")
      .set(std::chrono::duration<double>(since).count());
}

}  // namespace hotswap
