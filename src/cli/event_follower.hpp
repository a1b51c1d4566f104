#pragma once
// Follows an event stream on a thread of its own, over lost connections: it resumes after the last
// event seen, and stops when the server says that nothing will follow. Whoever draws takes the
// events when it likes.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/api_client.hpp"

namespace hotswap::cli {

class EventFollower {
 public:
  /// `after`: Last-Event-ID to start from, may be empty.
  EventFollower(ApiOptions options, std::string path, std::string after = {});
  ~EventFollower();
  EventFollower(const EventFollower&) = delete;
  EventFollower& operator=(const EventFollower&) = delete;

  /// Events since the last call; waits up to `timeout` for the first.
  [[nodiscard]] std::vector<ServerEvent> take(std::chrono::milliseconds timeout);
  /// A refusal that no retry mends (401, 403, 404), if there was one.
  [[nodiscard]] std::optional<Error> refused();

 private:
  static constexpr std::size_t kQueue = 10'000;  ///< unread events kept; the oldest go first

  void run(const std::stop_token& stop);
  void receive(const ServerEvent& event);

  const ApiOptions options_;
  const std::string path_;
  std::string after_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<ServerEvent> events_;
  std::optional<Error> refused_;
  std::jthread thread_;  ///< last: it uses all of the above
};

}  // namespace hotswap::cli
