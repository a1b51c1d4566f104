#include "infrastructure/otlp/metrics_message.hpp"

#include <charconv>
#include <limits>

namespace hotswap::otlp {
namespace {

using prometheus::Labels;
using protozero::pbf_writer;

constexpr int kCumulative = 2;  ///< AggregationTemporality

/// One histogram of one set of labels, as Prometheus tells it: counts up to each bound.
struct Buckets {
  std::map<double, double> up_to;  ///< infinity among them
  double sum = 0;
  double count = 0;
};
struct Family {
  std::string type;
  std::vector<const prometheus::Series*> numbers;
  std::map<Labels, Buckets> histograms;
};
using Families = std::map<std::string, Family>;

double bound_of(const std::string& text) {
  double bound = std::numeric_limits<double>::infinity();
  const auto* end = text.data() + text.size();
  if (text != "+Inf") std::from_chars(text.data(), end, bound);
  return bound;
}

std::string_view without(std::string_view name, std::string_view ending) {
  return name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : std::string_view();
}

/// Whether it is a part of a histogram; then it has taken it.
bool take_part(Families& families, const prometheus::Series& series) {
  for (const std::string_view ending : {"_bucket", "_sum", "_count"}) {
    const auto found = families.find(std::string(without(series.name, ending)));
    if (found == families.end() || found->second.type != "histogram") continue;
    Labels labels = series.labels;
    if (ending == "_bucket") {
      const auto bound = labels.extract("le");
      if (!bound.empty())
        found->second.histograms[labels].up_to[bound_of(bound.mapped())] = series.value;
    } else {
      auto& buckets = found->second.histograms[labels];
      (ending == "_sum" ? buckets.sum : buckets.count) = series.value;
    }
    return true;
  }
  return false;
}

Families families_of(const prometheus::Exposition& exposition) {
  Families families;
  for (const auto& [name, type] : exposition.types) families[name].type = type;
  for (const auto& series : exposition.series) {
    if (take_part(families, series)) continue;
    auto found = families.find(series.name);
    // OpenMetrics names the family of `x_total` just `x`.
    if (found == families.end()) found = families.find(std::string(without(series.name, "_total")));
    if (found != families.end()) found->second.numbers.push_back(&series);
  }
  return families;
}

void add_labels(pbf_writer& out, protozero::pbf_tag_type field, const Labels& labels) {
  tracing::Attributes attributes;
  for (const auto& [name, value] : labels) attributes.push_back({name, value});
  add_attributes(out, field, attributes);
}

void add_number(pbf_writer& points, const prometheus::Series& series, const Period& period) {
  pbf_writer point(points, 1);
  point.add_fixed64(2, nanoseconds(period.since));
  point.add_fixed64(3, nanoseconds(period.at));
  point.add_double(4, series.value);
  add_labels(point, 7, series.labels);
}

void add_histogram(pbf_writer& points, const Labels& labels, const Buckets& buckets,
                   const Period& period) {
  pbf_writer point(points, 1);
  point.add_fixed64(2, nanoseconds(period.since));
  point.add_fixed64(3, nanoseconds(period.at));
  point.add_fixed64(4, static_cast<std::uint64_t>(buckets.count));
  point.add_double(5, buckets.sum);
  std::vector<std::uint64_t> counts;
  std::vector<double> bounds;
  double before = 0;
  for (const auto& [bound, up_to] : buckets.up_to) {
    counts.push_back(static_cast<std::uint64_t>(std::max(0.0, up_to - before)));
    before = up_to;
    if (bound != std::numeric_limits<double>::infinity()) bounds.push_back(bound);
  }
  if (counts.size() == bounds.size())
    counts.push_back(static_cast<std::uint64_t>(std::max(0.0, buckets.count - before)));
  point.add_packed_fixed64(6, counts.begin(), counts.end());
  point.add_packed_double(7, bounds.begin(), bounds.end());
  add_labels(point, 9, labels);
}

void add_family(pbf_writer& out, const std::string& name, const Family& family,
                const Period& period) {
  const bool counts = family.type == "counter";
  if (!counts && family.type != "gauge" && family.type != "histogram") return;
  if (family.numbers.empty() && family.histograms.empty()) return;
  pbf_writer metric(out, 2);
  metric.add_string(1, family.numbers.empty() ? name : family.numbers.front()->name);
  pbf_writer points(metric, counts ? 7 : family.type == "gauge" ? 5 : 9);
  for (const auto* series : family.numbers) add_number(points, *series, period);
  for (const auto& [labels, buckets] : family.histograms)
    add_histogram(points, labels, buckets, period);
  if (family.type == "gauge") return;
  points.add_enum(2, kCumulative);
  if (counts) points.add_bool(3, true);
}

}  // namespace

std::string metrics_message(const Source& source, const prometheus::Exposition& exposition,
                            const Period& period) {
  std::string bytes;
  {
    pbf_writer request(bytes);
    pbf_writer of_resource(request, 1);
    add_resource(of_resource, source);
    pbf_writer of_scope(of_resource, 2);
    add_scope(of_scope, source);
    for (const auto& [name, family] : families_of(exposition))
      add_family(of_scope, name, family, period);
  }
  return bytes;
}

}  // namespace hotswap::otlp
