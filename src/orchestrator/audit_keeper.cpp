#include "orchestrator/audit_keeper.hpp"

#include "domain/archive/zstd.hpp"
#include "domain/base/limits.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

constexpr Duration kTick = std::chrono::seconds(5);
constexpr int kPrunesPerTick = 20;
/// Each removal is an entry itself: a few old ones wait until a day after the last.
constexpr Duration kPruneEvery = std::chrono::hours(24);

/// How many of these are older than `before`; never all of them, as the chain goes on from the
/// last.
std::size_t count_old(const std::vector<AuditEntry>& entries, WallTime before,
                      std::uint64_t sent_to) {
  std::size_t old = 0;
  while (old + 1 < entries.size() && old < limits::kAuditPruned && entries[old].at < before &&
         entries[old].sequence <= sent_to)
    ++old;
  return old;
}

bool is_worth_it(const std::vector<AuditCheckpoint>& known, std::size_t old, WallTime now) {
  const bool first = known.empty() || !known.front().anchor;
  return first || old == limits::kAuditPruned || now - known.front().at >= kPruneEvery;
}

AuditEntry system_entry(std::string action, std::string detail, WallTime at) {
  Caller system;
  system.principal.subject = "system";
  return audit_entry(system, std::move(action), "audit", std::move(detail), at);
}

}  // namespace

AuditKeeper::AuditKeeper(Parts parts)
    : parts_(std::move(parts)),
      signed_(parts_.metrics.counter("hotswap_audit_checkpoints_total",
                                     "Times that the head of the audit was signed")),
      pruned_(parts_.metrics.counter("hotswap_audit_removed_total",
                                     "Old audit entries removed behind an anchor")) {}

AuditKeeper::~AuditKeeper() { stop(); }

Result<std::optional<AuditEntry>> AuditKeeper::head() {
  auto newest = parts_.store.audit({}, {.limit = 1, .cursor = {}});
  if (!newest) return std::unexpected(newest.error());
  if (newest->items.empty()) return std::optional<AuditEntry>();
  return std::optional(std::move(newest->items.front()));
}

Result<AuditCheckpoint> AuditKeeper::sign(const AuditEntry& head) {
  AuditCheckpoint checkpoint;
  checkpoint.sequence = head.sequence;
  checkpoint.hash = head.hash;
  checkpoint.at = parts_.clock.wall();
  checkpoint = signed_by(parts_.signing, std::move(checkpoint));
  auto done = parts_.committer.commit(ChangeSet{change::PutCheckpoint{checkpoint}});
  if (!done) return std::unexpected(done.error());
  if (parts_.witness) parts_.witness(checkpoint);
  parts_.logger.info("audit", "checkpoint",
                     {{"sequence", checkpoint.sequence},
                      {"hash", checkpoint.hash},
                      {"key", checkpoint.key},
                      {"signature", checkpoint.signature}});
  signed_.add();
  const std::lock_guard lock(mutex_);
  last_ = checkpoint;
  return checkpoint;
}

Result<AuditCheckpoint> AuditKeeper::ask(const Caller& caller) {
  if (auto ok = authorize(caller.principal, Action::AuditCheckpoint); !ok)
    return std::unexpected(ok.error());
  ChangeSet changes{change::AppendAudit{
      audit_entry(caller, "audit.checkpoint", "audit", "", parts_.clock.wall())}};
  if (auto done = parts_.committer.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  const auto newest = head();
  if (!newest) return std::unexpected(newest.error());
  return sign(newest->value());
}

Result<void> AuditKeeper::sign_if_due() {
  const auto newest = head();
  if (!newest) return std::unexpected(newest.error());
  if (!*newest) return {};
  std::optional<AuditCheckpoint> last;
  {
    const std::lock_guard lock(mutex_);
    last = last_;
  }
  if (!last) {
    auto known = parts_.audit.all_checkpoints();
    if (!known) return std::unexpected(known.error());
    if (!known->empty()) last = std::move(known->back());
  }
  const bool grown = !last || (*newest)->sequence > last->sequence;
  const bool due = grown && (!last || parts_.clock.wall() - last->at >= parts_.every ||
                             (*newest)->sequence - last->sequence >= parts_.entries);
  if (due) {
    if (auto done = sign(**newest); !done) return std::unexpected(done.error());
  } else if (last) {
    const std::lock_guard lock(mutex_);
    last_ = std::move(last);
  }
  return {};
}

Result<bool> AuditKeeper::prune_some() {
  if (!parts_.keep) return false;
  const auto known = parts_.audit.all_checkpoints();
  if (!known) return std::unexpected(known.error());
  const auto sent_to = parts_.sent_to ? parts_.sent_to() : Result<std::uint64_t>(UINT64_MAX);
  if (!sent_to) return std::unexpected(sent_to.error());
  ChainCheck check(*known);
  auto entries = parts_.store.audit_after(check.begins_behind(), limits::kAuditPruned + 1);
  if (!entries) return std::unexpected(entries.error());
  entries->resize(count_old(*entries, parts_.clock.wall() - *parts_.keep, *sent_to));
  if (entries->empty() || !is_worth_it(*known, entries->size(), parts_.clock.wall())) return false;
  std::uint64_t erased_text = 0;
  for (const auto& entry : *entries) {
    if (auto whole = check.add(entry); !whole) return std::unexpected(whole.error());
    erased_text += erased_text_of(entry);
  }
  AuditCheckpoint anchor;
  anchor.sequence = entries->back().sequence;
  anchor.hash = entries->back().hash;
  anchor.at = parts_.clock.wall();
  anchor.anchor = check.state();
  anchor = signed_by(parts_.signing, std::move(anchor));
  if (auto done = put_in_archive(*known, *entries, anchor); !done)
    return std::unexpected(done.error());
  const auto detail = "entries " + std::to_string(entries->front().sequence) + " to " +
                      std::to_string(anchor.sequence) +
                      (parts_.archive != nullptr ? ", kept in the archive" : "");
  ChangeSet changes{change::PutCheckpoint{anchor},
                    change::RemoveAudit{anchor.sequence, entries->size(), erased_text},
                    change::AppendAudit{system_entry("audit.remove", detail, parts_.clock.wall())}};
  if (auto done = parts_.committer.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  if (parts_.witness) parts_.witness(anchor);
  pruned_.add(static_cast<double>(entries->size()));
  return true;
}

// Each object can be verified by itself: it begins with the anchor before it and ends with its own.
Result<void> AuditKeeper::put_in_archive(const std::vector<AuditCheckpoint>& before,
                                         const std::vector<AuditEntry>& entries,
                                         const AuditCheckpoint& anchor) {
  if (parts_.archive == nullptr) return {};
  std::string text;
  const auto add = [&](const AuditCheckpoint& checkpoint) {
    text += json::write(json::Object{{"checkpoint", to_json(checkpoint)}}) + '\n';
  };
  if (!before.empty() && before.front().anchor) add(before.front());
  for (const auto& entry : entries) text += json::write(to_json(entry)) + '\n';
  add(anchor);
  const auto packed = archive::compress(text);
  if (!packed) return std::unexpected(packed.error());
  return parts_.archive->put("audit/" + std::to_string(entries.front().sequence) + "-" +
                                 std::to_string(anchor.sequence) + ".ndjson.zst",
                             *packed);
}

void AuditKeeper::log_failure(const char* what, const Error& error) {
  parts_.logger.warning(
      "audit", what,
      {{"reason", error.reason}, {"detail", error.detail}, {"internal", error.internal}});
}

void AuditKeeper::tick() {
  if (parts_.may_run && !parts_.may_run()) {
    const std::lock_guard lock(mutex_);
    last_.reset();  // whoever leads now goes on from what is stored
    return;
  }
  if (auto done = sign_if_due(); !done) log_failure("the head could not be signed", done.error());
  for (int i = 0; i < kPrunesPerTick; ++i) {
    const auto more = prune_some();
    if (!more) log_failure("old entries could not be removed", more.error());
    if (!more || !*more) return;
  }
}

void AuditKeeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      tick();
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, kTick, [] { return false; });
    }
  });
}

void AuditKeeper::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace hotswap
