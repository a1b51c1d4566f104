#pragma once
// When a node asks instances to hold their stream elsewhere, and how many at a time. Streams stay
// where they were opened, so after a node came back or joined the others hold them all. Moving one
// costs little, moving all at once is a storm: a node begins late, ends early and goes slowly.

#include <optional>
#include <string>
#include <vector>

#include "domain/cluster/node.hpp"

namespace hotswap {

/// Streams of instances, as a node counts them now.
struct StreamCounts {
  std::size_t mine = 0;
  std::size_t leaving = 0;          ///< of mine: told to go, and still here
  std::vector<std::size_t> others;  ///< of the other nodes that take work
  [[nodiscard]] double mean() const;
};

/// One node's rule. Not thread-safe.
class StreamBalancer {
 public:
  static constexpr double kBegin = 1.15;  ///< times the mean: above it a node begins
  static constexpr double kEnd = 1.05;    ///< below it a node has done
  static constexpr double kAtLeast = 8;   ///< fewer above the mean are not worth moving
  static constexpr Duration kSteady = std::chrono::seconds(3);  ///< above kBegin for so long
  /// Told in a second: this share of all that are here, but neither fewer nor more than
  static constexpr double kShare = 0.05, kFewest = 5, kMost = 50;

  /// How many streams are to be told now. To be asked again and again, as often as one likes.
  [[nodiscard]] std::size_t due(const StreamCounts& counts, MonoTime now);
  [[nodiscard]] bool balancing() const { return balancing_; }

 private:
  void look(double staying, double mean, MonoTime now);

  std::optional<MonoTime> above_since_;
  bool balancing_ = false;
  MonoTime asked_{};
  double allowed_ = 0;  ///< of the rate, not used yet
};

/// URLs of the nodes that hold fewer than the mean, the emptiest first, at most `most`.
[[nodiscard]] std::vector<std::string> stream_destinations(const std::vector<ClusterNode>& working,
                                                           const std::string& own,
                                                           std::size_t most = 8);

/// The part of all streams that `own` holds, of the nodes that take work: all of them together have
/// one, and nobody nothing. 1 if it is alone, or none of them.
[[nodiscard]] double stream_share(const std::vector<ClusterNode>& working, const std::string& own);

}  // namespace hotswap
