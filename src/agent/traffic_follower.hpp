#pragma once
// Follows the traffic of one service and keeps a file in step with it: over lost connections and
// servers that come and go, and again and again while the file cannot be brought in step.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "agent/traffic_file.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::agent {

struct TrafficFollowerOptions {
  std::vector<std::string> servers;    ///< base addresses, tried in turn
  std::function<std::string()> token;  ///< asked for at every connection
  std::string ca_file;                 ///< PEM; empty: the system's authorities
  std::string service;
  std::string environment;
  TrafficFileOptions file;
  std::function<void(const std::string&)> log;  ///< one line per thing worth knowing
  Duration backoff_min = std::chrono::milliseconds(200);
  Duration backoff_max = std::chrono::seconds(30);
  Duration silence = std::chrono::seconds(45);  ///< then the stream is dead
};

class TrafficFollower {
 public:
  explicit TrafficFollower(TrafficFollowerOptions options);
  ~TrafficFollower();  ///< stop()

  void start();
  void stop();

 private:
  void follow(const std::stop_token& stop);
  /// Reads one stream to its end; why it ended, in words.
  [[nodiscard]] std::string read_stream(const std::string& server, const std::stop_token& stop);
  void take(const std::string& data);
  void write(const std::stop_token& stop);
  void wait(const std::stop_token& stop, Duration duration);
  void say(const std::string& line) const;

  const TrafficFollowerOptions options_;
  HttpClient http_;
  TrafficFile file_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<TrafficState> wanted_;  ///< newest, not in the file yet
  bool connected_ = false;              ///< something came on this stream
  std::jthread reader_, writer_;        ///< last: they use all of the above
};

}  // namespace hotswap::agent
