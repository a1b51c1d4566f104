#include "infrastructure/http_client/byte_stream.hpp"

#include <curl/curl.h>
#include <poll.h>

#include <array>

namespace hotswap {
namespace {

constexpr std::string_view kTls = "tls://", kTcp = "tcp://";

std::unexpected<Error> broken(const char* reason, const std::string& url, CURLcode code) {
  return std::unexpected(Error{
      ErrorCode::Unavailable, reason, url + " cannot be written to", {}, curl_easy_strerror(code)});
}

struct Close {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

bool wait_writable(CURL* handle, std::chrono::steady_clock::time_point until) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK) return false;
  const auto left = std::chrono::ceil<Duration>(until - std::chrono::steady_clock::now()).count();
  if (left <= 0) return false;
  pollfd wanted{socket, POLLOUT, 0};
  return ::poll(&wanted, 1, static_cast<int>(left)) > 0;
}

}  // namespace

struct ByteStream::Handle {
  std::string url;
  std::unique_ptr<CURL, Close> curl;
};

ByteStream::ByteStream(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
ByteStream::~ByteStream() = default;

// curl makes the connection and the handshake, as it does before a request, and stops there.
Result<std::unique_ptr<ByteStream>> ByteStream::open(const To& to) {
  auto handle = std::make_unique<Handle>();
  handle->url = to.url;
  handle->curl.reset(curl_easy_init());
  CURL* curl = handle->curl.get();
  const bool tls = to.url.starts_with(kTls);
  const std::string url =
      (tls ? "https://" : "http://") + to.url.substr((tls ? kTls : kTcp).size());
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_ENABLE_ALPN, 0L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(to.timeout.count()));
  if (!to.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, to.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (const auto code = curl_easy_perform(curl); code != CURLE_OK)
    return broken("stream.unreachable", to.url, code);
  return std::unique_ptr<ByteStream>(new ByteStream(std::move(handle)));
}

Result<void> ByteStream::write(std::string_view bytes, Duration timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const auto code = curl_easy_send(handle_->curl.get(), bytes.data(), bytes.size(), &sent);
    if (code == CURLE_OK) {
      bytes.remove_prefix(sent);
    } else if (code != CURLE_AGAIN || !wait_writable(handle_->curl.get(), until)) {
      return broken("stream.broken", handle_->url, code);
    }
  }
  return {};
}

bool ByteStream::is_open() {
  std::array<char, 512> dropped{};
  for (int i = 0; i < 16; ++i) {
    std::size_t got = 0;
    const auto code = curl_easy_recv(handle_->curl.get(), dropped.data(), dropped.size(), &got);
    if (code == CURLE_AGAIN) return true;
    if (code != CURLE_OK || got == 0) return false;
  }
  return true;
}

}  // namespace hotswap
