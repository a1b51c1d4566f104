#include "domain/health/histogram.hpp"

#include <algorithm>
#include <cmath>

#include "domain/base/limits.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kScheme = "log-1%";
constexpr double kLowest = 1e-3;   ///< milliseconds: 1 µs
constexpr double kHighest = 1e10;  ///< milliseconds: 115 days, more than any request takes
constexpr std::int64_t kCountMax = 1'000'000'000'000;

/// A bucket i holds (growth^(i-1), growth^i]; its middle is within kAccuracy of both ends.
constexpr double kGrowth = (1 + Histogram::kAccuracy) / (1 - Histogram::kAccuracy);

std::int32_t bucket_of(double milliseconds) {
  const double bounded = std::clamp(milliseconds, kLowest, kHighest);
  return static_cast<std::int32_t>(std::ceil(std::log(bounded) / std::log(kGrowth)));
}

double value_of(std::int32_t bucket) { return 2 * std::pow(kGrowth, bucket) / (kGrowth + 1); }

struct Bucket {
  std::int32_t index = 0;
  std::uint64_t count = 0;
};

std::optional<Bucket> read_bucket(const json::Value& value) {
  const auto* pair = value.as_array();
  if (pair == nullptr || pair->size() != 2) return std::nullopt;
  const auto index = (*pair)[0].as_int();
  const auto count = (*pair)[1].as_int();
  if (!index || *index < bucket_of(kLowest) || *index > bucket_of(kHighest)) return std::nullopt;
  if (!count || *count < 1 || *count > kCountMax) return std::nullopt;
  return Bucket{static_cast<std::int32_t>(*index), static_cast<std::uint64_t>(*count)};
}

}  // namespace

void Histogram::record(double milliseconds, std::uint64_t count) {
  if (std::isnan(milliseconds) || milliseconds < 0 || count == 0) return;
  buckets_[bucket_of(milliseconds)] += count;
  count_ += count;
}

void Histogram::merge(const Histogram& other) {
  for (const auto& [index, count] : other.buckets_) buckets_[index] += count;
  count_ += other.count_;
}

std::optional<double> Histogram::quantile(double q) const {
  if (count_ == 0) return std::nullopt;
  const double exact = std::clamp(q, 0.0, 1.0) * static_cast<double>(count_);
  // Without the small step back, 0.99 · 100 would round up to rank 100.
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact - 1e-9)));
  std::uint64_t seen = 0;
  for (const auto& [index, count] : buckets_) {
    seen += count;
    if (seen >= rank) return value_of(index);
  }
  return value_of(buckets_.rbegin()->first);
}

std::uint64_t Histogram::count_above(double milliseconds) const {
  std::uint64_t above = 0;
  for (auto it = buckets_.upper_bound(bucket_of(milliseconds)); it != buckets_.end(); ++it) {
    above += it->second;
  }
  return above;
}

json::Value Histogram::to_json() const {
  json::Array buckets;
  buckets.reserve(buckets_.size());
  for (const auto& [index, count] : buckets_) {
    buckets.emplace_back(json::Array{index, count});
  }
  return json::Object{{"scheme", kScheme}, {"buckets", std::move(buckets)}};
}

Result<Histogram> Histogram::from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  if (in.required_string("scheme") != kScheme) {
    in.mistake("scheme", "enum", "must be `" + std::string(kScheme) + "`");
  }
  Histogram histogram;
  const auto* buckets = in.optional_array("buckets");
  if (buckets != nullptr && buckets->size() > limits::kHistogramBuckets) {
    in.mistake("buckets", "maxItems", "has too many buckets");
    buckets = nullptr;
  }
  for (std::size_t i = 0; buckets != nullptr && i < buckets->size(); ++i) {
    const auto bucket = read_bucket((*buckets)[i]);
    if (!bucket ||
        (!histogram.buckets_.empty() && bucket->index <= histogram.buckets_.rbegin()->first)) {
      in.absorb(fail_field("metrics.invalid", json::path_item(in.path_of("buckets"), i), "format",
                           "must be [index, count], indexes ascending and in range, count ≥ 1")
                    .error());
      break;
    }
    histogram.buckets_[bucket->index] = bucket->count;
    histogram.count_ += bucket->count;
  }
  if (auto bad = in.finish("metrics.invalid")) return std::unexpected(*bad);
  return histogram;
}

}  // namespace hotswap
