#include "raw_connection.hpp"

#include "domain/base/assert.hpp"

namespace hotswap::sdk {
namespace {

std::string words_of(CURLcode code, const CurlErrorText& why) {
  return why[0] != 0 ? why.data() : curl_easy_strerror(code);
}

}  // namespace

RawConnection::RawConnection(const CurlConnection& connection)
    : multi_(curl_multi_init()), easy_(curl_easy_init()) {
  HS_ASSERT(multi_ != nullptr && easy_ != nullptr);
  set_up(easy_, connection, why_);
  curl_easy_setopt(easy_, CURLOPT_CONNECT_ONLY, 1L);
  // A proxy could not forward what is no HTTP any more; and HTTP/2 upgrades nothing.
  curl_easy_setopt(easy_, CURLOPT_HTTPPROXYTUNNEL, 1L);
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_add_handle(multi_, easy_);
}

RawConnection::~RawConnection() {
  curl_multi_remove_handle(multi_, easy_);
  curl_easy_cleanup(easy_);
  curl_multi_cleanup(multi_);
}

int RawConnection::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  auto& watched = static_cast<RawConnection*>(self)->watched_;
  if (what == CURL_POLL_REMOVE)
    watched.erase(socket);
  else
    watched[socket] = what;
  return 0;
}

int RawConnection::on_timer(CURLM*, long milliseconds, void* self) {
  auto& due = static_cast<RawConnection*>(self)->due_;
  due.reset();
  if (milliseconds >= 0)
    due = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

void RawConnection::watch(std::vector<curl_waitfd>& all, bool to_write) const {
  const auto add = [&](curl_socket_t socket, bool in, bool out) {
    const int events = (in ? CURL_WAIT_POLLIN : 0) | (out ? CURL_WAIT_POLLOUT : 0);
    all.push_back({socket, static_cast<short>(events), 0});
  };
  if (state_ == State::Standing) add(socket_, true, to_write);
  if (state_ != State::Connecting) return;
  for (const auto& [socket, what] : watched_)
    add(socket, what != CURL_POLL_OUT, what != CURL_POLL_IN);
}

void RawConnection::go_on() {
  const auto watched = watched_;  // driving changes it
  for (const auto& [socket, what] : watched) drive(socket);
  if (due_ && std::chrono::steady_clock::now() >= *due_) {
    due_.reset();
    drive(CURL_SOCKET_TIMEOUT);
  }
  settle();
}

void RawConnection::drive(curl_socket_t socket) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, 0, &running);  // 0: it looks for itself what is ready
}

void RawConnection::settle() {
  int left = 0;
  const CURLMsg* message = curl_multi_info_read(multi_, &left);
  if (message == nullptr || message->msg != CURLMSG_DONE) return;
  const auto code = message->data.result;
  due_.reset();
  if (code == CURLE_OK) curl_easy_getinfo(easy_, CURLINFO_ACTIVESOCKET, &socket_);
  if (code == CURLE_OK && socket_ != CURL_SOCKET_BAD) {
    state_ = State::Standing;
    return;
  }
  state_ = State::Failed;
  error_ = words_of(code, why_);
  long connect = 0;
  curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &connect);
  proxy_refused_ = connect >= 300;
}

RawConnection::Moved<std::size_t> RawConnection::read(char* into, std::size_t size) {
  std::size_t got = 0;
  const auto code = curl_easy_recv(easy_, into, size, &got);
  if (code == CURLE_AGAIN) return 0;
  if (code != CURLE_OK) return std::unexpected(words_of(code, why_));
  if (got == 0) return std::unexpected(std::string());
  return got;
}

RawConnection::Moved<std::size_t> RawConnection::write(std::string_view bytes) {
  std::size_t sent = 0;
  const auto code = curl_easy_send(easy_, bytes.data(), bytes.size(), &sent);
  if (code == CURLE_AGAIN) return 0;
  if (code != CURLE_OK) return std::unexpected(words_of(code, why_));
  return sent;
}

}  // namespace hotswap::sdk
