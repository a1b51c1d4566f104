#include "domain/health/sample.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include "domain/base/limits.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

/// Sums of many samples are stored and read as well; one heartbeat is bounded where it arrives.
constexpr std::int64_t kCountMax = std::numeric_limits<std::int64_t>::max() / 2;
constexpr double kLatencyMax = 1e10;  ///< milliseconds
constexpr double kValueMax = 1e140;   ///< the sum of many squares is still a number
constexpr double kSumMax = 1e300;
constexpr std::size_t kCustomMetrics = limits::kHeartbeatCustomMetrics * 4;  ///< of a sum

std::uint64_t read_count(json::ObjectReader& in, std::string_view name) {
  return static_cast<std::uint64_t>(in.optional_int(name, 0, kCountMax).value_or(0));
}

struct Percentiles {
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;

  /// The straight line through the three known points.
  [[nodiscard]] double at(double q) const {
    if (q <= 0.50) return p50;
    if (q <= 0.95) return p50 + (p95 - p50) * (q - 0.50) / 0.45;
    if (q <= 0.99) return p95 + (p99 - p95) * (q - 0.95) / 0.04;
    return p99;
  }
};

/// The rank that Histogram::quantile() asks for at that percentage.
std::uint64_t rank_at(std::uint64_t percent, std::uint64_t requests) {
  return (requests / 100) * percent + ((requests % 100) * percent + 99) / 100;
}

/// `requests` values whose percentiles are the three given. Where several percentages share a rank
/// the highest one counts, so that a few requests do not lose their tail.
Histogram spread(const Percentiles& percentiles, std::uint64_t requests) {
  Histogram histogram;
  std::uint64_t placed = 0;
  for (std::uint64_t percent = 1; percent <= 100; ++percent) {
    const auto rank = rank_at(percent, requests);
    if (percent < 100 && rank_at(percent + 1, requests) == rank) continue;
    histogram.record(percentiles.at(static_cast<double>(percent) / 100), rank - placed);
    placed = rank;
  }
  return histogram;
}

std::optional<Percentiles> read_percentiles(json::ObjectReader& in) {
  const auto p50 = in.optional_double("p50", 0, kLatencyMax);
  const auto p95 = in.optional_double("p95", 0, kLatencyMax);
  const auto p99 = in.optional_double("p99", 0, kLatencyMax);
  if (!p99 && !in.has("p99")) in.mistake("p99", "required", "is required");
  if (!p99) return std::nullopt;
  const Percentiles read{p50.value_or(*p99), p95.value_or(*p99), *p99};
  if (read.p50 <= read.p95 && read.p95 <= read.p99) return read;
  in.mistake("p99", "minimum", "percentiles must not fall: p50 ≤ p95 ≤ p99");
  return std::nullopt;
}

void read_latency(json::ObjectReader& in, Sample& sample) {
  const auto* value = in.optional_value("latency");
  if (value == nullptr) return;
  const auto path = in.path_of("latency");
  if (value->find("scheme") != nullptr || value->find("buckets") != nullptr) {
    auto histogram = Histogram::from_json(*value, path);
    if (histogram) {
      sample.latency = std::move(*histogram);
    } else {
      in.absorb(histogram.error());
    }
    return;
  }
  json::ObjectReader latency(*value, path);
  const auto percentiles = read_percentiles(latency);
  if (auto bad = latency.finish("metrics.invalid")) {
    in.absorb(*bad);
  } else if (percentiles) {
    sample.latency = spread(*percentiles, sample.requests);
  }
}

/// A plain number is one reported value; the stored form has sum and count.
Result<Sample::Custom> read_custom_value(const json::Value& value, const std::string& path) {
  if (const auto number = value.as_double()) {
    if (std::abs(*number) <= kValueMax) return Sample::Custom{*number, 1, *number * *number};
    return fail_field("metrics.invalid", path, "maximum", "must be a finite number");
  }
  if (value.as_object() == nullptr) {
    return fail_field("metrics.invalid", path, "type", "must be a number");
  }
  json::ObjectReader in(value, path);
  Sample::Custom custom;
  custom.sum = in.optional_double("sum", -kSumMax, kSumMax).value_or(0);
  custom.count = read_count(in, "count");
  custom.squares = in.optional_double("squares", 0, kSumMax).value_or(0);
  if (auto bad = in.finish("metrics.invalid")) return std::unexpected(*bad);
  return custom;
}

void read_custom(json::ObjectReader& in, Sample& sample) {
  const auto* object = in.optional_object("custom");
  if (object == nullptr) return;
  if (object->size() > limits::kHeartbeatCustomMetrics) {
    in.mistake("custom", "maxProperties",
               "has more than " + std::to_string(limits::kHeartbeatCustomMetrics) + " metrics");
    return;
  }
  for (const auto& [name, value] : *object) {
    if (name.empty() || name.size() > limits::kNameBytes) {
      in.mistake("custom", "propertyNames", "a metric's name has 1 to 128 bytes");
      return;
    }
    auto custom = read_custom_value(value, json::path_member(in.path_of("custom"), name));
    if (custom) {
      sample.custom[name] = *custom;
    } else {
      in.absorb(custom.error());
    }
  }
}

/// Stops at the largest number instead of starting again at 0.
std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

}  // namespace

void Sample::add(const Sample& other) {
  latency.merge(other.latency);
  add_counts(other);
}

void Sample::add_counts(const Sample& other) {
  requests = sum(requests, other.requests);
  errors = sum(errors, other.errors);
  checks = sum(checks, other.checks);
  failed_checks = sum(failed_checks, other.failed_checks);
  for (const auto& [name, values] : other.custom) {
    // Who invents new names all the time does not fill the memory.
    if (custom.size() >= kCustomMetrics && !custom.contains(name)) continue;
    auto& mine = custom[name];
    mine.sum += values.sum;
    mine.count = sum(mine.count, values.count);
    mine.squares += values.squares;
  }
}

bool Sample::empty() const {
  return requests == 0 && latency.count() == 0 && checks == 0 && custom.empty();
}

Result<Sample> sample_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  Sample sample;
  sample.requests = read_count(in, "requests");
  sample.errors = read_count(in, "errors");
  if (sample.errors > sample.requests) {
    in.mistake("errors", "maximum", "must be at most `requests`");
  }
  read_latency(in, sample);
  sample.checks = read_count(in, "checks");
  sample.failed_checks = read_count(in, "failedChecks");
  if (sample.failed_checks > sample.checks) {
    in.mistake("failedChecks", "maximum", "must be at most `checks`");
  }
  read_custom(in, sample);
  if (auto bad = in.finish("metrics.invalid")) return std::unexpected(*bad);
  return sample;
}

json::Value to_json(const Sample& sample) {
  json::Object custom;
  for (const auto& [name, values] : sample.custom) {
    custom.append(
        name,
        json::Object{{"sum", values.sum}, {"count", values.count}, {"squares", values.squares}});
  }
  return json::Object{{"requests", sample.requests},          {"errors", sample.errors},
                      {"latency", sample.latency.to_json()},  {"checks", sample.checks},
                      {"failedChecks", sample.failed_checks}, {"custom", std::move(custom)}};
}

}  // namespace hotswap
