#include "testing/memory_logger.hpp"

#include <algorithm>

namespace hotswap::testing {

void MemoryLogger::put(LogLevel level, LogModule module, std::string_view message,
                       const LogFields& fields) {
  Entry entry{level, std::string(module.name()), std::string(message), {}};
  for (const auto& field : fields) entry.fields.emplace_back(field.name.str(), field.value);
  const MutexLock lock(mutex_);
  entries_.push_back(std::move(entry));
}

std::vector<MemoryLogger::Entry> MemoryLogger::entries() const {
  const MutexLock lock(mutex_);
  return entries_;
}

bool MemoryLogger::has(LogLevel level, std::string_view text) const {
  return std::ranges::any_of(entries(), [&](const Entry& entry) {
    return entry.level == level && entry.message.find(text) != std::string::npos;
  });
}

}  // namespace hotswap::testing
