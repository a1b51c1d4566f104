#pragma once
// HTTP by libcurl, one transfer at a time and owner thread; the connection is kept between them.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hotswap::sdk {

struct HttpRequest {
  std::string method;
  std::string url;
  std::string token;
  std::string body;  ///< JSON; empty: none
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
  std::function<void()> opened;                 ///< status 200 has come
  std::function<bool(std::string_view)> bytes;  ///< false: end the transfer
};

class Http {
 public:
  /// `aborted` is asked before and during transfers, after wake() at once.
  Http(std::filesystem::path ca_file, std::chrono::milliseconds timeout,
       std::function<bool()> aborted);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  [[nodiscard]] HttpReply send(const HttpRequest& request);
  /// Reads an event stream until it ends, `sink` ends it, or nothing came for `silence`.
  [[nodiscard]] HttpReply stream(const HttpRequest& request, std::chrono::milliseconds silence,
                                 const StreamSink& sink);
  /// From any thread.
  void wake();

 private:
  struct Transfer;
  HttpReply run(Transfer& transfer);
  void configure(Transfer& transfer);
  static std::chrono::milliseconds patience(const Transfer& transfer);
  void drive(Transfer& transfer);

  struct Curl;
  std::unique_ptr<Curl> curl_;
  std::filesystem::path ca_file_;
  std::chrono::milliseconds timeout_;
  std::function<bool()> aborted_;
};

}  // namespace hotswap::sdk
