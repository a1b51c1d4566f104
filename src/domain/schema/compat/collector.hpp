#pragma once
// Keeps the small ones of the values that pass.

#include <algorithm>

#include "domain/json/write.hpp"
#include "domain/schema/compat/sampler.hpp"

namespace hotswap::schema::compat {

class Sampler::Collector {
 public:
  /// Of `left`; with `right`, only what that refuses.
  Collector(Sampler& sampler, const Left& left, const Node* right, std::size_t most)
      : sampler_(sampler), left_(left), right_(right), most_(most) {}

  /// Everything worth trying was offered, or enough of it passed.
  [[nodiscard]] bool full() const { return found_.size() >= most_ || sampler_.budget_.spent(); }

  void offer(json::Value value) {
    if (full()) return;
    auto text = json::write(value);
    sampler_.budget_.spend(kOffer + text.size());
    if (text.size() > kLongest || !seen_.insert(text).second) return;
    if (sampler_.check(value, left_) == Truth::No) return;
    if (right_ != nullptr && sampler_.check(value, *right_) != Truth::No) return;
    found_.push_back({text.size(), found_.size(), std::move(value)});
  }
  void offer_all(const Values& values) {
    for (const auto& value : values) offer(value);
  }

  Values take() {
    std::ranges::sort(found_, {},
                      [](const Found& found) { return std::pair(found.size, found.rank); });
    Values values;
    for (auto& found : found_) values.push_back(std::move(found.value));
    return values;
  }

 private:
  static constexpr std::size_t kLongest = 64 << 10;
  static constexpr std::size_t kOffer = 16;
  struct Found {
    std::size_t size;
    std::size_t rank;  ///< in the order of the offers
    json::Value value;
  };

  Sampler& sampler_;
  const Left& left_;
  const Node* right_;
  std::size_t most_;
  std::set<std::string> seen_;
  std::vector<Found> found_;
};

}  // namespace hotswap::schema::compat
