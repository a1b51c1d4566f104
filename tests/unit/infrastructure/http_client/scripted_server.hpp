#pragma once
// A server of one thread on a free port of the loopback that plays what a test wrote: raw bytes in,
// raw bytes out.

#include <functional>
#include <string>
#include <thread>
#include <vector>

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
    /// The connection stays when the script has ended, but nobody reads from it any more.
    void keep_open() { kept_ = true; }
    [[nodiscard]] bool kept() const { return kept_; }

   private:
    int socket_;
    bool kept_ = false;
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
  std::vector<int> kept_;  ///< connections
  std::thread thread_;
};

}  // namespace hotswap
