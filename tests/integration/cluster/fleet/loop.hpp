#pragma once
// Drives all agents over one libcurl multi handle on one thread.

#include <curl/curl.h>

#include <deque>
#include <random>
#include <thread>

#include "integration/cluster/fleet/agent.hpp"
#include "integration/cluster/fleet/book.hpp"

namespace hotswap::fleet {

class Fleet::Loop {
 public:
  explicit Loop(Options options);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] Book& book() { return book_; }

 private:
  enum class Asked { Nothing, Registration, Heartbeat, Configs };
  struct Agent {
    std::size_t number = 0;
    std::size_t server = 0;  ///< which address is tried now
    std::string id, token;
    Mind mind;
    FrameReader frames;
    CURL* stream = nullptr;
    CURL* request = nullptr;
    curl_slist* headers = nullptr;
    curl_slist* json_headers = nullptr;
    bool streaming = false;  ///< the transfer is under way
    bool open = false;       ///< it has said something
    Asked asked = Asked::Nothing;
    std::string answer;
    bool say = false, fetch = false;
    Steady::time_point stream_at{}, beat_at{}, register_at{}, last_heard{};
    Loop* loop = nullptr;
  };

  void run(const std::stop_token& stop);
  void look_after(Agent& agent);
  void open_stream(Agent& agent);
  void close_stream(Agent& agent, std::chrono::milliseconds pause);
  void ask(Agent& agent, Asked what, const std::string& path, const std::string& body);
  void answered(Agent& agent, long status);
  void registered(Agent& agent);
  void finished(CURLMsg& message);
  void take(Agent& agent, const Taken& taken);
  void elsewhere(Agent& agent);
  [[nodiscard]] std::chrono::milliseconds jitter(int most);
  [[nodiscard]] std::string url(const Agent& agent, const std::string& path) const;
  void make_headers(Agent& agent, const std::string& token);
  static std::size_t on_stream(char* data, std::size_t size, std::size_t count, void* agent);
  static std::size_t on_head(char* data, std::size_t size, std::size_t count, void* agent);
  static std::size_t on_answer(char* data, std::size_t size, std::size_t count, void* agent);

  const Options options_;
  Book book_;
  CURLM* multi_;
  std::deque<Agent> agents_;
  std::mt19937 random_{7};
  std::jthread thread_;  ///< last: it uses all of the above
};

}  // namespace hotswap::fleet
