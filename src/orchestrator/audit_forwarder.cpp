#include "orchestrator/audit_forwarder.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPause = 1s;
constexpr Duration kPauseMax = 60s;

}  // namespace

/// One receiver and how far it has come; touched by one thread.
struct AuditForwarder::Line {
  std::unique_ptr<AuditReceiver> receiver;
  std::string name;
  std::optional<std::uint64_t> sent{};  ///< nothing: the store knows
  std::optional<std::uint64_t> checkpoint{};
  std::uint32_t failures = 0;
  MonoTime next{};
  Counter& delivered;
  Counter& lost;
  Gauge& lag;
};

AuditForwarder::AuditForwarder(const Parts& parts,
                               std::vector<std::unique_ptr<AuditReceiver>> receivers)
    : parts_(parts) {
  for (auto& receiver : receivers) {
    const std::string name = receiver->name();
    const MetricLabels labels{{"receiver", name}};
    lines_.push_back(std::make_unique<Line>(
        Line{.receiver = std::move(receiver),
             .name = name,
             .delivered = parts.metrics.counter("hotswap_audit_forwarded_total",
                                                "Audit entries that a receiver has got", labels),
             .lost = parts.metrics.counter("hotswap_audit_forward_failures_total",
                                           "Times that a receiver could not be told", labels),
             .lag = parts.metrics.gauge("hotswap_audit_forward_lag",
                                        "Audit entries that a receiver has not got yet", labels)}));
  }
}

AuditForwarder::~AuditForwarder() { stop(); }

Result<AuditBatch> AuditForwarder::next(Line& line) {
  if (!line.sent) {
    auto cursors = parts_.store.audit_cursors();
    if (!cursors) return std::unexpected(cursors.error());
    line.sent = (*cursors)[line.name];
  }
  if (!line.checkpoint) line.checkpoint = *line.sent;
  AuditBatch batch;
  auto entries = parts_.store.audit_after(*line.sent, limits::kAuditForwarded);
  if (!entries) return std::unexpected(entries.error());
  batch.entries = std::move(*entries);
  // A checkpoint comes behind the entries that it speaks of.
  const auto reached = batch.entries.empty() ? *line.sent : batch.entries.back().sequence;
  auto checkpoints = parts_.store.audit_checkpoints(*line.checkpoint, limits::kAuditForwarded);
  if (!checkpoints) return std::unexpected(checkpoints.error());
  std::erase_if(*checkpoints, [&](const auto& each) { return each.sequence > reached; });
  batch.checkpoints = std::move(*checkpoints);
  return batch;
}

std::size_t AuditForwarder::step(Line& line) {
  if (parts_.may_run && !parts_.may_run()) {
    line.sent.reset();
    line.checkpoint.reset();
    return 0;
  }
  if (line.failures > 0 && parts_.clock.mono() < line.next) return 0;
  const auto batch = next(line);
  if (!batch) return failed(line, batch.error()), 0;
  if (batch->entries.empty() && batch->checkpoints.empty()) return line.lag.set(0), 0;
  if (auto sent = line.receiver->send(*batch); !sent) return failed(line, sent.error()), 0;
  if (!batch->entries.empty()) {
    const auto reached = batch->entries.back().sequence;
    auto kept = parts_.committer.commit(ChangeSet{change::PutAuditCursor{line.name, reached}});
    if (!kept) return failed(line, kept.error()), 0;
    line.sent = reached;
  }
  if (!batch->checkpoints.empty()) line.checkpoint = batch->checkpoints.back().sequence;
  if (line.failures > 0)
    parts_.logger.info("audit", "the receiver takes entries again", {{"receiver", line.name}});
  line.failures = 0;
  line.delivered.add(static_cast<double>(batch->entries.size()));
  show_lag(line);
  return batch->entries.size();
}

void AuditForwarder::show_lag(Line& line) {
  const auto newest = parts_.store.audit({}, {.limit = 1, .cursor = {}});
  if (!newest || newest->items.empty() || !line.sent) return;
  const auto head = newest->items.front().sequence;
  line.lag.set(head > *line.sent ? static_cast<double>(head - *line.sent) : 0);
}

void AuditForwarder::failed(Line& line, const Error& error) {
  line.lost.add();
  if (line.failures == 0)
    parts_.logger.warning(
        "audit", "a receiver cannot be told, will retry",
        {{"receiver", line.name}, {"detail", error.detail}, {"internal", error.internal}});
  const auto doublings = std::min<std::uint32_t>(line.failures, 6);
  line.next = parts_.clock.mono() + std::min(kPause * (1 << doublings), kPauseMax);
  ++line.failures;
  show_lag(line);
}

std::size_t AuditForwarder::run() {
  std::size_t sent = 0;
  for (auto& line : lines_)
    while (const auto count = step(*line)) sent += count;
  return sent;
}

Result<std::uint64_t> AuditForwarder::sent_to() {
  std::uint64_t all = UINT64_MAX;
  if (lines_.empty()) return all;
  auto cursors = parts_.store.audit_cursors();
  if (!cursors) return std::unexpected(cursors.error());
  for (const auto& line : lines_) all = std::min(all, (*cursors)[line->name]);
  return all;
}

void AuditForwarder::follow(Line& line, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (step(line) > 0) continue;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kPause, [] { return false; });
  }
}

void AuditForwarder::start() {
  for (auto& line : lines_)
    threads_.emplace_back([this, &line](const std::stop_token& stop) { follow(*line, stop); });
}

void AuditForwarder::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

}  // namespace hotswap
