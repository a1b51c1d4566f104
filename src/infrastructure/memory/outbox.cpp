#include "infrastructure/memory/outbox.hpp"

#include "infrastructure/store/errors.hpp"

namespace hotswap::memory {
namespace {

void put(State& state, UndoLog& log, std::uint64_t position, OutboxItem item) {
  const State::OutboxPlace place{item.next, position};
  log.put(state.outbox_ids, item.id, place);
  log.put(state.outbox, place, std::move(item));
}

/// Takes an item out; nothing if the outbox does not hold it.
std::optional<DeadLetter> take(State& state, UndoLog& log, const std::string& id) {
  const auto found = state.outbox_ids.find(id);
  if (found == state.outbox_ids.end()) return std::nullopt;
  const auto place = found->second;
  DeadLetter taken{state.outbox.at(place), place.second};
  log.erase(state.outbox, place);
  log.erase(state.outbox_ids, id);
  return taken;
}

std::optional<DeadLetter> exhume(State& state, UndoLog& log, const std::string& id) {
  const auto found = state.dead_letter_ids.find(id);
  if (found == state.dead_letter_ids.end()) return std::nullopt;
  const auto burial = found->second;
  DeadLetter taken = state.dead_letters.at(burial);
  log.erase(state.dead_letters, burial);
  log.erase(state.dead_letter_ids, id);
  return taken;
}

}  // namespace

Result<void> enqueue(State& state, UndoLog& log, change::EnqueueOutbox& change) {
  if (state.outbox_ids.contains(change.id) || state.dead_letter_ids.contains(change.id)) return {};
  OutboxItem item{.id = change.id,
                  .kind = change.kind,
                  .payload = std::move(change.payload),
                  .at = change.at,
                  .next = change.at,
                  .error = {}};
  put(state, log, ++state.last_number, std::move(item));
  return {};
}

Result<void> finish(State& state, UndoLog& log, change::FinishOutbox& change) {
  if (!take(state, log, change.id)) exhume(state, log, change.id);
  return {};
}

Result<void> defer(State& state, UndoLog& log, change::DeferOutbox& change) {
  auto taken = take(state, log, change.id);
  if (!taken) return {};
  taken->item.attempts = change.attempts;
  taken->item.next = change.next;
  taken->item.error = std::move(change.error);
  put(state, log, taken->position, std::move(taken->item));
  return {};
}

Result<void> bury(State& state, UndoLog& log, change::BuryOutbox& change) {
  auto taken = take(state, log, change.id);
  if (!taken) return {};
  taken->item.attempts = change.attempts;
  taken->item.error = std::move(change.error);
  log.put(state.dead_letter_ids, change.id, ++state.last_number);
  log.put(state.dead_letters, state.last_number, std::move(*taken));
  return {};
}

Result<void> revive(State& state, UndoLog& log, change::ReviveOutbox& change) {
  auto taken = exhume(state, log, change.id);
  if (!taken) return std::unexpected(store::dead_letter_not_found(change.id));
  taken->item.attempts = 0;
  taken->item.next = change.next;
  taken->item.error.clear();
  put(state, log, taken->position, std::move(taken->item));
  return {};
}

}  // namespace hotswap::memory
