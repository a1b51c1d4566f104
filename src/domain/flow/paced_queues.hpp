#pragma once
// Large things that wait for their turn to be sent: lanes (deployments) take turns, each within its
// own budget and all within one. Within a lane it is first come, first served.

#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "domain/flow/byte_budget.hpp"

namespace hotswap {

struct Pace {
  Bandwidth lane, all;
  [[nodiscard]] bool limited() const { return lane.limited() || all.limited(); }
  bool operator==(const Pace&) const = default;
};

/// Bounded by its keys: an item replaces the one that waits under the same key. Pure.
template <class Item>
class PacedQueues {
 public:
  explicit PacedQueues(MonoTime now) : all_({}, now) {}

  void set_pace(const Pace& pace, MonoTime now) {
    pace_ = pace;
    all_.set(pace.all, now);
    for (auto& [name, lane] : lanes_) lane.budget.set(pace.lane, now);
  }
  void put(const std::string& lane, const std::string& key, Item item, MonoTime now) {
    auto& queue = lanes_.try_emplace(lane, pace_.lane, now).first->second;
    const auto [found, inserted] = queue.index.try_emplace(key);
    if (!inserted) {
      found->second->second = std::move(item);  // it keeps its place
      return;
    }
    queue.order.emplace_back(key, std::move(item));
    found->second = std::prev(queue.order.end());
    ++waiting_;
  }
  struct Turn {
    std::string lane;
    Item item;
  };
  /// Whose turn it is, if anybody's. What it sends is to be told by spend().
  [[nodiscard]] std::optional<Turn> take(MonoTime now) {
    if (all_.ready_at() > now) return std::nullopt;
    std::erase_if(lanes_, [now](auto& each) {
      return each.second.order.empty() && each.second.budget.is_full(now);
    });
    auto at = lanes_.upper_bound(last_);
    for (std::size_t looked = 0; looked < lanes_.size(); ++looked, ++at) {
      if (at == lanes_.end()) at = lanes_.begin();
      Lane& lane = at->second;
      if (lane.order.empty() || lane.budget.ready_at() > now) continue;
      last_ = at->first;
      Turn turn{at->first, std::move(lane.order.front().second)};
      lane.index.erase(lane.order.front().first);
      lane.order.pop_front();
      --waiting_;
      return turn;
    }
    return std::nullopt;
  }
  void spend(const std::string& lane, std::size_t bytes, MonoTime now) {
    all_.spend(bytes, now);
    const auto found = lanes_.find(lane);
    if (found != lanes_.end()) found->second.budget.spend(bytes, now);
  }
  /// When take() gives something; nothing: none waits.
  [[nodiscard]] std::optional<MonoTime> next() const {
    std::optional<MonoTime> next;
    for (const auto& [name, lane] : lanes_) {
      if (lane.order.empty()) continue;
      const MonoTime ready = std::max(lane.budget.ready_at(), all_.ready_at());
      if (!next || ready < *next) next = ready;
    }
    return next;
  }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  struct Lane {
    Lane(Bandwidth bandwidth, MonoTime now) : budget(bandwidth, now) {}
    ByteBudget budget;
    std::list<std::pair<std::string, Item>> order;
    std::unordered_map<std::string, typename decltype(order)::iterator> index;
  };
  Pace pace_;
  ByteBudget all_;
  std::map<std::string, Lane> lanes_;
  std::string last_;
  std::size_t waiting_ = 0;
};

}  // namespace hotswap
