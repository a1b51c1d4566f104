#include "domain/prometheus/exposition.hpp"

#include <charconv>
#include <cmath>
#include <expected>
#include <optional>

#include "domain/prometheus/cursor.hpp"

namespace hotswap::prometheus {
namespace {

constexpr std::size_t kLineBytes = 64 << 10;
constexpr std::size_t kLabels = 64;

using Wanted = std::function<bool(std::string_view)>;

std::optional<double> read_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::expected<Labels, std::string> read_labels(Cursor& in) {
  Labels labels;
  if (!in.take("{")) return labels;
  in.skip_blanks();
  while (!in.take("}")) {
    const auto name = in.name(false);
    in.skip_blanks();
    if (name.empty() || !in.take("=")) return std::unexpected("a label has no name");
    in.skip_blanks();
    auto value = in.quoted();
    if (!value)
      return std::unexpected("the value of label " + std::string(name) + " is not closed");
    if (labels.size() >= kLabels) return std::unexpected("it has too many labels");
    if (!labels.emplace(name, *std::move(value)).second)
      return std::unexpected("label " + std::string(name) + " stands twice");
    in.skip_blanks();
    if (in.take(",")) {
      in.skip_blanks();
    } else if (!in.rest().starts_with('}')) {
      return std::unexpected("its labels are not closed");
    }
  }
  return labels;
}

/// After the value: a time, and an exemplar behind `#`.
bool is_fine_end(Cursor& in) {
  in.skip_blanks();
  if (in.at_end() || in.rest().starts_with('#')) return true;
  if (!read_number(in.word())) return false;
  in.skip_blanks();
  return in.at_end() || in.rest().starts_with('#');
}

/// Nothing: not wanted, or it says that there is no value.
std::expected<std::optional<Series>, std::string> read_series(std::string_view line,
                                                              const Wanted& wanted) {
  Cursor in(line);
  Series series{std::string(in.name(true)), {}, 0};
  if (series.name.empty()) return std::unexpected("it begins with no metric's name");
  if (!wanted(series.name)) return std::nullopt;
  in.skip_blanks();
  auto labels = read_labels(in);
  if (!labels) return std::unexpected(std::move(labels.error()));
  series.labels = *std::move(labels);
  in.skip_blanks();
  const auto text = in.word();
  const auto value = read_number(text);
  if (!value) return std::unexpected("\"" + std::string(text.substr(0, 40)) + "\" is no number");
  if (!is_fine_end(in)) return std::unexpected("something stands behind its value");
  if (std::isnan(*value) && series.labels.contains("quantile")) return std::nullopt;
  if (!std::isfinite(*value)) return std::unexpected("its value is " + std::string(text));
  series.value = *value;
  return series;
}

/// `# TYPE name counter`
void read_comment(std::string_view line, const Wanted& wanted, Exposition& exposition) {
  Cursor in(line.substr(1));
  in.skip_blanks();
  if (in.word() != "TYPE") return;
  in.skip_blanks();
  const std::string name(in.name(true));
  in.skip_blanks();
  // OpenMetrics names the family of `x_total` just `x`.
  if (wanted(name) || wanted(name + "_total")) exposition.types[name] = in.word();
}

}  // namespace

Exposition parse_exposition(std::string_view text, const Wanted& wanted) {
  Exposition exposition;
  const auto bad = [&](std::size_t line, std::string reason) {
    ++exposition.bad_lines;
    if (exposition.bad.size() < kBadLinesKept) exposition.bad.push_back({line, std::move(reason)});
  };
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty()) continue;
    if (line.size() > kLineBytes) {
      bad(number, "it is too long");
    } else if (line.front() == '#') {
      read_comment(line, wanted, exposition);
    } else if (auto series = read_series(line, wanted); !series) {
      bad(number, std::move(series.error()));
    } else if (*series && exposition.series.size() >= kSeries) {
      bad(number, "there are more than " + std::to_string(kSeries) + " series");
    } else if (*series) {
      exposition.series.push_back(**std::move(series));
    }
  }
  return exposition;
}

}  // namespace hotswap::prometheus
