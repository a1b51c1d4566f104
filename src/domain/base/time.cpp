#include "domain/base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

void append_padded(std::string& out, std::int64_t number, std::size_t width) {
  const auto digits = std::to_string(number);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes fixed pieces off the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool take(char wanted) {
    if (peek() != wanted || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Exactly `count` digits.
  std::optional<int> number(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(rest_[i])) return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  /// All digits that come next.
  std::string_view digits() {
    std::size_t count = 0;
    while (count < rest_.size() && is_digit(rest_[count])) ++count;
    const auto found = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return found;
  }

 private:
  std::string_view rest_;
};

/// The fraction's first three digits as milliseconds; 1 to 9 digits are allowed.
std::optional<milliseconds> parse_fraction(Cursor& in) {
  const auto digits = in.digits();
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < 3; ++i)
    value = value * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return milliseconds(value);
}

std::optional<std::chrono::sys_days> parse_date(Cursor& in) {
  const auto year = in.number(4);
  if (!year || !in.take('-')) return std::nullopt;
  const auto month = in.number(2);
  if (!month || !in.take('-')) return std::nullopt;
  const auto day = in.number(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

/// Second 60 is refused: a leap second has no place in our time line.
std::optional<milliseconds> parse_time_of_day(Cursor& in) {
  const auto hour = in.number(2);
  if (!hour || *hour > 23 || !in.take(':')) return std::nullopt;
  const auto minute = in.number(2);
  if (!minute || *minute > 59 || !in.take(':')) return std::nullopt;
  const auto second = in.number(2);
  if (!second || *second > 59) return std::nullopt;
  const auto whole = hours(*hour) + minutes(*minute) + seconds(*second);
  if (!in.take('.')) return whole;
  const auto fraction = parse_fraction(in);
  if (!fraction) return std::nullopt;
  return whole + *fraction;
}

std::optional<minutes> parse_offset(Cursor& in) {
  if (in.take('Z') || in.take('z')) return minutes(0);
  const bool west = in.peek() == '-';
  if (!in.take('+') && !in.take('-')) return std::nullopt;
  const auto hour = in.number(2);
  if (!hour || *hour > 23 || !in.take(':')) return std::nullopt;
  const auto minute = in.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  const minutes offset = hours(*hour) + minutes(*minute);
  return west ? -offset : offset;
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  Cursor in(text);
  const auto date = parse_date(in);
  if (!date || (!in.take('T') && !in.take('t'))) return std::nullopt;
  const auto time = parse_time_of_day(in);
  if (!time) return std::nullopt;
  const auto offset = parse_offset(in);
  if (!offset || !in.done()) return std::nullopt;
  return WallTime(*date) + *time - *offset;
}

struct Unit {
  char letter;
  bool in_time;  ///< stands behind the `T`
  milliseconds length;
};
constexpr std::array<Unit, 4> kUnits{{{'D', false, days(1)},
                                      {'H', true, hours(1)},
                                      {'M', true, minutes(1)},
                                      {'S', true, seconds(1)}}};

auto bad_duration(std::string detail) {
  return fail(ErrorCode::Invalid, "duration.invalid", std::move(detail));
}

auto duration_too_long() { return bad_duration("a duration may be at most 366 days"); }

/// `digits` of one unit; eight digits hold the limit even in seconds.
std::optional<milliseconds> scaled(std::string_view digits, milliseconds unit) {
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  if (digits.size() > 8) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  const auto result = unit * value;
  if (result > limits::kDurationMax) return std::nullopt;
  return result;
}

/// Parses `PnDTnHnMnS` behind the `P`; each unit at most once, in this order.
Result<Duration> parse_units(Cursor in, std::string_view text) {
  const auto malformed = [&] {
    return bad_duration("'" + std::string(text.substr(0, 64)) +
                        "' is no ISO 8601 duration; write e.g. PT30S, PT5M, PT1H30M or P7D");
  };
  Duration total{0};
  bool in_time = false;
  std::size_t next = 0;
  while (!in.done()) {
    if (!in_time && in.take('T')) {
      in_time = true;
      if (in.done()) return malformed();
    }
    const auto digits = in.digits();
    std::optional<milliseconds> fraction;
    if (in.take('.') && !(fraction = parse_fraction(in))) return malformed();
    while (next < kUnits.size() &&
           (kUnits[next].letter != in.peek() || kUnits[next].in_time != in_time)) {
      ++next;
    }
    if (digits.empty() || next == kUnits.size()) return malformed();
    const auto& unit = kUnits[next++];
    if (!in.take(unit.letter) || (fraction && unit.letter != 'S')) return malformed();
    const auto part = scaled(digits, unit.length);
    if (!part) return duration_too_long();
    total += *part + fraction.value_or(milliseconds(0));
  }
  if (next == 0) return malformed();
  if (total > limits::kDurationMax) return duration_too_long();
  return total;
}

}  // namespace

std::string format_time(WallTime time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string out;
  out.reserve(24);
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_padded(out, clock.hours().count(), 2);
  out += ':';
  append_padded(out, clock.minutes().count(), 2);
  out += ':';
  append_padded(out, clock.seconds().count(), 2);
  out += '.';
  append_padded(out, clock.subseconds().count(), 3);
  out += 'Z';
  return out;
}

Result<WallTime> parse_time(std::string_view text) {
  if (const auto time = parse_rfc3339(text)) return *time;
  return fail(ErrorCode::Invalid, "time.invalid",
              "'" + std::string(text.substr(0, 64)) +
                  "' is no RFC 3339 time; write e.g. 2026-11-23T15:04:05Z");
}

std::string format_duration(Duration duration) {
  if (duration < Duration::zero()) return "-" + format_duration(-duration);
  std::string out = "P";
  auto rest = duration;
  bool in_time = false;
  for (const auto& unit : kUnits) {
    const auto count = rest / unit.length;
    rest -= unit.length * count;
    const bool fraction = unit.letter == 'S' && rest.count() != 0;
    if (count == 0 && !fraction) continue;
    if (unit.in_time && !std::exchange(in_time, true)) out += 'T';
    out += std::to_string(count);
    if (fraction) {
      out += '.';
      append_padded(out, rest.count(), 3);
      while (out.back() == '0') out.pop_back();
    }
    out += unit.letter;
  }
  return out == "P" ? "PT0S" : out;
}

Result<Duration> parse_duration(std::string_view text) {
  Cursor in(text);
  if (in.take('-')) return bad_duration("a duration may not be negative");
  if (!in.take('P')) return parse_units(Cursor("?"), text);
  auto weeks = in;
  const auto digits = weeks.digits();
  if (!digits.empty() && weeks.take('W') && weeks.done()) {
    const auto value = scaled(digits, std::chrono::weeks(1));
    if (!value) return duration_too_long();
    return *value;
  }
  return parse_units(in, text);
}

}  // namespace hotswap
