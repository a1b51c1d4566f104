#pragma once
// Cuts the windows of both cohorts into the looks of one criterion, every slot read once. Internal
// to domain/health.

#include <set>
#include <vector>

#include "domain/health/dispersion.hpp"

namespace hotswap::health {

class Cut {
 public:
  /// All must outlive it; `baseline` may be null.
  Cut(const Criterion& criterion, const HealthWindows& windows, const Cohorts& cohorts,
      const Baseline* baseline, Evidence& evidence);

  /// Everything anew, with that window.
  void make(Duration window, WallTime now);
  /// Of the treated cohort in the window.
  [[nodiscard]] double observations() const;

 private:
  /// Sums of the slots between two starts, added up to looks at the end.
  struct Segment {
    Sample counts;
    HistogramSum latency;
    void add(const Sample& sample, const Criterion& criterion);
  };
  /// What a look learns from the treated cohort beside its sums.
  struct Shape {
    WallTime start{};
    Dispersion dispersion;
    std::vector<Cell> bins;            ///< of kSlot, of all instances
    WallTime begin = WallTime::max();  ///< of what was measured
    WallTime newest = WallTime::min();
  };

  void choose_outliers();
  void sum_before();
  void choose_starts(Duration window);
  void sum_control();
  [[nodiscard]] std::set<InstanceId> broken_controls() const;
  void sum_treated();
  [[nodiscard]] InstanceEvidence take(const Cohorts::Treated& treated, bool left_out,
                                      std::vector<Segment>& segments);
  void take_cells(std::span<const Cell> cells, WallTime measured_from);
  void finish_looks(const std::vector<Sample>& sums);
  [[nodiscard]] bool left_out(const InstanceId& instance) const;
  [[nodiscard]] Duration waited(WallTime now) const;
  [[nodiscard]] std::size_t segment_of(WallTime start) const;
  [[nodiscard]] std::vector<Sample> suffix_sums(std::vector<Segment> segments) const;
  [[nodiscard]] double slow_limit() const;
  [[nodiscard]] bool wants_latency(const Counts& counts, bool left_out) const;
  [[nodiscard]] Histogram latency_of(std::span<const HealthWindows::Slot> slots) const;

  const Criterion& criterion_;
  const HealthWindows& windows_;
  const Cohorts& cohorts_;
  const Baseline* baseline_;
  Evidence& evidence_;
  WallTime first_{};
  WallTime end_{};  ///< exclusive
  WallTime window_start_{};
  std::vector<WallTime> starts_;  ///< of all looks and of the window, ascending, each once
  std::vector<Shape> shapes_;     ///< of each look
  std::set<InstanceId> outliers_;
  bool all_outliers_ = false;
  double limit_ = 0;  ///< milliseconds, LatencyP99
};

}  // namespace hotswap::health
