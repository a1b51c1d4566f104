#pragma once
// Whether a node of a cluster can tell the silence of its instances from an outage of the store. An
// instance that goes on at another node is made known there by a write; while nobody can write,
// hearing nothing of it here means nothing.

#include <optional>

#include "domain/base/time.hpp"

namespace hotswap {

class Attention {
 public:
  /// In this time silence means something.
  struct Span {
    WallTime from{}, to{};
    bool operator==(const Span&) const = default;
  };
  /// Longer than a busy store lets a node wait between two of its beats.
  static constexpr Duration kGap = std::chrono::seconds(3);

  /// Who beats so often is missed sooner, so a shorter outage counts.
  explicit Attention(Duration heartbeat_interval)
      : gap_(std::min<Duration>(kGap, heartbeat_interval / 2)) {}

  /// The store has taken a write of this node, at this time.
  void written(WallTime now);
  /// From the first write after the last outage to the last write; nothing before the first.
  [[nodiscard]] const std::optional<Span>& span() const { return span_; }

 private:
  Duration gap_;
  std::optional<Span> span_;
};

}  // namespace hotswap
