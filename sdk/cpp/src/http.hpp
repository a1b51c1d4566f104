#pragma once
// HTTP by libcurl for one owner thread; connections are kept between transfers.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hotswap::sdk {

class WebSocket;

struct HttpRequest {
  std::string method;
  std::string url;
  std::string token;
  std::string body;      ///< JSON; empty: none
  std::string header{};  ///< one more, `Name: value`; empty: none
};

struct HttpReply {
  int status = 0;  ///< 0: no answer, `error` says why
  std::string body;
  std::string error;
  std::optional<std::chrono::milliseconds> retry_after;

  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
  /// `HTTP 503: …` or the transport's error, for a log line.
  [[nodiscard]] std::string explain() const;
};

struct StreamSink {
  std::function<void()> opened;                 ///< status 200 has come, or 101
  std::function<bool(std::string_view)> bytes;  ///< or a whole message; false: end it
};

/// PEM files; all may be empty.
struct TlsPaths {
  std::filesystem::path authorities;  ///< empty: the system's
  std::filesystem::path certificate;  ///< by which we are known
  std::filesystem::path key;
};

class Http {
 public:
  struct Transfer;
  /// An event stream under way; it ends when this is destroyed, at the latest. Of the owner thread;
  /// must not outlive its Http.
  class Stream {
   public:
    explicit Stream(std::unique_ptr<Transfer> transfer);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// By the server, by its sink, or because nothing came for too long.
    [[nodiscard]] bool ended() const;
    [[nodiscard]] const HttpReply& reply() const;  ///< of one that has ended

   private:
    std::unique_ptr<Transfer> transfer_;
  };

  /// `aborted` is asked before and during transfers, after wake() at once.
  Http(TlsPaths tls, std::chrono::milliseconds timeout, std::function<bool()> aborted);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  [[nodiscard]] HttpReply send(const HttpRequest& request);
  /// Begins to read an event stream; step() moves it on. It ends when nothing came for `silence`.
  [[nodiscard]] std::unique_ptr<Stream> open(HttpRequest request, std::chrono::milliseconds silence,
                                             StreamSink sink);
  /// Begins to ask for a WebSocket, which step() moves on if it is told of it.
  [[nodiscard]] std::unique_ptr<WebSocket> upgrade(HttpRequest request,
                                                   std::chrono::milliseconds silence,
                                                   std::size_t max_message, StreamSink sink) const;
  /// Moves all that is under way on. Returns when something happened, after `wait` at the latest.
  void step(std::chrono::milliseconds wait, std::span<WebSocket* const> sockets = {});
  /// From any thread.
  void wake();

 private:
  void begin(Transfer& transfer);
  void configure(Transfer& transfer);
  [[nodiscard]] std::chrono::milliseconds patience(std::chrono::milliseconds wait) const;
  void read_ends();
  void end_all(const char* why, const std::function<bool(const Transfer&)>& chosen);

  struct Curl;
  std::unique_ptr<Curl> curl_;
  TlsPaths tls_;
  std::chrono::milliseconds timeout_;
  std::function<bool()> aborted_;
};

}  // namespace hotswap::sdk
