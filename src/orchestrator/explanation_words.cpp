#include "orchestrator/explanation_words.hpp"

#include <fmt/format.h>

namespace hotswap::explain {

std::string clock_of(WallTime at) { return format_time(at).substr(11, 8); }

std::string length(Duration duration) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(duration).count();
  if (duration < std::chrono::seconds(1)) return fmt::format("{} ms", duration.count());
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200)
    return seconds % 60 == 0 ? fmt::format("{} min", seconds / 60)
                             : fmt::format("{} min {} s", seconds / 60, seconds % 60);
  const double hours = static_cast<double>(seconds) / 3600;
  return hours < 48 ? fmt::format("{:.1f} h", hours) : fmt::format("{:.1f} d", hours / 24);
}

std::string counted(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i)
    out += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
  return out;
}

std::string sentence(std::string text) {
  if (!text.empty() && !text.ends_with('.') && !text.ends_with('?')) text += '.';
  return text;
}

std::string because(const std::string& reason) { return reason.empty() ? "" : ": " + reason; }

}  // namespace hotswap::explain
