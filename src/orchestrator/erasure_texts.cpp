// The walk over all texts: page by page, each page one commit with how far the walk came.
#include "domain/base/limits.hpp"
#include "domain/erasure/audit_eraser.hpp"
#include "orchestrator/erasure_work.hpp"

namespace hotswap {
namespace {

using erasure::Place;
using erasure::TextPage;

constexpr std::size_t kScan = 500;  ///< rows looked at in one page
constexpr int kTries = 3;           ///< of a page whose rows others change meanwhile
constexpr Duration kSurvey = std::chrono::seconds(30);

bool is_overtaken(const Error& error) {
  return error.reason == "erasure.overtaken" || error.reason == "traffic.changed";
}

bool still_holds(const AuditEntry& entry, const erasure::Eraser& eraser) {
  for (const AuditField field : kAuditFields)
    if (eraser.holds(field_of(entry, field))) return true;
  return false;
}

}  // namespace

Result<void> ErasureService::erase_texts(Work& work) {
  for (int tries = 1;; ++tries) {
    const erasure::Erasure before = work.erasure;
    auto done = one_page(work);
    if (done) return done;
    work.erasure = before;
    if (tries == kTries || !is_overtaken(done.error())) return done;
  }
}

Result<void> ErasureService::one_page(Work& work) {
  erasure::Erasure& erasure = work.erasure;
  auto page = parts_.store.texts(erasure.place, work.eraser, erasure.after, kScan);
  if (!page) return std::unexpected(std::move(page.error()));
  ChangeSet changes;
  const bool in_audit = erasure.place == Place::Audit;
  auto done = in_audit ? audit(work, *page, changes) : rows(work, *page, changes);
  if (!done) return done;
  if (!changes.empty()) erasure.found = true;
  const bool changed = !changes.empty();
  advance(erasure, std::move(page->last));
  work.unsaved = true;
  if (is_done(erasure)) {
    if (done = finish(work, changes); !done) return done;
  } else if (!changed) {
    return {};
  }
  return save(work, std::move(changes));
}

Result<void> ErasureService::rows(Work& work, const TextPage& page, ChangeSet& changes) {
  erasure::Erasure& erasure = work.erasure;
  const auto& spec = erasure::spec_of(erasure.place);
  const std::string table(spec.table);
  change::PutTexts put{erasure.place, {}};
  change::RemoveRows remove{erasure.place, {}};
  for (const auto& row : page.rows) {
    // This erasure's own record tells how far it is; it is saved with every page.
    if (erasure.place == Place::Erasures && row.key[0] == erasure.id) continue;
    auto plan = erasure::plan(spec, row, work.eraser);
    if (plan.left) ++erasure.left[table];
    if (plan.removed) {
      ++erasure.removed[table];
      remove.keys.push_back(row.key);
    } else if (plan.changed) {
      ++erasure.rewritten[table];
      if (erasure.place == Place::Versions) parts_.versions.forget(ProfileName(row.key[0]));
      put.items.push_back({row, std::move(*plan.changed)});
    }
  }
  // Who switches traffic keeps a copy, and hears of this kind of change.
  for (const auto& item : erasure.place == Place::Traffic ? put.items : decltype(put.items)()) {
    auto traffic = parts_.store.traffic(ServiceName(item.was.key[0]), item.was.key[1]);
    if (!traffic) return std::unexpected(traffic.error());
    traffic->error = work.eraser.text(traffic->error);
    traffic->changed_by = work.eraser.text(traffic->changed_by);
    changes.push_back(change::PutTraffic{std::move(*traffic)});
  }
  if (!put.items.empty() && erasure.place != Place::Traffic) changes.push_back(std::move(put));
  if (!remove.keys.empty()) changes.push_back(std::move(remove));
  return {};
}

Result<void> ErasureService::audit(Work& work, const TextPage& page, ChangeSet& changes) {
  erasure::Erasure& erasure = work.erasure;
  BatchProof proof;
  for (const auto& row : page.rows) {
    const auto sequence = std::stoull(row.key[0]);
    const auto entries = parts_.store.audit_after(sequence - 1, 1);
    if (!entries) return std::unexpected(entries.error());
    if (entries->empty() || entries->front().sequence != sequence) continue;
    AuditEntry entry = entries->front();
    AuditErased was = entry.erased;
    const bool changed = erasure::erase(entry, work.eraser, erasure.id, erasure.batches + 1);
    if (still_holds(entry, work.eraser)) ++erasure.left["audit"];
    if (!changed) continue;
    proof.add(entry, entry.erased.marks.back());
    changes.push_back(change::ReplaceAudit{std::move(entry), std::move(was)});
  }
  if (changes.empty()) return {};
  erasure.rewritten["audit"] += proof.count;
  ++erasure.batches;
  changes.push_back(change::AppendAudit{
      audit_entry(work.caller, std::string(kErasureBatch), "erasures/" + erasure.id,
                  proof_text(erasure.id, erasure.batches, proof), parts_.clock.wall())});
  return {};
}

Result<void> ErasureService::finish(Work& work, ChangeSet& changes) {
  erasure::Erasure& erasure = work.erasure;
  auto end = chain_end();
  if (!end) return std::unexpected(std::move(end.error()));
  erasure.chain_after = std::move(*end);
  erasure.finished = parts_.clock.wall();
  std::uint64_t rewritten = 0;
  std::uint64_t removed = 0;
  for (const auto& [table, rows] : erasure.rewritten) rewritten += rows;
  for (const auto& [table, rows] : erasure.removed) removed += rows;
  changes.push_back(change::AppendAudit{
      audit_entry(work.caller, "erasure.finish", "erasures/" + erasure.id,
                  std::string(to_string(erasure.kind)) + ": " + std::to_string(rewritten) +
                      " rows rewritten, " + std::to_string(removed) + " removed",
                  *erasure.finished)});
  return {};
}

Result<ErasureSurvey> ErasureService::survey(const Caller& caller,
                                             const erasure::Request& request) {
  if (auto may = check(caller, request); !may) return std::unexpected(std::move(may.error()));
  ErasureSurvey survey;
  const MonoTime until = parts_.clock.mono() + kSurvey;
  const erasure::Eraser eraser(request.name, "erased-00000000");
  for (int place = 0; place < erasure::kPlaceCount; ++place) {
    auto done = survey_place(eraser, static_cast<Place>(place), until, survey);
    if (!done) return std::unexpected(std::move(done.error()));
  }
  if (request.kind == erasure::Kind::Profile) {
    auto done = survey_profile(ProfileName(request.name), survey);
    if (!done) return std::unexpected(std::move(done.error()));
  }
  return survey;
}

Result<void> ErasureService::survey_place(const erasure::Eraser& eraser, Place place,
                                          MonoTime until, ErasureSurvey& survey) {
  const auto& spec = erasure::spec_of(place);
  const std::string table(spec.table);
  std::vector<std::string> after;
  do {
    auto page = parts_.store.texts(place, eraser, after, kScan);
    if (!page) return std::unexpected(page.error());
    for (const auto& row : page->rows) {
      const auto plan = erasure::plan(spec, row, eraser);
      if (plan.left) ++survey.left[table];
      if (plan.removed) ++survey.removed[table];
      if (plan.changed && !plan.removed) ++survey.rewritten[table];
    }
    after = std::move(page->last);
    if (!after.empty() && parts_.clock.mono() >= until) {
      survey.complete = false;
      return {};
    }
  } while (!after.empty());
  return {};
}

}  // namespace hotswap
