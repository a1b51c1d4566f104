#include "infrastructure/metrics/exposition.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace hotswap {
namespace {

constexpr std::string_view kTotal = "_total";

std::string_view kind_name(MetricKind kind) {
  switch (kind) {
    case MetricKind::Counter:
      return "counter";
    case MetricKind::Gauge:
      return "gauge";
    case MetricKind::Histogram:
      return "histogram";
  }
  return "gauge";
}

/// The shortest text that reads back as the same number.
std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

std::string bound_text(double bound) {
  auto text = number(bound);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

/// `quotes`: within a label's value. Plain text leaves them as they are in a help line.
std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
  return out;
}

class Writer {
 public:
  explicit Writer(bool open) : open_(open) {}

  void family(const MetricFamily& family) {
    if (family.points.empty()) return;
    std::string_view name = family.name;
    if (open_ && family.kind == MetricKind::Counter && name.ends_with(kTotal))
      name.remove_suffix(kTotal.size());
    if (!family.help.empty()) line("# HELP {} {}\n", name, escaped(family.help, open_));
    line("# TYPE {} {}\n", name, kind_name(family.kind));
    for (const auto& point : family.points) {
      if (family.kind == MetricKind::Histogram)
        histogram(family, point);
      else
        line("{}{} {}\n", family.name, braced(labels_of(point)), number(point.value));
    }
  }

  std::string finish() {
    if (open_) out_ += "# EOF\n";
    return std::move(out_);
  }

 private:
  template <class... T>
  void line(fmt::format_string<T...> text, T&&... values) {
    fmt::format_to(std::back_inserter(out_), text, std::forward<T>(values)...);
  }

  static std::string labels_of(const MetricPoint& point) {
    std::string text;
    for (const auto& [name, value] : point.labels)
      text += (text.empty() ? "" : ",") + name + "=\"" + escaped(value, true) + '"';
    return text;
  }
  static std::string braced(const std::string& labels) {
    return labels.empty() ? std::string() : '{' + labels + '}';
  }

  void histogram(const MetricFamily& family, const MetricPoint& point) {
    const auto labels = labels_of(point);
    const auto before = labels.empty() ? labels : labels + ',';
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < point.buckets.size(); ++i) {
      count += point.buckets[i];
      const auto bound = i < family.bounds.size() ? bound_text(family.bounds[i]) : "+Inf";
      line("{}_bucket{{{}le=\"{}\"}} {}", family.name, before, bound, count);
      if (open_ && point.exemplars[i]) exemplar(*point.exemplars[i]);
      out_ += '\n';
    }
    line("{}_sum{} {}\n", family.name, braced(labels), number(point.value));
    line("{}_count{} {}\n", family.name, braced(labels), count);
  }

  void exemplar(const Exemplar& exemplar) {
    const auto since = exemplar.at.time_since_epoch().count();
    line(" # {{trace_id=\"{}\"}} {} {}.{:03}", escaped(exemplar.trace_id, true),
         number(exemplar.value), since / 1000, since % 1000);
  }

  const bool open_;
  std::string out_;
};

}  // namespace

std::string write_metrics(std::span<const MetricFamily> families, Exposition form) {
  Writer writer(form == Exposition::OpenMetrics);
  for (const auto& family : families) writer.family(family);
  return writer.finish();
}

}  // namespace hotswap
