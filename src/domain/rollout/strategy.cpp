#include "domain/rollout/strategy.hpp"

#include <algorithm>
#include <cmath>

namespace hotswap {
namespace {

struct KindName {
  std::string_view operator()(const Canary&) const { return "Canary"; }
  std::string_view operator()(const BlueGreen&) const { return "BlueGreen"; }
  std::string_view operator()(const Rolling&) const { return "Rolling"; }
  std::string_view operator()(const Direct&) const { return "Direct"; }
  std::string_view operator()(const Linear&) const { return "Linear"; }
  std::string_view operator()(const Exponential&) const { return "Exponential"; }
  std::string_view operator()(const Custom&) const { return "Custom"; }
};

}  // namespace

std::size_t Share::of(std::size_t total) const {
  if (amount <= 0) return 0;
  const auto whole = static_cast<double>(total);
  // The small step back keeps 30 % of 10 at 3 where the product is 3.0000000000000004.
  const double wanted = percent ? std::ceil(amount * whole / 100 - 1e-9) : amount;
  const double bounded = std::clamp(wanted, std::min(1.0, whole), whole);
  return static_cast<std::size_t>(bounded);
}

std::string_view kind_name(const Strategy& strategy) {
  return std::visit(KindName{}, strategy.kind);
}

}  // namespace hotswap
