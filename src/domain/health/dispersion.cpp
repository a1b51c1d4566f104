#include "domain/health/dispersion.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "domain/health/calibration.hpp"

namespace hotswap::health {
namespace {

constexpr std::array<std::size_t, 4> kScales{1, 2, 4, 8};
/// Below it a scale says more about chance than about the traffic.
constexpr double kFreedom = 6;
constexpr Duration kShockBin = std::chrono::seconds(10);

std::vector<Counts> taken_together(std::span<const Cell> cells, std::size_t scale) {
  std::vector<Counts> bins;
  bins.reserve(cells.size() / scale);
  for (std::size_t i = 0; i + scale <= cells.size(); i += scale) {
    auto& bin = bins.emplace_back();
    for (std::size_t j = i; j < i + scale; ++j) bin += cells[j].counts;
  }
  return bins;
}

/// Sums of values for the variance between bins and between values of one instance.
struct Means {
  double between = 0;
  double freedom = 0;
  double within = 0;
  double values = 0;
};

void add_means(Means& means, std::span<const HealthWindows::Slot> slots, const std::string& metric,
               std::size_t scale) {
  std::vector<Sample::Custom> bins;
  Sample::Custom all;
  std::size_t taken = 0;
  for (const auto& slot : slots) {
    const auto found = slot.sample.custom.find(metric);
    if (found == slot.sample.custom.end() || found->second.count == 0) continue;
    if (taken++ % scale == 0) bins.emplace_back();
    for (auto* into : {&bins.back(), &all}) {
      into->sum += found->second.sum;
      into->count += found->second.count;
      into->squares += found->second.squares;
    }
  }
  if (bins.size() < 2) return;
  const auto count = static_cast<double>(all.count);
  const double mean = all.sum / count;
  for (const auto& bin : bins) {
    const double apart = bin.sum / static_cast<double>(bin.count) - mean;
    means.between += static_cast<double>(bin.count) * apart * apart;
  }
  means.freedom += static_cast<double>(bins.size()) - 1;
  means.within += std::max(0.0, all.squares - count * mean * mean);
  means.values += count - 1;
}

/// A stretch of bad slots. Trouble begins within its first slot and ends within its last one; how
/// much of these it took, the slots between tell, which are bad throughout.
class Trouble {
 public:
  void add(double excess, Duration slot) {
    slots_.push_back({excess, std::chrono::duration<double>(slot).count()});
  }
  void clear() { slots_.clear(); }
  [[nodiscard]] Duration length(Edges edges) const {
    double seconds = 0;
    const double whole = usual();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const bool edge = edges == Edges::InPart && (i == 0 || i + 1 == slots_.size());
      seconds += slots_[i].seconds * (edge ? std::min(1.0, slots_[i].excess / whole) : 1);
    }
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  }

 private:
  struct Slot {
    double excess;
    double seconds;
  };

  /// Of a slot that is bad throughout; of one or two, the worse one is.
  [[nodiscard]] double usual() const {
    if (slots_.size() <= 2) return std::max(slots_.front().excess, slots_.back().excess);
    double sum = 0;
    for (std::size_t i = 1; i + 1 < slots_.size(); ++i) sum += slots_[i].excess;
    return sum / static_cast<double>(slots_.size() - 2);
  }

  std::vector<Slot> slots_;
};

}  // namespace

void Dispersion::add(std::span<const Cell> cells, std::size_t scale) {
  Counts all;
  std::size_t bins = 0;
  double squares = 0;
  const auto each_bin = [&](auto&& use) {
    if (scale == 1) {
      for (const auto& cell : cells) use(cell.counts);
    } else {
      for (const auto& bin : taken_together(cells, scale)) use(bin);
    }
  };
  each_bin([&](const Counts& bin) {
    if (bin.total <= 0) return;
    all += bin;
    ++bins;
  });
  const double share = all.share();
  // Nobody who never failed, or always, tells how failures are spread.
  if (bins < 2 || share <= 0 || share >= 1) return;
  each_bin([&](const Counts& bin) {
    const double apart = bin.bad - bin.total * share;
    squares += apart * apart;
  });
  const auto count = static_cast<double>(bins);
  squares_ += squares * count / (count - 1);
  expected_ += all.total * share * (1 - share);
  freedom_ += count - 1;
}

double Dispersion::value() const {
  if (expected_ <= 0) return 1;
  const double measured = squares_ / expected_;
  return std::max(1.0, (measured * freedom_ + kDispersionPrior) / (freedom_ + kDispersionPrior));
}

double dispersion_of(const std::vector<std::vector<Cell>>& instances) {
  double most = 1;
  for (const auto scale : kScales) {
    Dispersion dispersion;
    for (const auto& cells : instances) dispersion.add(cells, scale);
    if (dispersion.freedom() >= kFreedom) most = std::max(most, dispersion.value());
  }
  return most;
}

double shock_of(const std::vector<std::vector<Cell>>& instances) {
  std::map<std::int64_t, Counts> bins;
  for (const auto& cells : instances) {
    for (const auto& cell : cells) bins[cell.at.time_since_epoch() / kShockBin] += cell.counts;
  }
  std::vector<Cell> sums;
  for (const auto& [bin, counts] : bins) sums.push_back({WallTime(bin * kShockBin), counts});
  double most = 1;
  for (const auto scale : kScales) {
    Dispersion dispersion;
    dispersion.add(sums, scale);
    if (dispersion.freedom() >= kFreedom) most = std::max(most, dispersion.value());
  }
  return most;
}

Duration longest_trouble(const std::vector<std::vector<Cell>>& instances, double apart,
                         Edges edges) {
  Duration longest{};
  for (const auto& cells : instances) {
    Counts all;
    for (const auto& cell : cells) all += cell.counts;
    const double bound = all.share() + apart;
    Trouble trouble;
    // A slot tells of the time since the one before; what the first one tells of is unknown.
    for (std::size_t i = 1; i < cells.size(); ++i) {
      const auto& counts = cells[i].counts;
      if (counts.share() <= bound || counts.bad < kTroubleBad) {
        trouble.clear();
        continue;
      }
      trouble.add(counts.share() - all.share(), cells[i].until - cells[i - 1].until);
      longest = std::max(longest, trouble.length(edges));
    }
  }
  return longest;
}

double dispersion_of_means(const std::vector<std::span<const HealthWindows::Slot>>& instances,
                           const std::string& metric) {
  double most = 1;
  for (const auto scale : kScales) {
    Means means;
    for (const auto& slots : instances) add_means(means, slots, metric, scale);
    if (means.freedom < kFreedom || means.within <= 0 || means.values <= 0) continue;
    const double measured = (means.between / means.freedom) / (means.within / means.values);
    if (std::isfinite(measured)) most = std::max(most, measured);
  }
  return most;
}

std::optional<Counts> calm_half(std::span<const Cell> cells, double enough, Direction worse) {
  std::vector<Counts> bins;
  std::optional<WallTime> opened;
  for (const auto& cell : cells) {
    if (cell.counts.total <= 0) continue;
    const bool full = opened && cell.at - *opened >= kBin && bins.back().total >= enough;
    if (!opened || full) {
      bins.emplace_back();
      opened = cell.at;
    }
    bins.back() += cell.counts;
  }
  // The last bin is still filling up.
  if (bins.size() > 1 && bins.back().total < enough) {
    bins[bins.size() - 2] += bins.back();
    bins.pop_back();
  }
  if (bins.size() < 2) return std::nullopt;
  std::ranges::sort(bins, [&](const Counts& a, const Counts& b) {
    return worse == Direction::Increase ? a.share() < b.share() : a.share() > b.share();
  });
  Counts half;
  for (std::size_t i = 0; i < bins.size() / 2; ++i) half += bins[i];
  return half;
}

}  // namespace hotswap::health
