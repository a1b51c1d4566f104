#pragma once
// What every connection of ours has in common, as options of libcurl.

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <string>

#include "http.hpp"

namespace hotswap::sdk {

using CurlErrorText = std::array<char, CURL_ERROR_SIZE>;

/// Before the first use of libcurl; again costs nothing.
void init_curl_once();

struct CurlConnection {
  const std::string& url;
  const TlsPaths& tls;
  std::chrono::milliseconds timeout;  ///< for connecting
  CURLSH* known;                      ///< TLS sessions, so that the next handshake is a short one
};
/// `why` must live as long as the transfer.
void set_up(CURL* easy, const CurlConnection& connection, CurlErrorText& why);

}  // namespace hotswap::sdk
