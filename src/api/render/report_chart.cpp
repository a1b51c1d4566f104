#include "api/render/report_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "api/render/html_words.hpp"

namespace hotswap::api {
namespace {

using html::escaped;
using html::figure;

constexpr double kWidth = 640, kHeight = 250;
constexpr double kLeft = 52, kRight = 12, kTop = 44, kBottom = 26;

struct Point {
  double x = 0;  ///< milliseconds
  std::optional<double> treated, control;
};

struct Mark {
  double x = 0;
  std::string label, kind;
};

std::optional<double> milliseconds(const json::Value& value) {
  const auto time = parse_time(html::text(value, "at"));
  if (!time) return std::nullopt;
  return static_cast<double>(time->time_since_epoch().count());
}

std::vector<Point> points_of(const json::Value& chart) {
  std::vector<Point> points;
  for (const auto& item : html::items(chart, "points"))
    if (const auto x = milliseconds(item))
      points.push_back({*x, html::number(item, "treated"), html::number(item, "control")});
  return points;
}

/// A step of the axis that people read easily: 1, 2 or 5 times a power of ten.
double round_step(double span, int ticks) {
  const double rough = span / ticks;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double digit : {1.0, 2.0, 5.0})
    if (digit * power >= rough) return digit * power;
  return 10 * power;
}

/// Where things lie on the paper.
class Paper {
 public:
  Paper(const json::Value& chart, const json::Array& marks)
      : points_(points_of(chart)),
        baseline_(html::number(chart, "baseline")),
        threshold_(html::number(chart, "threshold")) {
    if (points_.empty()) return;
    from_ = points_.front().x;
    to_ = points_.back().x;
    const double reach = std::max((to_ - from_) / 4, 10'000.0);
    const double first = from_ - reach, last = to_ + reach;
    for (const auto& item : marks) {
      const auto x = milliseconds(item);
      if (!x || *x < first || *x > last) continue;
      marks_.push_back({*x, html::text(item, "label"), html::text(item, "kind")});
      from_ = std::min(from_, *x);
      to_ = std::max(to_, *x);
    }
    if (to_ - from_ < 1000) to_ = from_ + 1000;
    scale();
  }

  [[nodiscard]] const std::vector<Point>& points() const { return points_; }
  [[nodiscard]] const std::vector<Mark>& marks() const { return marks_; }
  [[nodiscard]] std::optional<double> baseline() const { return baseline_; }
  [[nodiscard]] std::optional<double> threshold() const { return threshold_; }
  [[nodiscard]] double from() const { return from_; }
  [[nodiscard]] double to() const { return to_; }
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }
  [[nodiscard]] double step() const { return step_; }
  [[nodiscard]] double x(double time) const {
    return kLeft + (time - from_) / (to_ - from_) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double y(double value) const {
    return kHeight - kBottom - (value - low_) / (high_ - low_) * (kHeight - kTop - kBottom);
  }

 private:
  void scale() {
    double most = 0, least = 0;
    const auto see = [&](const std::optional<double>& value) {
      if (value) most = std::max(most, *value), least = std::min(least, *value);
    };
    for (const Point& point : points_) see(point.treated), see(point.control);
    see(baseline_);
    see(threshold_);
    if (most <= least) most = least + 1;
    step_ = round_step(most - least, 4);
    low_ = std::floor(least / step_) * step_;
    high_ = std::ceil(most * 1.02 / step_) * step_;
  }

  std::vector<Point> points_;
  std::vector<Mark> marks_;
  std::optional<double> baseline_, threshold_;
  double from_ = 0, to_ = 1, low_ = 0, high_ = 1, step_ = 1;
};

std::string axes(const Paper& paper) {
  std::string out;
  for (double value = paper.low(); value <= paper.high() + paper.step() / 2;
       value += paper.step()) {
    const double shown = std::abs(value) < paper.step() / 1e6 ? 0 : value;
    out += fmt::format(R"(<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)"
                       R"(<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>)",
                       kLeft, kWidth - kRight, paper.y(value), paper.y(value), kLeft - 7,
                       paper.y(value) + 4, figure(shown));
  }
  constexpr int kTimes = 4;
  for (int i = 0; i <= kTimes; ++i) {
    const double time = paper.from() + (paper.to() - paper.from()) * i / kTimes;
    const auto when = format_time(WallTime(Duration(static_cast<std::int64_t>(time))));
    out += fmt::format(R"(<text class="tick" x="{:.1f}" y="{}" text-anchor="{}">{}</text>)",
                       paper.x(time), kHeight - 7,
                       i == 0        ? "start"
                       : i == kTimes ? "end"
                                     : "middle",
                       html::clock(when));
  }
  return out;
}

std::string levels(const Paper& paper, bool below) {
  std::string out;
  if (const auto level = paper.threshold()) {
    const double y = paper.y(*level);
    const double top = below ? y : kTop, bottom = below ? kHeight - kBottom : y;
    out += fmt::format(R"(<rect class="beyond" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>)"
                       R"(<line class="threshold" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)",
                       kLeft, top, kWidth - kLeft - kRight, std::max(bottom - top, 0.0), kLeft,
                       kWidth - kRight, y, y);
  }
  if (const auto level = paper.baseline())
    out += fmt::format(R"(<line class="baseline" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)", kLeft,
                       kWidth - kRight, paper.y(*level), paper.y(*level));
  return out;
}

/// Labels stand in three rows, each left out where it would run into the one before it.
std::string mark_lines(const Paper& paper) {
  std::string out;
  double taken[3] = {-1000, -1000, -1000};
  for (const Mark& mark : paper.marks()) {
    const double x = paper.x(mark.x);
    const bool bad = mark.kind == "rollback.detected" || mark.kind == "deployment.failed";
    out += fmt::format(R"(<line class="{}" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>)",
                       bad ? "mark bad" : "mark", x, x, kTop, kHeight - kBottom);
    const double width = 6.4 * static_cast<double>(mark.label.size()) + 8;
    const bool left = x + width > kWidth;
    const double start = left ? x - width : x;
    for (int row = 0; row < 3; ++row) {
      if (start < taken[row]) continue;
      taken[row] = start + width;
      out += fmt::format(R"(<text class="{}" x="{:.1f}" y="{}" text-anchor="{}">{}</text>)",
                         bad ? "label bad" : "label", x, kTop - 5 - row * 13,
                         left ? "end" : "start", escaped(mark.label));
      break;
    }
  }
  return out;
}

std::string line(const Paper& paper, std::optional<double> Point::* which, const char* kind) {
  std::string path, dots;
  bool pen_down = false;
  for (const Point& point : paper.points()) {
    const auto& value = point.*which;
    if (value) {
      path +=
          fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", paper.x(point.x), paper.y(*value));
      dots += fmt::format(
          R"(<circle class="dot {}" cx="{:.1f}" cy="{:.1f}" r="2.2"><title>{} {}</title></circle>)",
          kind, paper.x(point.x), paper.y(*value),
          html::clock(format_time(WallTime(Duration(static_cast<std::int64_t>(point.x))))),
          figure(*value));
    }
    pen_down |= value.has_value();
  }
  if (path.empty()) return {};
  return fmt::format(R"(<path class="line {}" d="{}"/>)", kind, path) + dots;
}

std::string legend(const Paper& paper, const std::string& unit) {
  const auto entry = [](const char* kind, const std::string& words) {
    return fmt::format(R"(<span class="key"><i class="{}"></i>{}</span>)", kind, words);
  };
  const auto has = [&](std::optional<double> Point::* which) {
    return std::ranges::any_of(paper.points(),
                               [&](const Point& point) { return (point.*which).has_value(); });
  };
  const std::string suffix = unit.empty() ? "" : " " + escaped(unit);
  std::string out;
  if (has(&Point::treated)) out += entry("treated", "new version");
  if (has(&Point::control)) out += entry("control", "control");
  if (paper.baseline()) out += entry("baseline", "before: " + figure(*paper.baseline()) + suffix);
  if (paper.threshold())
    out += entry("threshold", "threshold: " + figure(*paper.threshold()) + suffix);
  return R"(<p class="legend">)" + out + "</p>";
}

}  // namespace

std::string chart_html(const json::Value& chart, const json::Array& marks) {
  const Paper paper(chart, marks);
  if (paper.points().empty()) return {};
  const std::string unit = html::text(chart, "unit");
  const std::string title = escaped(html::text(chart, "title"));
  const bool below = html::at(chart, "below") == json::Value(true);
  return fmt::format(R"(<figure class="chart"><figcaption>{}{}</figcaption>)"
                     R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{} over time">)",
                     title, unit.empty() ? "" : " <small>" + escaped(unit) + "</small>", kWidth,
                     kHeight, title) +
         levels(paper, below) + axes(paper) + mark_lines(paper) +
         line(paper, &Point::control, "control") + line(paper, &Point::treated, "treated") +
         "</svg>" + legend(paper, unit) + "</figure>\n";
}

}  // namespace hotswap::api
