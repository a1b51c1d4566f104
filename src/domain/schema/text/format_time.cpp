#include <array>
#include <optional>

#include "domain/schema/text/ascii.hpp"
#include "domain/schema/text/formats.hpp"

namespace hotswap::schema::formats {
namespace {

constexpr int kDayMinutes = 24 * 60;

/// `count` digits, taken off `text`.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
  if (text.size() < count) return {};
  int number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return {};
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take_char_of(std::string_view& text, std::string_view set) {
  if (text.empty() || !is_one_of(text[0], set)) return false;
  text.remove_prefix(1);
  return true;
}

int days_in(int year, int month) {
  constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

struct Day {
  int day = 0;
  int days = 0;  ///< of its month
};

std::optional<Day> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take_char_of(text, "-")) return {};
  const auto month = take_number(text, 2);
  if (!month || *month < 1 || *month > 12 || !take_char_of(text, "-")) return {};
  const auto day = take_number(text, 2);
  const int days = days_in(*year, *month);
  if (!day || *day < 1 || *day > days) return {};
  return Day{*day, days};
}

struct Time {
  int utc_minutes = 0;  ///< since the local day's midnight; negative or more than a day, too
  bool leap_second = false;
};

/// Minutes, as `12:30` has.
std::optional<int> take_hour_and_minute(std::string_view& text) {
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take_char_of(text, ":")) return {};
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return {};
  return *hour * 60 + *minute;
}

bool take_fraction(std::string_view& text) {
  if (!take_char_of(text, ".")) return true;
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits > 0;
}

/// Minutes east of UTC.
std::optional<int> take_offset(std::string_view& text) {
  if (take_char_of(text, "zZ")) return 0;
  const bool west = text.starts_with('-');
  if (!take_char_of(text, "+-")) return {};
  const auto minutes = take_hour_and_minute(text);
  if (!minutes) return {};
  return west ? -*minutes : *minutes;
}

/// To the end of `text`.
std::optional<Time> read_time(std::string_view text) {
  const auto minutes = take_hour_and_minute(text);
  if (!minutes || !take_char_of(text, ":")) return {};
  const auto second = take_number(text, 2);
  if (!second || *second > 60 || !take_fraction(text)) return {};
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return {};
  const Time time{*minutes - *offset, *second == 60};
  const int of_day = (time.utc_minutes + kDayMinutes) % kDayMinutes;
  if (time.leap_second && of_day != kDayMinutes - 1) return {};
  return time;
}

/// `1Y2M3D` with units from `units` in a row: what is between the first and the last must be there.
bool take_parts(std::string_view& text, std::string_view units) {
  bool any = false;
  while (!text.empty() && is_digit(text[0])) {
    text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
    const auto unit = text.empty() ? std::string_view::npos : units.find(text[0]);
    if (unit == std::string_view::npos || (any && unit != 0)) return false;
    units.remove_prefix(unit + 1);
    text.remove_prefix(1);
    any = true;
  }
  return any;
}

}  // namespace

bool is_date(std::string_view text) { return take_date(text) && text.empty(); }

bool is_time(std::string_view text) { return read_time(text).has_value(); }

bool is_date_time(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take_char_of(text, "tT")) return false;
  const auto time = read_time(text);
  if (!time || !time->leap_second) return time.has_value();
  // The day in UTC, where the offset may make it the one before or after.
  const int shift = time->utc_minutes < 0 ? -1 : time->utc_minutes / kDayMinutes;
  return date->day + shift == date->days || date->day + shift == 0;
}

bool is_duration(std::string_view text) {
  if (!take_char_of(text, "P")) return false;
  if (text.ends_with('W')) return take_parts(text, "W") && text.empty();
  const bool has_date = !text.starts_with('T');
  if (has_date && !take_parts(text, "YMD")) return false;
  if (has_date && text.empty()) return true;
  return take_char_of(text, "T") && take_parts(text, "HMS") && text.empty();
}

}  // namespace hotswap::schema::formats
