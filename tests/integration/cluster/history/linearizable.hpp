#pragma once
// Whether what concurrent clients saw of one object can be told as a story in which each operation
// happened at one moment between its call and its answer. The search of Wing and Gong with Lowe's
// memory of what was tried (as in Porcupine). An operation whose outcome is not known may have
// happened at any time after its call, or never.
//
// A Model has State (copyable, with text()), Operation, and
//   static std::optional<State> after(const State&, const Operation&, bool answered)
// which is empty where the operation cannot have been answered so in that state.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace hotswap::history {

using Moment = std::chrono::steady_clock::time_point;

template <class Operation>
struct Event {
  Operation operation;
  Moment called{};
  std::optional<Moment> answered{};  ///< none: timeout, 5xx, lost connection
};

enum class Verdict { Linearizable, Impossible, TooHard };

template <class Model>
class Search {
 public:
  using Events = std::vector<Event<typename Model::Operation>>;

  explicit Search(Events events, std::size_t limit = 300'000)
      : events_(std::move(events)), limit_(limit) {
    std::ranges::sort(events_, {}, [](const auto& event) { return event.called; });
    done_.assign(events_.size(), false);
    for (const auto& event : events_) open_ += event.answered ? 1 : 0;
  }

  /// Once. `from`: where the object stood before.
  Verdict run(typename Model::State from = {}) {
    const bool found = go(std::move(from));
    if (found) return Verdict::Linearizable;
    return tried_.size() >= limit_ ? Verdict::TooHard : Verdict::Impossible;
  }

 private:
  /// Nothing that was answered before another was called may come after it.
  [[nodiscard]] Moment horizon() const {
    auto first = Moment::max();
    for (std::size_t i = 0; i < events_.size(); ++i)
      if (!done_[i] && events_[i].answered) first = std::min(first, *events_[i].answered);
    return first;
  }

  [[nodiscard]] std::string memory(const typename Model::State& state) const {
    std::string key = state.text() + '|';
    for (std::size_t i = 0; i < done_.size(); i += 8) {
      unsigned byte = 0;
      for (std::size_t bit = 0; bit < 8 && i + bit < done_.size(); ++bit)
        byte |= done_[i + bit] ? 1U << bit : 0U;
      key += static_cast<char>(byte);
    }
    return key;
  }

  bool go(typename Model::State state) {
    // Depth is the length of the history, which is bounded by its recorder.
    if (open_ == 0) return true;
    if (tried_.size() >= limit_ || !tried_.insert(memory(state)).second) return false;
    const auto until = horizon();
    for (const bool answered : {true, false})
      for (std::size_t i = 0; i < events_.size() && events_[i].called <= until; ++i)
        if (!done_[i] && events_[i].answered.has_value() == answered && place(i, state))
          return true;
    return false;
  }

  /// Of unanswered twins the one called first can stand wherever another could.
  [[nodiscard]] bool has_earlier_twin(std::size_t at) const {
    for (std::size_t i = 0; i < at; ++i)
      if (!done_[i] && !events_[i].answered && events_[i].operation == events_[at].operation)
        return true;
    return false;
  }

  /// Whether the rest of the story can be told after this operation.
  bool place(std::size_t at, const typename Model::State& state) {
    const bool answered = events_[at].answered.has_value();
    const auto next = Model::after(state, events_[at].operation, answered);
    if (!next) return false;
    // What changed nothing and was not answered needs no place; trying it doubles the search.
    if (!answered && (next->text() == state.text() || has_earlier_twin(at))) return false;
    done_[at] = true;
    open_ -= answered ? 1 : 0;
    if (go(*next)) return true;
    done_[at] = false;
    open_ += answered ? 1 : 0;
    return false;
  }

  Events events_;
  const std::size_t limit_;
  std::vector<bool> done_;
  std::size_t open_ = 0;  ///< answered operations that have no place in the story yet
  std::unordered_set<std::string> tried_;
};

template <class Model>
[[nodiscard]] Verdict judge(std::vector<Event<typename Model::Operation>> events) {
  return Search<Model>(std::move(events)).run();
}

}  // namespace hotswap::history
