#include "domain/health/proportion.hpp"

#include <algorithm>
#include <cmath>

namespace hotswap {
namespace {

constexpr double kPrior = 0.5;
constexpr int kBisections = 50;

/// std::lgamma writes a global sign; its arguments here are positive, where that is not needed.
double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }

/// The logarithm of the likelihood ratio of the mixture against p.
class LogRatio {
 public:
  LogRatio(double hits, double total)
      : x_(std::min(hits, total)),
        n_(total),
        mixture_(log_beta(x_ + kPrior, n_ - x_ + kPrior) - log_beta(kPrior, kPrior)) {}

  double operator()(double p) const {
    const double yes = x_ > 0 ? x_ * std::log(p) : 0;
    const double no = n_ > x_ ? (n_ - x_) * std::log1p(-p) : 0;
    return mixture_ - yes - no;
  }

 private:
  double x_;
  double n_;
  double mixture_;
};

/// Where `exceeds` changes from true (at `outside`) to false (at `inside`).
template <class Exceeds>
double boundary(double outside, double inside, Exceeds exceeds) {
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (outside + inside) / 2;
    (exceeds(middle) ? outside : inside) = middle;
  }
  return outside;  // the side that is surely no narrower than the true interval
}

}  // namespace

Bounds always_valid_bounds(double hits, double total, double alpha) {
  if (total <= 0) return {};
  const LogRatio log_ratio(hits, total);
  const auto exceeds = [&](double p) { return log_ratio(p) > -std::log(alpha); };
  const double rate = std::min(hits, total) / total;
  Bounds bounds;
  if (hits > 0) bounds.lower = boundary(0, rate, exceeds);
  if (hits < total) bounds.upper = boundary(1, rate, exceeds);
  return bounds;
}

bool excludes(double hits, double total, double proportion, double alpha) {
  return total > 0 && LogRatio(hits, total)(proportion) > -std::log(alpha);
}

}  // namespace hotswap
