#pragma once
// One transfer over a libcurl handle: sets it up, gathers the answer, tells what went wrong.

#include <curl/curl.h>

#include <chrono>
#include <functional>
#include <memory>

#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::http {

struct CloseEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, CloseEasy>;

/// The host as curl itself reads it from the URL; empty if there is none.
[[nodiscard]] std::string url_host(const std::string& url);

class Transfer {
 public:
  using OnData = std::function<bool(std::string_view)>;

  /// `request`, `on_data` and `reach` must outlive this; `on_data` empty: the body is gathered;
  /// no `reach`: any address will do.
  Transfer(CURL* handle, const HttpRequest& request, const OnData& on_data,
           const net::Reach* reach);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// `trace`: headers of the trace that it is made in. Invalid `http.invalid_request` for what must
  /// not be sent.
  [[nodiscard]] Result<void> prepare(const HttpHeaders& trace = {});
  /// The answer, given how the transfer ended.
  [[nodiscard]] Result<HttpResponse> finish(CURLcode code);
  [[nodiscard]] std::chrono::steady_clock::time_point last_byte() const { return last_byte_; }

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  bool take_header(std::string_view line);
  bool take_body(std::string_view data);
  [[nodiscard]] Result<void> add_headers(const HttpHeaders& headers);
  void set_options();
  void sign(const AwsSigning& aws);
  void add_unsigned(const HttpHeaders& headers);

  CURL* handle_;
  const HttpRequest& request_;
  const OnData& on_data_;
  const net::Reach* const reach_;
  curl_slist* headers_ = nullptr;
  HttpResponse response_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  std::string host_;     ///< of the URL, if there is a reach
  std::string refused_;  ///< why the last address was not called
  bool ended_by_caller_ = false;
  std::chrono::steady_clock::time_point last_byte_ = std::chrono::steady_clock::now();
  char problem_[CURL_ERROR_SIZE] = {};
};

}  // namespace hotswap::http
