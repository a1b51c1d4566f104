#pragma once
// A server of one thread on a free port of the loopback that plays what a test wrote: raw bytes in,
// raw bytes out.

#include <functional>
#include <string>
#include <thread>

namespace hotswap {

class ScriptedServer {
 public:
  /// The connection with the client as the script sees it.
  class Peer {
   public:
    explicit Peer(int socket) : socket_(socket) {}
    /// Up to the end of the head, and of the body if a Content-Length is given.
    std::string read_request();
    bool send(const std::string& bytes);
    /// Until the client closes.
    void wait_for_close();

   private:
    int socket_;
  };

  /// `script` is called for every connection, one after the other, with its number from 0.
  explicit ScriptedServer(std::function<void(Peer&, int)> script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  [[nodiscard]] std::string url(const std::string& path = "/") const;

 private:
  void run();
  std::function<void(Peer&, int)> script_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace hotswap
