#include "journal.hpp"

#include <iterator>

#include "domain/base/limits.hpp"
#include "domain/base/utf8.hpp"

namespace hotswap::sdk {

void Journal::add(LogLevel level, std::string_view text) {
  JournalLine line{level, clip_utf8(text, limits::kLogLineBytes), std::chrono::steady_clock::now()};
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
  if (lines_.size() > limits::kInstanceLogLines) lines_.pop_front();
}

std::vector<JournalLine> Journal::take() {
  const std::lock_guard lock(mutex_);
  std::vector<JournalLine> taken(std::make_move_iterator(lines_.begin()),
                                 std::make_move_iterator(lines_.end()));
  lines_.clear();
  return taken;
}

}  // namespace hotswap::sdk
