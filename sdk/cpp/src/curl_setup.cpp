#include "curl_setup.hpp"

#include <sys/socket.h>

#include <string_view>

#include "domain/base/assert.hpp"

namespace hotswap::sdk {
namespace {

/// A child of the program must not hold our connections open: the server would take a stream that
/// has moved for one that still stands.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// A proxy of the environment cannot reach our own machine.
bool is_loopback(std::string_view url) {
  const auto scheme = url.find("://");
  const auto host = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
}

}  // namespace

void init_curl_once() {
  static const CURLcode kDone = curl_global_init(CURL_GLOBAL_DEFAULT);
  HS_ASSERT(kDone == CURLE_OK);
}

void set_up(CURL* easy, const CurlConnection& connection, CurlErrorText& why) {
  curl_easy_setopt(easy, CURLOPT_URL, connection.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (is_loopback(connection.url)) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "libhotswap");
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connection.timeout.count()));
  curl_easy_setopt(easy, CURLOPT_SHARE, connection.known);
  const auto& tls = connection.tls;
  if (!tls.authorities.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, tls.authorities.c_str());
  if (tls.certificate.empty()) return;
  curl_easy_setopt(easy, CURLOPT_SSLCERT, tls.certificate.c_str());
  curl_easy_setopt(easy, CURLOPT_SSLKEY, tls.key.c_str());
}

}  // namespace hotswap::sdk
