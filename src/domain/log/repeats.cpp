#include "domain/log/repeats.hpp"

namespace hotswap {
namespace {

/// Module names hold no colon.
std::string key_of(LogModule module, std::string_view message) {
  std::string key(module.name());
  key += ':';
  key += message;
  return key;
}

}  // namespace

bool Repeats::admit(LogModule module, std::string_view message, LogLevel level, MonoTime now) {
  if (rule_.first == 0) return true;
  auto key = key_of(module, message);
  auto found = windows_.find(key);
  if (found == windows_.end()) {
    // Nothing is forgotten to make room: a line that cannot be counted is written.
    if (windows_.size() >= rule_.kept) return true;
    found = windows_.emplace(std::move(key), Window{module, now, 0, 0, level}).first;
  }
  Window& window = found->second;
  // One that held something back stays as it is until due() has told of it.
  if (is_over(window, now) && window.held == 0) window = {module, now, 0, 0, level};
  if (window.written < rule_.first) {
    ++window.written;
    return true;
  }
  ++window.held;
  window.level = std::max(window.level, level);
  return false;
}

std::vector<Repeated> Repeats::due(MonoTime now, bool all) {
  std::vector<Repeated> told;
  std::erase_if(windows_, [&](const auto& item) {
    const auto& [key, window] = item;
    if (!all && !is_over(window, now)) return false;
    if (window.held > 0)
      told.push_back({window.module, key.substr(window.module.name().size() + 1), window.level,
                      window.held, rule_.window});
    return true;
  });
  return told;
}

}  // namespace hotswap
