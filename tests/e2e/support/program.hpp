#pragma once
// A program that knows nothing of HotSwap: an HTTP server that answers what the test says, or
// nothing at all. Many connections, one thread.

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>

namespace hotswap::e2e {

class Program {
 public:
  struct Answer {
    int status = 200;
    std::string body;
    std::string content_type = "text/plain";
    std::string headers{};  ///< further lines, each with its CRLF
    bool raw = false;       ///< the body is all that is sent: no HTTP
  };
  /// By path; nothing: the connection stays silent. On the program's thread.
  using Handler = std::function<std::optional<Answer>(const std::string& path)>;

  explicit Program(Handler handler);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path) const;
  [[nodiscard]] std::size_t answered() const { return answered_; }

 private:
  void run(const std::stop_token& stop);
  void accept_all();
  /// False: the connection is over.
  bool serve(int socket, std::string& read);

  const Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::map<int, std::string> connections_;  ///< what was read of the request so far
  std::atomic<std::size_t> answered_{0};
  std::jthread thread_;
};

}  // namespace hotswap::e2e
