#include "domain/prometheus/scrape_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace hotswap::prometheus {
namespace {

constexpr std::uint64_t kMissingScrapes = 10;  ///< then a series is forgotten
constexpr double kIncreaseMax = 1e12;
constexpr std::size_t kNotes = 20;

constexpr std::string_view kBucket = "_bucket";
constexpr std::string_view kCount = "_count";

std::string key_of(const Series& series) {
  std::string key = series.name;
  for (const auto& [name, value] : series.labels)
    key.append("\n").append(name).append("=").append(value);
  return key;
}

std::string group_of(const Series& series, std::string_view without) {
  std::string key;
  for (const auto& [name, value] : series.labels)
    if (name != without) key.append("\n").append(name).append("=").append(value);
  return key;
}

/// Of `le` and `quantile`; infinity is written `+Inf`.
std::optional<double> number_of(const Labels& labels, const std::string& name) {
  const auto found = labels.find(name);
  if (found == labels.end()) return std::nullopt;
  if (found->second == "+Inf" || found->second == "Inf")
    return std::numeric_limits<double>::infinity();
  char* end = nullptr;
  const double value = std::strtod(found->second.c_str(), &end);
  if (found->second.empty() || *end != '\0' || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string base_name(std::string name) {
  if (name.ends_with(kBucket)) name.resize(name.size() - kBucket.size());
  return name;
}

void note(Scraped& scraped, std::string words) {
  if (scraped.notes.size() < kNotes) scraped.notes.push_back(std::move(words));
}

/// A series stands once; more of it would count twice.
void drop_doubles(std::vector<Series>& series, Scraped& scraped) {
  std::set<std::string> keys;
  std::erase_if(series, [&](const Series& each) {
    const bool twice = !keys.insert(key_of(each)).second;
    if (twice) note(scraped, each.name + " stands twice with the same labels: ignored");
    return twice;
  });
}

bool is_counter(const Exposition& exposition, const std::string& name) {
  const auto type = exposition.types.find(name);
  if (type != exposition.types.end()) return type->second == "counter";
  return name.ends_with("_total");
}

}  // namespace

ScrapeReader::ScrapeReader(ScrapeMapping mapping) : mapping_(std::move(mapping)) {}

bool ScrapeReader::wants(std::string_view name) const {
  const auto is = [&](const std::optional<Selector>& selector) {
    return selector && selector->name() == name;
  };
  if (is(mapping_.requests) || is(mapping_.errors)) return true;
  if (mapping_.latency) {
    const auto base = base_name(mapping_.latency->name());
    if (name.starts_with(base)) {
      const auto rest = name.substr(base.size());
      if (rest.empty() || rest == kBucket || rest == kCount) return true;
    }
  }
  return std::ranges::any_of(mapping_.custom,
                             [&](const auto& each) { return each.second.name() == name; });
}

double ScrapeReader::increase(const Series& series, Scraped& scraped) {
  const std::string key = key_of(series);
  const auto [known, fresh] = increases_.try_emplace(key, 0.0);
  if (!fresh) return known->second;
  if (series.value < 0) {
    note(scraped, "counter " + series.name + " is negative: ignored");
    return 0;
  }
  const auto [standing, is_new] = counters_.try_emplace(key);
  const double before =
      is_new || series.value < standing->second.value ? 0 : standing->second.value;
  standing->second = {series.value, scrape_};
  if (scrape_ == 1) return 0;
  if (series.value - before > kIncreaseMax) {
    note(scraped, "counter " + series.name + " rose beyond belief: ignored");
    return 0;
  }
  known->second = series.value - before;
  return known->second;
}

double ScrapeReader::sum_of(const std::optional<Selector>& selector,
                            const std::vector<Series>& series, Scraped& scraped) {
  double sum = 0;
  if (!selector) return sum;
  for (const Series& each : series)
    if (each.name == selector->name() && selector->takes(each.labels))
      sum += increase(each, scraped);
  return sum;
}

void ScrapeReader::take_latency(const std::vector<Series>& series, Scraped& scraped) {
  if (!mapping_.latency) return;
  const Selector& selector = *mapping_.latency;
  const std::string base = base_name(selector.name());
  std::map<std::string, std::map<double, double>> buckets, quantiles;
  std::map<std::string, double> counts;
  for (const Series& each : series) {
    if (!each.name.starts_with(base) || !selector.takes(each.labels)) continue;
    const auto rest = std::string_view(each.name).substr(base.size());
    if (rest == kBucket) {
      if (const auto bound = number_of(each.labels, "le"))
        buckets[group_of(each, "le")][*bound] = increase(each, scraped);
      else
        note(scraped, each.name + " has a bucket without a bound: ignored");
    } else if (rest == kCount) {
      counts[group_of(each, "")] = increase(each, scraped);
    } else if (rest.empty()) {
      const auto q = number_of(each.labels, "quantile");
      if (q && *q >= 0 && *q <= 1) quantiles[group_of(each, "quantile")][*q] = each.value;
    }
  }
  for (const auto& [group, cumulative] : buckets) spread_buckets(cumulative, scraped.latencies);
  if (buckets.empty())
    for (const auto& [group, values] : quantiles)
      spread_quantiles(values, static_cast<std::uint64_t>(std::llround(counts[group])),
                       scraped.latencies);
  for (auto& [value, count] : scraped.latencies) value *= mapping_.latency_unit;
  if (mapping_.requests) return;
  double requests = 0;
  for (const auto& [group, count] : counts) requests += count;
  scraped.requests = static_cast<std::uint64_t>(std::llround(requests));
}

void ScrapeReader::take_custom(const Exposition& exposition, MonoTime now, Scraped& scraped) {
  const double seconds = last_ ? std::chrono::duration<double>(now - *last_).count() : 0;
  for (const auto& [name, selector] : mapping_.custom) {
    const bool counter = is_counter(exposition, selector.name());
    double sum = 0;
    bool any = false;
    for (const Series& each : exposition.series) {
      if (each.name != selector.name() || !selector.takes(each.labels)) continue;
      any = true;
      sum += counter ? increase(each, scraped) : each.value;
    }
    if (!any) continue;
    if (!counter) scraped.custom[name] = sum;
    if (counter && seconds > 0) scraped.custom[name] = sum / seconds;
  }
}

Scraped ScrapeReader::take(std::string_view text, MonoTime now) {
  ++scrape_;
  increases_.clear();
  Scraped scraped;
  auto exposition = parse_exposition(text, [&](std::string_view name) { return wants(name); });
  for (const BadLine& bad : exposition.bad)
    note(scraped, "line " + std::to_string(bad.line) + ": " + bad.reason + ": ignored");
  drop_doubles(exposition.series, scraped);
  take_latency(exposition.series, scraped);
  if (mapping_.requests)
    scraped.requests = static_cast<std::uint64_t>(
        std::llround(sum_of(mapping_.requests, exposition.series, scraped)));
  const auto errors =
      static_cast<std::uint64_t>(std::llround(sum_of(mapping_.errors, exposition.series, scraped)));
  // Counters are not read in one moment: an error may be there before its request.
  scraped.errors = std::min(errors, scraped.requests);
  take_custom(exposition, now, scraped);
  last_ = now;
  forget_old();
  return scraped;
}

void ScrapeReader::forget_old() {
  std::erase_if(counters_, [this](const auto& entry) {
    return scrape_ - entry.second.seen > kMissingScrapes;
  });
}

}  // namespace hotswap::prometheus
