#pragma once
// Whether a node of a cluster can tell the silence of its instances from an outage of the store. An
// instance that goes on at another node is made known there by a write; while nobody can write,
// hearing nothing of it here means nothing.

#include <optional>

#include "domain/base/time.hpp"

namespace hotswap {

class Attention {
 public:
  /// Longer than a busy store lets a node wait between two of its beats.
  static constexpr Duration kGap = std::chrono::seconds(3);

  /// The store has taken a write of this node, at this time.
  void written(WallTime now);
  /// From when on silence counts; nothing while it does not.
  [[nodiscard]] std::optional<WallTime> since(WallTime now) const;

 private:
  std::optional<WallTime> last_;  ///< write
  WallTime since_{};
};

}  // namespace hotswap
