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

/// A bucket i holds (growth^(i-1), growth^i]; its middle is within kAccuracy of both ends.
constexpr double kGrowth = (1 + Histogram::kAccuracy) / (1 - Histogram::kAccuracy);
/// The buckets that hold kLowest and kHighest.
constexpr std::int32_t kFirst = -345;
constexpr std::int32_t kLast = 1152;
constexpr std::size_t kPlaces = static_cast<std::size_t>(kLast - kFirst) + 1;
static_assert(kPlaces <= limits::kHistogramBuckets && kPlaces <= (1U << 12U));

constexpr unsigned kCountBits = 52;
constexpr std::uint64_t kCountMask = (std::uint64_t{1} << kCountBits) - 1;
constexpr auto kCountMax = static_cast<std::int64_t>(kCountMask);

std::uint64_t place_of(double milliseconds) {
  static const double kPerLog = 1 / std::log(kGrowth);
  const double bounded = std::clamp(milliseconds, kLowest, kHighest);
  const auto bucket = static_cast<std::int32_t>(std::ceil(std::log(bounded) * kPerLog));
  return static_cast<std::uint64_t>(std::clamp(bucket, kFirst, kLast) - kFirst);
}

double value_of(std::uint64_t place) {
  return 2 * std::pow(kGrowth, static_cast<double>(place) + kFirst) / (kGrowth + 1);
}

std::uint64_t packed(std::uint64_t place, std::uint64_t count) {
  return (place << kCountBits) | std::min(count, kCountMask);
}
std::uint64_t place_in(std::uint64_t bucket) { return bucket >> kCountBits; }
std::uint64_t count_in(std::uint64_t bucket) { return bucket & kCountMask; }

struct Bucket {
  std::uint64_t place = 0;
  std::uint64_t count = 0;
};

std::optional<Bucket> read_bucket(const json::Value& value) {
  const auto* pair = value.as_array();
  if (pair == nullptr || pair->size() != 2) return std::nullopt;
  const auto index = (*pair)[0].as_int();
  const auto count = (*pair)[1].as_int();
  if (!index || *index < kFirst || *index > kLast) return std::nullopt;
  if (!count || *count < 1 || *count > kCountMax) return std::nullopt;
  return Bucket{static_cast<std::uint64_t>(*index - kFirst), static_cast<std::uint64_t>(*count)};
}

}  // namespace

void Histogram::add_at(std::uint64_t place, std::uint64_t count) {
  const auto at = std::ranges::lower_bound(buckets_, place, {}, place_in);
  if (at != buckets_.end() && place_in(*at) == place) {
    const auto before = count_in(*at);
    *at = packed(place, before + count);
    count_ += count_in(*at) - before;
  } else {
    buckets_.insert(at, packed(place, count));
    count_ += count;
  }
}

void Histogram::record(double milliseconds, std::uint64_t count) {
  if (std::isnan(milliseconds) || milliseconds < 0 || count == 0) return;
  add_at(place_of(milliseconds), std::min(count, kCountMask));
}

void Histogram::merge(const Histogram& other) {
  if (buckets_.empty()) {
    *this = other;
    return;
  }
  std::vector<std::uint64_t> merged;
  merged.reserve(buckets_.size() + other.buckets_.size());
  auto here = buckets_.begin();
  auto there = other.buckets_.begin();
  while (here != buckets_.end() && there != other.buckets_.end()) {
    if (place_in(*here) == place_in(*there)) {
      merged.push_back(packed(place_in(*here), count_in(*here) + count_in(*there)));
      ++here;
      ++there;
    } else {
      merged.push_back(*here < *there ? *here++ : *there++);
    }
  }
  merged.insert(merged.end(), here, buckets_.end());
  merged.insert(merged.end(), there, other.buckets_.end());
  buckets_ = std::move(merged);
  count_ = 0;
  for (const auto bucket : buckets_) count_ += count_in(bucket);
}

std::optional<double> Histogram::quantile(double q) const {
  if (count_ == 0) return std::nullopt;
  const double exact = std::clamp(q, 0.0, 1.0) * static_cast<double>(count_);
  // Without the small step back, 0.99 · 100 would round up to rank 100.
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact - 1e-9)));
  std::uint64_t seen = 0;
  for (const auto bucket : buckets_) {
    seen += count_in(bucket);
    if (seen >= rank) return value_of(place_in(bucket));
  }
  return value_of(place_in(buckets_.back()));
}

std::uint64_t Histogram::count_above(double milliseconds) const {
  const auto limit = place_of(milliseconds);
  std::uint64_t above = 0;
  for (auto it = buckets_.rbegin(); it != buckets_.rend() && place_in(*it) > limit; ++it) {
    above += count_in(*it);
  }
  return above;
}

json::Value Histogram::to_json() const {
  json::Array buckets;
  buckets.reserve(buckets_.size());
  for (const auto bucket : buckets_) {
    const auto index = static_cast<std::int64_t>(place_in(bucket)) + kFirst;
    buckets.emplace_back(json::Array{index, count_in(bucket)});
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
    const auto& read = histogram.buckets_;
    if (!bucket || (!read.empty() && bucket->place <= place_in(read.back()))) {
      in.absorb(fail_field("metrics.invalid", json::path_item(in.path_of("buckets"), i), "format",
                           "must be [index, count], indexes ascending and in range, count ≥ 1")
                    .error());
      break;
    }
    histogram.buckets_.push_back(packed(bucket->place, bucket->count));
    histogram.count_ += bucket->count;
  }
  if (auto bad = in.finish("metrics.invalid")) return std::unexpected(*bad);
  return histogram;
}

void HistogramSum::add(const Histogram& histogram) {
  if (histogram.count_ == 0) return;
  if (counts_.empty()) counts_.resize(kPlaces, 0);
  for (const auto bucket : histogram.buckets_) counts_[place_in(bucket)] += count_in(bucket);
  count_ += histogram.count_;
}

void HistogramSum::add(const HistogramSum& other) {
  if (other.count_ == 0) return;
  if (counts_.empty()) counts_.resize(kPlaces, 0);
  for (std::size_t place = 0; place < kPlaces; ++place) counts_[place] += other.counts_[place];
  count_ += other.count_;
}

void HistogramSum::clear() {
  if (count_ > 0) std::ranges::fill(counts_, 0);
  count_ = 0;
}

Histogram HistogramSum::total() const {
  Histogram total;
  if (count_ == 0) return total;
  for (std::size_t place = 0; place < counts_.size(); ++place) {
    if (counts_[place] > 0) total.buckets_.push_back(packed(place, counts_[place]));
  }
  total.count_ = count_;
  return total;
}

}  // namespace hotswap
