#pragma once
// One look at one address over a libcurl handle.

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "domain/net/reach.hpp"
#include "domain/ports/prober.hpp"

namespace hotswap::probe {

struct CloseEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, CloseEasy>;
struct CloseList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, CloseList>;

struct Order {
  std::string url;
  Duration timeout{};
  Prober::Done done;
  std::vector<std::string> headers{};  ///< whole lines
};

class Look {
 public:
  Look(Order order, const net::Reach& reach);
  Look(const Look&) = delete;
  Look& operator=(const Look&) = delete;

  [[nodiscard]] CURL* handle() const { return handle_.get(); }
  /// What the end of the transfer says of the instance; told to `done`.
  void finish(CURLcode code) const;

 private:
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  void set_up();
  [[nodiscard]] Prober::Answer answer(CURLcode code) const;

  const Order order_;
  const net::Reach& reach_;
  const bool tcp_;
  const List headers_;
  const Easy handle_;
  const std::string host_;
  std::string refused_;  ///< why the last address was not called
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  char problem_[CURL_ERROR_SIZE] = {};
};

}  // namespace hotswap::probe
