#pragma once
// A minimal HTTP/1.1 server: one thread per connection, keep-alive, bounded in everything.

#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace payment {

struct Request {
  std::string method;
  std::string path;
  std::string body;
};

struct Response {
  int status = 200;
  std::string body;  ///< JSON
};

class HttpServer {
 public:
  using Handler = std::function<Response(const Request&)>;

  /// Listens on 127.0.0.1; port 0: any free one. port() is 0 if that failed.
  explicit HttpServer(int port);
  ~HttpServer() { stop(); }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// Begins to accept; `handler` runs on the connections' threads.
  void start(Handler handler);
  /// Lets the running requests finish, then ends. Idempotent.
  void stop();

 private:
  struct Connection {
    int socket = -1;
    bool done = false;
    std::thread thread;
  };
  void accept_all();
  void admit(int socket);
  void serve(Connection& connection);

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;
  std::mutex mutex_;
  std::list<Connection> connections_;
};

}  // namespace payment
