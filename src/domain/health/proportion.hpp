#pragma once
// Always-valid bounds of a proportion: a confidence sequence, which may be looked at after every
// single observation without raising the chance that it ever misses the truth.
//
// Robbins' mixture: with a Beta(1/2, 1/2) prior the likelihood ratio of the mixture against the
// true p is a martingale that starts at 1, so by Ville's inequality it reaches 1/alpha with
// probability at most alpha, at any time. The bounds are where it equals 1/alpha.

namespace hotswap {

struct Bounds {
  double lower = 0;
  double upper = 1;
};

/// `hits` of `total` (hits ≤ total), which may be fractions where counts were deflated. Nothing
/// seen: [0, 1].
[[nodiscard]] Bounds always_valid_bounds(double hits, double total, double alpha);

/// Whether `proportion` lies outside those bounds; cheaper than computing them.
[[nodiscard]] bool excludes(double hits, double total, double proportion, double alpha);

}  // namespace hotswap
