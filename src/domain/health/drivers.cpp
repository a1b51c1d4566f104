// Which instances make a cohort bad, and which are left out.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "domain/health/comparison.hpp"

namespace hotswap::health {
namespace {

constexpr std::size_t kNamed = 5;
/// The few instances that together make this part of it are said to drive it.
constexpr double kMost = 0.8;

struct Excess {
  const InstanceEvidence* instance;
  double excess;
};

Driver driver_of(const InstanceEvidence& instance, const InstanceView& view, double share) {
  Driver driver;
  driver.instance = instance.instance;
  driver.value = view.value(instance.now);
  if (instance.before && view.counts(*instance.before).total > 0) {
    driver.before = view.value(*instance.before);
  }
  driver.samples = static_cast<std::uint64_t>(view.counts(instance.now).total);
  driver.share = share;
  return driver;
}

std::string named(const Driver& driver, const std::string& unit) {
  const auto before =
      driver.before ? fmt::format(", before {:.3g}{}", *driver.before, unit) : std::string();
  return fmt::format("{} ({:.3g}{}{})", driver.instance.str(), driver.value, unit, before);
}

std::string listed(const std::vector<Driver>& drivers, std::size_t count, const std::string& unit) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += i + 1 == count ? " and " : ", ";
    text += named(drivers[i], unit);
  }
  return text;
}

std::string sentence(const std::vector<Driver>& drivers, std::size_t cohort,
                     const std::string& unit) {
  double sum = 0;
  std::size_t few = 0;
  while (few < drivers.size() && sum < kMost) sum += drivers[few++].share;
  if (cohort <= 1 || few == 0) return {};
  if (sum < kMost || few * 2 > cohort) {
    return fmt::format(" It is spread over the {} instances; the worst is {}.", cohort,
                       named(drivers.front(), unit));
  }
  return fmt::format(" {:.0f} % of it comes from {}.", sum * 100, listed(drivers, few, unit));
}

void find_drivers(CriterionVerdict& verdict, const Evidence& evidence, const InstanceView& view) {
  std::vector<Excess> excesses;
  double sum = 0;
  std::size_t cohort = 0;
  for (const auto& instance : evidence.instances) {
    if (instance.left_out || instance.now.empty()) continue;
    ++cohort;
    const auto counts = view.counts(instance.now);
    const double excess = counts.bad - counts.total * view.expected;
    if (!(excess > 0)) continue;
    sum += excess;
    excesses.push_back({&instance, excess});
  }
  const auto count = std::min(kNamed, excesses.size());
  std::ranges::partial_sort(excesses, excesses.begin() + static_cast<std::ptrdiff_t>(count),
                            std::ranges::greater{}, &Excess::excess);
  for (std::size_t i = 0; i < count; ++i) {
    verdict.drivers.push_back(driver_of(*excesses[i].instance, view, excesses[i].excess / sum));
  }
  verdict.explanation += sentence(verdict.drivers, cohort, view.unit);
}

}  // namespace

void name_instances(CriterionVerdict& verdict, const Evidence& evidence, const InstanceView& view) {
  if (verdict.outcome != Outcome::Pass && !verdict.no_data) find_drivers(verdict, evidence, view);
  std::size_t left_out = 0;
  for (const auto& instance : evidence.instances) {
    if (!instance.left_out) continue;
    ++left_out;
    if (verdict.outliers.size() < kNamed) {
      verdict.outliers.push_back(driver_of(instance, view, 0));
    }
  }
  if (left_out == 0) return;
  const auto why =
      fmt::format("eft out, because {} bad or unsteady before the deployment already: {}{}",
                  left_out == 1 ? "it was" : "they were",
                  listed(verdict.outliers, verdict.outliers.size(), view.unit),
                  left_out > kNamed ? fmt::format(" and {} more", left_out - kNamed) : "");
  // Of missing data the sentence is open still: whoever decides about it says what it means.
  verdict.explanation += verdict.no_data ? " (l" + why + ")" : " L" + why + ".";
}

}  // namespace hotswap::health
