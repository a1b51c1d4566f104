#pragma once
// The newest lines that the program wants the server to know, until a heartbeat takes them along.

#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hotswap/client.hpp"

namespace hotswap::sdk {

struct JournalLine {
  LogLevel level = LogLevel::Info;
  std::string text;
  std::chrono::steady_clock::time_point at;
};

class Journal {
 public:
  /// From any thread. The server keeps few lines of an instance: the oldest give way.
  void add(LogLevel level, std::string_view text);
  [[nodiscard]] std::vector<JournalLine> take();

 private:
  std::mutex mutex_;
  std::deque<JournalLine> lines_;
};

}  // namespace hotswap::sdk
