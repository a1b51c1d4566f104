#pragma once
// The few operations of an impossible history that contradict each other, for people: the end of
// its shortest impossible beginning, as little of it as is impossible whatever went before. Of
// that, what can be is left out: a look that changes nothing is forgotten, an answer is taken for
// unknown.

#include <fmt/format.h>

#include "integration/cluster/history/linearizable.hpp"

namespace hotswap::history {

template <class Model>
using Events = std::vector<Event<typename Model::Operation>>;

/// What had been seen at that moment.
template <class Model>
[[nodiscard]] Events<Model> seen_until(const Events<Model>& events, Moment moment) {
  Events<Model> out;
  for (const auto& event : events) {
    if (event.called > moment) continue;
    out.push_back(event);
    if (event.answered && *event.answered > moment) out.back().answered.reset();
  }
  return out;
}

/// A history stays impossible when it goes on: the first such moment is found by halving.
template <class Model>
[[nodiscard]] Events<Model> shortest_impossible(const Events<Model>& events) {
  std::vector<Moment> answers;
  for (const auto& event : events)
    if (event.answered) answers.push_back(*event.answered);
  std::ranges::sort(answers);
  const auto first = std::ranges::partition_point(answers, [&](Moment moment) {
    return judge<Model>(seen_until<Model>(events, moment)) != Verdict::Impossible;
  });
  return first == answers.end() ? events : seen_until<Model>(events, *first);
}

/// Whether these cannot be, wherever the object stood before.
template <class Model>
[[nodiscard]] bool impossible_anywhere(const Events<Model>& events,
                                       const std::vector<typename Model::State>& places) {
  constexpr std::size_t kLimit = 20'000;
  return std::ranges::all_of(places, [&](const auto& place) {
    return Search<Model>(events, kLimit).run(place) == Verdict::Impossible;
  });
}

/// The last `count`, and those before that may happen as late.
template <class Model>
[[nodiscard]] Events<Model> last_of(const Events<Model>& events, std::size_t count) {
  const auto start = events[events.size() - std::min(count, events.size())].called;
  Events<Model> out;
  for (const auto& event : events)
    if (!event.answered || *event.answered >= start) out.push_back(event);
  return out;
}

template <class Model>
[[nodiscard]] Events<Model> core_of(const Events<Model>& events) {
  auto all = shortest_impossible<Model>(events);
  std::ranges::sort(all, {}, [](const auto& event) { return event.called; });
  const auto places = Model::anywhere(all);
  std::size_t count = 1;
  while (count < all.size() && !impossible_anywhere<Model>(last_of<Model>(all, count), places))
    count += 1 + count / 4;
  auto core = last_of<Model>(all, count);
  constexpr std::size_t kSmall = 60;
  for (std::size_t i = 0; i < core.size() && core.size() <= kSmall;) {
    auto less = core;
    if (Model::only_looks(less[i].operation))
      less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
    else
      less[i].answered.reset();
    const bool same = less.size() == core.size() && !core[i].answered;
    if (same || !impossible_anywhere<Model>(less, places))
      ++i;
    else
      core = std::move(less);
  }
  return core;
}

/// Lines of `called … answered: operation`; of many calls that may have happened only the number.
template <class Model>
[[nodiscard]] std::string told(const Events<Model>& core) {
  constexpr std::size_t kNamed = 5;
  std::string out, late;
  std::size_t open = 0;
  const auto start = std::ranges::min(core, {}, [](const auto& event) {
                       return event.answered ? event.called : Moment::max();
                     }).called;
  const auto since = [&](Moment moment) {
    return std::chrono::duration<double, std::milli>(moment - start).count();
  };
  for (const auto& event : core) {
    if (event.answered)
      out += fmt::format("\n  {:9.2f} … {:9.2f} ms  {}", since(event.called),
                         since(*event.answered), Model::text(event.operation));
    else if (++open <= kNamed)
      late += fmt::format("\n  {:9.2f} …         ? ms  {}", since(event.called),
                          Model::text(event.operation));
  }
  return out + fmt::format("\n  and {} calls that may have happened or not", open) + late;
}

}  // namespace hotswap::history
