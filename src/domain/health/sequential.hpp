#pragma once
// Tests that may be looked at after every heartbeat: logarithms of likelihood ratios of a mixture
// "worse" against "as before", where the true value under "as before" is uncertain, too. Under "as
// before" a ratio is a martingale that starts at 1, so by Ville's inequality it ever reaches
// 1/alpha with probability at most alpha. Internal to domain/health.

#include <cstdint>

#include "domain/health/dispersion.hpp"

namespace hotswap::health {

/// What is believed of a share or a mean if nothing got worse.
struct Belief {
  double expected = 0;
  double deviation = 0;  ///< standard deviation
};

/// For "the share is above what is believed by about `effect` or more". `counts` may be fractions:
/// deflated by the dispersion.
[[nodiscard]] double evidence_of_share(const Counts& counts, const Belief& belief, double effect);

/// For "the mean, measured with this variance, is above what is believed by about `effect`".
[[nodiscard]] double evidence_of_mean(double mean, double variance, const Belief& belief,
                                      double effect);

/// The logarithm that proves something in the block `index` (from 0) of one of `lengths` lengths:
/// the risk is shared among them all, however many blocks there will be.
[[nodiscard]] double required_evidence(std::uint64_t index, std::size_t lengths);

}  // namespace hotswap::health
