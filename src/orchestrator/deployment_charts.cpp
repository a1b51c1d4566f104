#include "orchestrator/deployment_charts.hpp"

#include <algorithm>
#include <cmath>

namespace hotswap {
namespace {

using namespace std::chrono_literals;

/// Sums over one slice of time.
struct Slice {
  Sample treated, control;
};

struct Slices {
  WallTime from{};
  Duration width{1s};
  std::vector<Slice> sums;
};

Slices slice(const std::vector<HealthRecord>& records) {
  std::optional<WallTime> first, last;
  for (const HealthRecord& record : records)
    for (const RecordedSample& sample : record.samples) {
      first = std::min(first.value_or(sample.at), sample.at);
      last = std::max(last.value_or(sample.at), sample.at);
    }
  Slices out;
  if (!first) return out;
  constexpr auto kPoints = static_cast<Duration::rep>(Chart::kPoints);
  const auto span = *last - *first;
  const auto least = std::chrono::ceil<std::chrono::seconds>(span / (kPoints - 1));
  out.from = *first;
  out.width = std::max<Duration>(least, 2s);
  out.sums.resize(static_cast<std::size_t>(span / out.width) + 1);
  for (const HealthRecord& record : records)
    for (const RecordedSample& sample : record.samples) {
      Slice& sum = out.sums.at(static_cast<std::size_t>((sample.at - out.from) / out.width));
      (sample.treated ? sum.treated : sum.control).add(sample.sample);
    }
  return out;
}

std::optional<double> percent(std::uint64_t part, std::uint64_t of) {
  if (of == 0) return std::nullopt;
  return 100.0 * static_cast<double>(part) / static_cast<double>(of);
}

std::optional<double> value_of(const Criterion& criterion, const Sample& sample) {
  switch (criterion.kind) {
    case CriterionKind::ErrorRate:
      return percent(sample.errors, sample.requests);
    case CriterionKind::LatencyP99:
      return sample.latency.quantile(0.99);
    case CriterionKind::HealthChecks:
      return percent(sample.failed_checks, sample.checks);
    case CriterionKind::Custom: {
      const auto found = sample.custom.find(criterion.metric);
      if (found == sample.custom.end() || found->second.count == 0) return std::nullopt;
      return found->second.sum / static_cast<double>(found->second.count);
    }
    case CriterionKind::Query:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<double> threshold_of(const Criterion& criterion, std::optional<double> baseline) {
  const bool relative = criterion.kind != CriterionKind::HealthChecks &&
                        !(criterion.absolute && (criterion.kind == CriterionKind::Custom ||
                                                 criterion.kind == CriterionKind::Query));
  if (!relative) return criterion.threshold;
  if (!baseline) return std::nullopt;
  if (criterion.kind == CriterionKind::ErrorRate) return *baseline + criterion.threshold;
  const double sign = criterion.direction == Direction::Decrease ? -1 : 1;
  return *baseline * (1 + sign * criterion.threshold / 100);
}

std::string title_of(const Criterion& criterion) {
  switch (criterion.kind) {
    case CriterionKind::ErrorRate:
      return "Error rate";
    case CriterionKind::LatencyP99:
      return "p99 latency";
    case CriterionKind::HealthChecks:
      return "Failing health checks";
    case CriterionKind::Custom:
      return criterion.metric;
    case CriterionKind::Query:
      return criterion.name;
  }
  return criterion.name;
}

std::string unit_of(CriterionKind kind) {
  if (kind == CriterionKind::LatencyP99) return "ms";
  return kind == CriterionKind::ErrorRate || kind == CriterionKind::HealthChecks ? "%" : "";
}

std::vector<Chart::Point> sampled(const Criterion& criterion, const Slices& slices) {
  std::vector<Chart::Point> points;
  for (std::size_t i = 0; i < slices.sums.size(); ++i) {
    Chart::Point point{slices.from + static_cast<Duration::rep>(i) * slices.width,
                       value_of(criterion, slices.sums[i].treated),
                       value_of(criterion, slices.sums[i].control)};
    if (point.treated || point.control) points.push_back(point);
  }
  return points;
}

/// Answers of a metrics source, each as it came; every nth of very many.
std::vector<Chart::Point> asked(const std::string& criterion,
                                const std::vector<HealthRecord>& records) {
  std::vector<Chart::Point> points;
  for (const HealthRecord& record : records) {
    const auto found = record.measurements.find(criterion);
    if (found == record.measurements.end()) continue;
    const Measurement& answer = found->second;
    if (answer.value || answer.control) points.push_back({answer.at, answer.value, answer.control});
  }
  std::ranges::sort(points, {}, &Chart::Point::at);
  const std::size_t every = points.size() / Chart::kPoints + 1;
  std::vector<Chart::Point> thinned;
  for (std::size_t i = 0; i < points.size(); i += every) thinned.push_back(points[i]);
  return thinned;
}

json::Value number(const std::optional<double>& value) {
  return value ? json::Value(std::round(*value * 1000) / 1000) : json::Value();
}

}  // namespace

std::vector<Chart> charts_of(const Deployment& deployment,
                             const std::vector<HealthRecord>& records) {
  const Slices slices = slice(records);
  std::vector<Chart> charts;
  for (const Criterion& criterion : deployment.health.criteria) {
    Chart chart;
    chart.criterion = criterion.name;
    chart.title = title_of(criterion);
    chart.unit = unit_of(criterion.kind);
    if (deployment.baseline) chart.baseline = value_of(criterion, deployment.baseline->all);
    chart.threshold = threshold_of(criterion, chart.baseline);
    chart.below =
        criterion.direction == Direction::Decrease &&
        (criterion.kind == CriterionKind::Custom || criterion.kind == CriterionKind::Query);
    chart.points = criterion.kind == CriterionKind::Query ? asked(criterion.name, records)
                                                          : sampled(criterion, slices);
    if (!chart.points.empty()) charts.push_back(std::move(chart));
  }
  return charts;
}

json::Value to_json(const Chart& chart) {
  json::Array points;
  for (const Chart::Point& point : chart.points)
    points.push_back(json::Object{{"at", format_time(point.at)},
                                  {"treated", number(point.treated)},
                                  {"control", number(point.control)}});
  return json::Object{{"criterion", chart.criterion},
                      {"title", chart.title},
                      {"unit", chart.unit},
                      {"baseline", number(chart.baseline)},
                      {"threshold", number(chart.threshold)},
                      {"below", chart.below},
                      {"points", std::move(points)}};
}

}  // namespace hotswap
