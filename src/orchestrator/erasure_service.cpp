#include "orchestrator/erasure_service.hpp"

#include <algorithm>

#include "orchestrator/erasure_work.hpp"

namespace hotswap {
namespace {

using erasure::Erasure;
using erasure::Kind;

/// One call's share; who asks repeats the request. Pages end it on clocks that stand still.
constexpr Duration kOneCall = std::chrono::seconds(5);
constexpr int kStepsPerCall = 2000;

}  // namespace

ErasureService::ErasureService(Parts parts) : parts_(std::move(parts)) {}

Result<Erasure> ErasureService::erase(const Caller& caller, const erasure::Request& request) {
  if (auto may = check(caller, request); !may) return std::unexpected(std::move(may.error()));
  auto known = running(request);
  if (!known) return std::unexpected(std::move(known.error()));
  auto erasure = *known ? Result<Erasure>(std::move(**known)) : begin(caller, request);
  if (!erasure) return erasure;
  const erasure::Eraser eraser(request.name, pseudonym(*erasure));
  Work work{caller, eraser, std::move(*erasure)};
  if (auto done = go_on(work); !done) return std::unexpected(std::move(done.error()));
  return std::move(work.erasure);
}

Result<Page<Erasure>> ErasureService::list(const Caller& caller, const PageRequest& page) {
  if (auto may = authorize(caller.principal, Action::ErasureRead); !may)
    return std::unexpected(std::move(may.error()));
  return parts_.store.erasures(page);
}

Result<Erasure> ErasureService::get(const Caller& caller, const std::string& id) {
  if (auto may = authorize(caller.principal, Action::ErasureRead); !may)
    return std::unexpected(std::move(may.error()));
  return parts_.store.erasure(id);
}

Result<void> ErasureService::check(const Caller& caller, const erasure::Request& request) {
  if (auto may = authorize(caller.principal, Action::ErasureWrite); !may) return may;
  if (request.kind == Kind::Profile) return check_profile(request);
  if (request.name != caller.principal.subject) return {};
  return fail(ErrorCode::Conflict, "erasure.own_name",
              "The proof names who erased, so nobody erases their own name: ask another Admin.");
}

Result<void> ErasureService::check_profile(const erasure::Request& request) {
  const ProfileName name(request.name);
  const auto active = parts_.store.active_deployment(name);
  if (!active) return std::unexpected(active.error());
  if (*active)
    return fail(ErrorCode::Conflict, "deployment.already_active",
                "Deployment " + (*active)->id.value +
                    " of this profile is running: cancel it first, then erase.");
  const auto profile = parts_.store.profile(name);
  if (!profile && profile.error().code != ErrorCode::NotFound)
    return std::unexpected(profile.error());
  if (!profile) {
    const auto history = has_history(name);
    if (!history) return std::unexpected(history.error());
    if (*history) return {};  // deleted before, or erased in part
    const auto begun = running(request);
    if (!begun) return std::unexpected(begun.error());
    return *begun ? Result<void>() : std::unexpected(profile.error());
  }
  const auto assigned = parts_.store.assignments_of(name);
  if (!assigned) return std::unexpected(assigned.error());
  const auto users = std::ranges::count_if(
      *assigned, [](const Assignment& assignment) { return assignment.active.has_value(); });
  if (users == 0 || request.force) return {};
  return fail(ErrorCode::Conflict, "config.in_use",
              std::to_string(users) +
                  " instances run this profile: stop them first, or repeat with force (they keep "
                  "what they run until they are stopped).");
}

Result<bool> ErasureService::has_history(const ProfileName& name) {
  const auto events = parts_.store.events({.profile = name.value, .deployment = {}}, 0, 1);
  if (!events) return std::unexpected(events.error());
  if (!events->empty()) return true;
  const auto deployments = parts_.store.deployments(
      {.profile = name.value, .state = {}, .active_only = false}, {.limit = 1, .cursor = {}});
  if (!deployments) return std::unexpected(deployments.error());
  return !deployments->items.empty();
}

Result<std::optional<Erasure>> ErasureService::running(const erasure::Request& request) {
  PageRequest page;
  do {
    auto found = parts_.store.erasures(page);
    if (!found) return std::unexpected(std::move(found.error()));
    for (Erasure& erasure : found->items) {
      if (is_done(erasure) || erasure.kind != request.kind) continue;
      if (fits(erasure.proof, request.name)) return std::optional(std::move(erasure));
    }
    page.cursor = found->next_cursor;
  } while (!page.cursor.empty());
  return std::optional<Erasure>();
}

Result<Erasure> ErasureService::begin(const Caller& caller, const erasure::Request& request) {
  Erasure erasure;
  erasure.id = parts_.random.guid().substr(0, 8);
  erasure.kind = request.kind;
  erasure.reason = request.reason;
  erasure.by = caller.principal.subject;
  erasure.started = parts_.clock.wall();
  erasure.proof = erasure::prove(request.name, parts_.random.guid());
  erasure.step = request.kind == Kind::Profile ? erasure::Step::Versions : erasure::Step::Texts;
  auto end = chain_end();
  if (!end) return std::unexpected(std::move(end.error()));
  erasure.chain_before = std::move(*end);
  if (request.kind == Kind::Profile) {
    const auto profile = parts_.store.profile(ProfileName(request.name));
    if (profile) erasure.schema = profile->schema_id.substr(0, profile->schema_id.find('@'));
  }
  ChangeSet changes;
  changes.push_back(change::PutErasure{erasure});
  changes.push_back(change::AppendAudit{
      audit_entry(caller, "erasure.begin", "erasures/" + erasure.id,
                  std::string(to_string(erasure.kind)) + ": " + erasure.reason, erasure.started)});
  if (auto done = parts_.committer.commit(std::move(changes)); !done)
    return std::unexpected(std::move(done.error()));
  ++erasure.revision;
  return erasure;
}

Result<std::string> ErasureService::chain_end() {
  const auto last = parts_.store.audit({}, {.limit = 1, .cursor = {}});
  if (!last) return std::unexpected(last.error());
  return last->items.empty() ? std::string() : last->items.front().hash;
}

Result<void> ErasureService::go_on(Work& work) {
  const MonoTime until = parts_.clock.mono() + kOneCall;
  for (int i = 0; i < kStepsPerCall && !is_done(work.erasure); ++i) {
    if (auto done = one_step(work); !done) {
      // The last commit may have been made although its answer was lost.
      auto stored = parts_.store.erasure(work.erasure.id);
      if (!stored || !is_done(*stored)) return done;
      work.erasure = std::move(*stored);
    }
    if (parts_.clock.mono() >= until) break;
  }
  if (!is_done(work.erasure)) return work.unsaved ? save(work, {}) : Result<void>();
  parts_.metrics
      .counter("hotswap_erasures_total", "Erasures that were finished",
               {{"kind", std::string(to_string(work.erasure.kind))}})
      .add();
  if (parts_.forget) parts_.forget();
  return parts_.store.scrub();
}

Result<void> ErasureService::one_step(Work& work) {
  switch (work.erasure.step) {
    case erasure::Step::Versions:
      return erase_versions(work);
    case erasure::Step::Profile:
      return erase_profile(work);
    case erasure::Step::History:
      return erase_history(work);
    case erasure::Step::Schema:
      return erase_schema(work);
    case erasure::Step::Texts:
      return erase_texts(work);
    case erasure::Step::Done:
      break;
  }
  return {};
}

Result<void> ErasureService::save(Work& work, ChangeSet changes) {
  changes.push_back(change::PutErasure{work.erasure});
  if (auto done = parts_.committer.commit(std::move(changes)); !done)
    return std::unexpected(std::move(done.error()));
  ++work.erasure.revision;
  work.unsaved = false;
  return {};
}

}  // namespace hotswap
