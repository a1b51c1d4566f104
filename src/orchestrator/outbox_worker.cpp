#include "orchestrator/outbox_worker.hpp"

namespace hotswap {

std::size_t OutboxWorker::run() {
  constexpr std::size_t kBatch = 100;
  auto waiting = store_.outbox(kBatch);
  if (!waiting) return 0;
  ChangeSet changes;
  for (const OutboxItem& item : *waiting)
    if (notifier_.notify(item.id, item.kind, item.payload))
      changes.push_back(change::FinishOutbox{item.id});
  const std::size_t handled = changes.size();
  if (handled == 0 || !committer_.commit(std::move(changes))) return 0;
  return handled;
}

}  // namespace hotswap
