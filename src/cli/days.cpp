#include "cli/days.hpp"

#include <algorithm>
#include <optional>

namespace hotswap::cli {
namespace {

constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// 1 to 7 for `Mon` or `Monday`.
std::optional<int> day_from(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(), lower);
  constexpr std::string_view kLong[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};
  for (int i = 0; i < 7; ++i) {
    if (word == kDays[i] || word == kLong[i]) return i + 1;
  }
  return std::nullopt;
}

/// `Mon` or `Mon-Fri`; adds its days.
bool add_days(std::string_view part, json::Array& days) {
  const auto dash = part.find('-');
  const auto first = day_from(part.substr(0, dash));
  const auto last = dash == part.npos ? first : day_from(part.substr(dash + 1));
  if (!first || !last) return false;
  for (int day = *first; day != *last; day = day % 7 + 1) days.emplace_back(day);
  days.emplace_back(*last);
  return true;
}

}  // namespace

Result<json::Array> days_from(std::string_view text) {
  json::Array days;
  if (text == "daily") text = "Mon-Sun";
  while (true) {
    const auto comma = text.find(',');
    if (!add_days(text.substr(0, comma), days)) {
      return fail(ErrorCode::Invalid, "usage",
                  "--days takes days such as Mon-Fri, Sat,Sun or daily, but not '" +
                      std::string(text.substr(0, comma)) + "'");
    }
    if (comma == text.npos) return days;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace hotswap::cli
