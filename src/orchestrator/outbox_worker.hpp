#pragma once
// Carries out what a committed decision wants from the outside world: at least once per id.

#include "domain/ports/notifier.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

class OutboxWorker {
 public:
  OutboxWorker(Store& store, Committer& committer, Notifier& notifier)
      : store_(store), committer_(committer), notifier_(notifier) {}

  /// Handles what is waiting; an item that fails stays for the next call. Items handled.
  std::size_t run();

 private:
  Store& store_;
  Committer& committer_;
  Notifier& notifier_;
};

}  // namespace hotswap
