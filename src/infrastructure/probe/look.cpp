#include "infrastructure/probe/look.hpp"

#include <unistd.h>

#include <cerrno>

#include "domain/base/assert.hpp"
#include "domain/net/socket_address.hpp"

namespace hotswap::probe {
namespace {

constexpr std::size_t kHeaderBytes = 64 << 10;
constexpr std::size_t kBodyBytes = 64 << 10;  ///< more of a healthy answer is not waited for
constexpr std::string_view kTcp = "tcp://";

/// curl knows no `tcp`; it opens the connection of an http address and is told to stop there.
std::string as_http(const std::string& url) {
  return url.starts_with(kTcp) ? "http://" + url.substr(kTcp.size()) : url;
}

/// As curl itself reads it.
std::string host_of(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  char* host = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, as_http(url).c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK)
    return {};
  const std::unique_ptr<char, decltype(&curl_free)> owner(host, &curl_free);
  return host;
}

List list_of(const std::vector<std::string>& lines) {
  curl_slist* list = nullptr;
  for (const auto& line : lines) list = curl_slist_append(list, line.c_str());
  return List(list);
}

}  // namespace

Look::Look(Order order, const net::Reach& reach)
    : order_(std::move(order)),
      reach_(reach),
      tcp_(order_.url.starts_with(kTcp)),
      headers_(list_of(order_.headers)),
      handle_(curl_easy_init()),
      host_(host_of(order_.url)) {
  HS_ASSERT(handle_ != nullptr);
  set_up();
}

void Look::set_up() {
  const auto set = [this](CURLoption option, auto value) {
    curl_easy_setopt(handle_.get(), option, value);
  };
  set(CURLOPT_URL, as_http(order_.url).c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FRESH_CONNECT, 1L);
  set(CURLOPT_FORBID_REUSE, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(order_.timeout.count()));
  set(CURLOPT_SSL_VERIFYPEER, 0L);
  set(CURLOPT_SSL_VERIFYHOST, 0L);
  set(CURLOPT_USERAGENT, "hotswap-probe");
  set(CURLOPT_ERRORBUFFER, problem_);
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_OPENSOCKETFUNCTION, &Look::open_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &Look::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &Look::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  if (headers_) set(CURLOPT_HTTPHEADER, headers_.get());
  if (tcp_) set(CURLOPT_CONNECT_ONLY, 1L);
}

curl_socket_t Look::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& look = *static_cast<Look*>(self);
  const auto ip = net::ip_of(address->addr);
  if (!ip || !look.reach_.allows(look.host_, *ip)) {
    look.refused_ = ip ? net::refusal(*ip) : "no IP address";
    return CURL_SOCKET_BAD;
  }
  look.refused_.clear();
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t Look::on_header(char*, std::size_t size, std::size_t count, void* self) {
  auto& look = *static_cast<Look*>(self);
  look.header_bytes_ += size * count;
  return look.header_bytes_ > kHeaderBytes ? 0 : size * count;
}

std::size_t Look::on_body(char*, std::size_t size, std::size_t count, void* self) {
  auto& look = *static_cast<Look*>(self);
  look.body_bytes_ += size * count;
  return look.body_bytes_ > kBodyBytes ? 0 : size * count;
}

void Look::finish(CURLcode code) const {
  auto found = answer(code);
  curl_off_t microseconds = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_TOTAL_TIME_T, &microseconds);
  found.took = Duration(microseconds / 1000);
  order_.done(found);
}

Prober::Answer Look::answer(CURLcode code) const {
  long status = 0;
  long os_error = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &os_error);
  if (header_bytes_ > kHeaderBytes) return {false, "the answer's headers are too large", {}};
  if (code == CURLE_OK && tcp_) return {true, "connected", {}};
  if (code == CURLE_OK || body_bytes_ > kBodyBytes)
    return {status >= 200 && status < 400, std::to_string(status), {}};
  if (!refused_.empty()) return {false, refused_, {}};
  if (code == CURLE_OPERATION_TIMEDOUT)
    return {false, "timeout after " + format_duration(order_.timeout), {}};
  if (code == CURLE_COULDNT_CONNECT && os_error == ECONNREFUSED)
    return {false, "connection refused", {}};
  if (code == CURLE_COULDNT_RESOLVE_HOST) return {false, "the host's name is not known", {}};
  return {false, problem_[0] != '\0' ? problem_ : curl_easy_strerror(code), {}};
}

}  // namespace hotswap::probe
