#pragma once
// A connection whose way (names, proxies, TLS, client certificates) is libcurl's business and whose
// bytes are ours. Nothing of it waits: the owner polls what watch() names.
//
// It has a multi handle of its own: whoever shares one with a connection that is not libcurl's to
// speak on has it closed as idle or dead when the next transfer begins.

#include <curl/curl.h>

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "curl_setup.hpp"
#include "session.hpp"

namespace hotswap::sdk {

class RawConnection {
 public:
  /// Begins to connect.
  explicit RawConnection(const CurlConnection& connection);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  enum class State { Connecting, Standing, Failed };
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::string& error() const { return error_; }  ///< of one that failed
  /// It failed because a proxy on the way makes no tunnel.
  [[nodiscard]] bool proxy_refused() const { return proxy_refused_; }

  /// Appends what to poll for.
  void watch(std::vector<curl_waitfd>& all, bool to_write) const;
  /// When go_on() has something to do at the latest.
  [[nodiscard]] std::optional<SteadyTime> due() const { return due_; }
  /// Moves the connecting on.
  void go_on();

  template <class T>
  using Moved = std::expected<T, std::string>;
  /// Of a standing one. 0: not now; error: it ended, empty if the peer closed it.
  [[nodiscard]] Moved<std::size_t> read(char* into, std::size_t size);
  /// After 0 the same bytes must be written again, from where they were.
  [[nodiscard]] Moved<std::size_t> write(std::string_view bytes);

 private:
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* of_socket);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  void drive(curl_socket_t socket);
  void settle();

  State state_ = State::Connecting;
  std::string error_;
  bool proxy_refused_ = false;
  CurlErrorText why_{};
  std::map<curl_socket_t, int> watched_;  ///< CURL_POLL_…, while it connects
  curl_socket_t socket_ = CURL_SOCKET_BAD;
  std::optional<SteadyTime> due_;
  CURLM* multi_;
  CURL* easy_;
};

}  // namespace hotswap::sdk
