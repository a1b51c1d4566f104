#pragma once
#include <functional>
#include <utility>
#include <vector>

namespace hotswap::memory {

/// Changes maps and remembers how to change them back, so that a change set that fails half-way
/// leaves no trace at the cost of what it touched.
class UndoLog {
 public:
  template <class Map>
  void put(Map& map, const typename Map::key_type& key, typename Map::mapped_type value) {
    const auto found = map.find(key);
    if (found == map.end()) {
      map.emplace(key, std::move(value));
      undo_.push_back([&map, key] { map.erase(key); });
      return;
    }
    undo_.push_back([&map, key, old = std::move(found->second)] { map[key] = old; });
    found->second = std::move(value);
  }

  template <class Map>
  void erase(Map& map, const typename Map::key_type& key) {
    const auto found = map.find(key);
    if (found == map.end()) return;
    undo_.push_back([&map, key, old = std::move(found->second)] { map.emplace(key, old); });
    map.erase(found);
  }

  /// Erases from `first` on, as long as `inside(key)` holds.
  template <class Map, class Inside>
  void erase_range(Map& map, typename Map::iterator first, Inside inside) {
    while (first != map.end() && inside(first->first)) {
      const auto key = first->first;
      ++first;
      erase(map, key);
    }
  }

  void roll_back() {
    while (!undo_.empty()) {
      undo_.back()();
      undo_.pop_back();
    }
  }

 private:
  std::vector<std::function<void()>> undo_;
};

}  // namespace hotswap::memory
