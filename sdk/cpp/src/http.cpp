#include "http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "curl_setup.hpp"
#include "domain/base/assert.hpp"
#include "domain/base/limits.hpp"
#include "domain/base/utf8.hpp"
#include "domain/json/parse.hpp"
#include "web_socket.hpp"
#include "ws_handshake.hpp"

namespace hotswap::sdk {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kAnswerBytes = std::size_t{16} << 20U;
constexpr std::size_t kErrorBytes = std::size_t{64} << 10U;
constexpr std::size_t kExplainedBytes = 300;
constexpr std::chrono::milliseconds kPollMax = std::chrono::minutes(1);

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void append(HeaderList& list, const std::string& line) {
  list.reset(curl_slist_append(list.release(), line.c_str()));
}

/// The value of header `name` (lower case with colon) if `line` is that header.
std::optional<std::string_view> header_value(std::string_view line, std::string_view name) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  if (line.size() < name.size() || !std::equal(name.begin(), name.end(), line.begin(),
                                               [&](char b, char a) { return same(a, b); })) {
    return std::nullopt;
  }
  line.remove_prefix(name.size());
  while (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

}  // namespace

struct Http::Curl {
  CURLM* multi = curl_multi_init();
  CURLSH* known = curl_share_init();
  std::vector<CURL*> idle;
  std::vector<Transfer*> running;
  Curl() {
    HS_ASSERT(multi != nullptr && known != nullptr);
    curl_share_setopt(known, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  }
  ~Curl() {
    for (CURL* easy : idle) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
    curl_share_cleanup(known);
  }
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;

  CURL* take() {
    CURL* easy = idle.empty() ? curl_easy_init() : idle.back();
    HS_ASSERT(easy != nullptr);
    if (!idle.empty()) idle.pop_back();
    curl_easy_reset(easy);
    return easy;
  }
};

struct Http::Transfer {
  HttpRequest request;
  std::optional<StreamSink> sink{};  ///< of a stream
  std::chrono::milliseconds silence{0};
  Curl* curl = nullptr;  ///< while it runs
  CURL* easy = nullptr;
  HeaderList headers{};
  HttpReply reply{};
  bool event_stream = false;
  SteadyClock::time_point last_byte = SteadyClock::now();
  CurlErrorText why{};

  ~Transfer() { end(); }
  [[nodiscard]] bool running() const { return curl != nullptr; }
  [[nodiscard]] bool overdue() const { return sink && SteadyClock::now() - last_byte >= silence; }
  void end() {
    if (!running()) return;
    curl_multi_remove_handle(curl->multi, easy);
    curl->idle.push_back(easy);
    std::erase(curl->running, this);
    curl = nullptr;
    if (reply.status == 200 && sink && !event_stream) {
      reply.status = 0;
      reply.error = "the answer is no event stream";
    }
  }

  [[nodiscard]] int status() const {
    long code = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
    return static_cast<int>(code);
  }

  bool on_header(std::string_view line) {
    last_byte = SteadyClock::now();
    if (line.starts_with("HTTP/")) event_stream = false;
    if (const auto type = header_value(line, "content-type:")) {
      event_stream = type->starts_with("text/event-stream");
    }
    if (const auto after = header_value(line, "retry-after:")) {
      if (const auto wait = ws::read_retry_after(*after)) reply.retry_after = wait;
    }
    if (sink && line == "\r\n" && status() == 200 && event_stream) sink->opened();
    return true;
  }

  bool on_body(std::string_view bytes) {
    last_byte = SteadyClock::now();
    if (sink && status() == 200 && event_stream) return sink->bytes(bytes);
    const auto limit = !sink && status() < 300 ? kAnswerBytes : kErrorBytes;
    if (reply.body.size() + bytes.size() > limit) return false;
    reply.body += bytes;
    return true;
  }
};

namespace {

/// The sentence of a problem+json (RFC 9457), else the body itself.
std::string problem_of(const std::string& body) {
  const auto value = json::parse(body);
  const auto* detail = value ? value->find("detail") : nullptr;
  const auto* text = detail == nullptr ? nullptr : detail->as_string();
  return text == nullptr ? body : text->str();
}

std::string one_line(std::string text) {
  text = clip_utf8(text, kExplainedBytes);
  std::ranges::replace_if(text, [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
  return text;
}

template <class Handler>
std::size_t deliver(char* data, std::size_t size, Handler handler) noexcept {
  try {
    return handler(std::string_view(data, size)) ? size : CURL_WRITEFUNC_ERROR;
  } catch (...) {  // must not pass through C; out of memory ends the transfer
    return CURL_WRITEFUNC_ERROR;
  }
}

}  // namespace

std::string HttpReply::explain() const {
  if (status == 0) return error;
  auto text = "HTTP " + std::to_string(status);
  if (!ok() && !body.empty()) text += ": " + one_line(problem_of(body));
  return text;
}

Http::Http(TlsPaths tls, std::chrono::milliseconds timeout, std::function<bool()> aborted)
    : tls_(std::move(tls)), timeout_(timeout), aborted_(std::move(aborted)) {
  init_curl_once();
  curl_ = std::make_unique<Curl>();
}

Http::~Http() = default;

void Http::wake() { curl_multi_wakeup(curl_->multi); }

Http::Stream::Stream(std::unique_ptr<Transfer> transfer) : transfer_(std::move(transfer)) {}
Http::Stream::~Stream() = default;
bool Http::Stream::ended() const { return !transfer_->running(); }
const HttpReply& Http::Stream::reply() const { return transfer_->reply; }

HttpReply Http::send(const HttpRequest& request) {
  Transfer transfer{.request = request};
  begin(transfer);
  while (transfer.running()) step(kPollMax);
  return std::move(transfer.reply);
}

std::unique_ptr<Http::Stream> Http::open(HttpRequest request, std::chrono::milliseconds silence,
                                         StreamSink sink) {
  auto transfer = std::make_unique<Transfer>(std::move(request), std::move(sink), silence);
  begin(*transfer);
  return std::make_unique<Stream>(std::move(transfer));
}

void Http::begin(Transfer& transfer) {
  const auto& request = transfer.request;
  auto* const easy = transfer.easy = curl_->take();
  transfer.curl = curl_.get();
  auto& headers = transfer.headers;
  // Without one, our certificate says who we are.
  if (!request.token.empty()) append(headers, "Authorization: Bearer " + request.token);
  append(headers, transfer.sink ? "Accept: text/event-stream" : "Accept: application/json");
  append(headers, "Expect:");
  if (!request.body.empty()) append(headers, "Content-Type: application/json");
  if (!request.header.empty()) append(headers, request.header);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  configure(transfer);
  curl_->running.push_back(&transfer);
  curl_multi_add_handle(curl_->multi, easy);
}

void Http::configure(Transfer& transfer) {
  const auto& request = transfer.request;
  auto* const easy = transfer.easy;
  set_up(easy, {request.url, tls_, timeout_, curl_->known}, transfer.why);
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!request.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  if (!transfer.sink)
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_.count()));
  using Callback = std::size_t (*)(char*, std::size_t, std::size_t, void*);
  const Callback on_header = [](char* data, std::size_t, std::size_t size, void* self) {
    return deliver(data, size,
                   [&](auto line) { return static_cast<Transfer*>(self)->on_header(line); });
  };
  const Callback on_body = [](char* data, std::size_t, std::size_t size, void* self) {
    return deliver(data, size,
                   [&](auto bytes) { return static_cast<Transfer*>(self)->on_body(bytes); });
  };
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
}

/// No longer than a stream may be silent.
std::chrono::milliseconds Http::patience(std::chrono::milliseconds wait) const {
  for (const auto* transfer : curl_->running) {
    if (!transfer->sink) continue;
    wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(
                              transfer->last_byte + transfer->silence - SteadyClock::now()));
  }
  return std::clamp(wait, std::chrono::milliseconds(0), kPollMax);
}

void Http::read_ends() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(curl_->multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto code = message->data.result;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    // A body that breaks off is no answer; a stream always breaks off in the end.
    const bool whole = code == CURLE_OK || (transfer->sink && transfer->status() == 200);
    transfer->reply.status = whole ? transfer->status() : 0;
    if (code != CURLE_OK) {
      transfer->reply.error =
          transfer->why[0] != 0 ? transfer->why.data() : curl_easy_strerror(code);
    }
    transfer->end();
  }
}

void Http::end_all(const char* why, const std::function<bool(const Transfer&)>& chosen) {
  const auto running = curl_->running;  // ends change it
  for (auto* transfer : running) {
    if (!chosen(*transfer)) continue;
    transfer->reply.error = why;
    transfer->end();
  }
}

void Http::step(std::chrono::milliseconds wait, std::span<WebSocket* const> sockets) {
  const auto end_aborted = [&] {
    if (!aborted_()) return;
    end_all("interrupted", [](const Transfer&) { return true; });
    for (auto* socket : sockets) socket->end("interrupted");
  };
  end_aborted();
  if (curl_->running.empty() && sockets.empty()) return;
  std::vector<curl_waitfd> watched;
  wait = patience(wait);
  for (const auto* socket : sockets) {
    socket->watch(watched);
    wait = socket->patience(wait);
  }
  curl_multi_poll(curl_->multi, watched.data(), static_cast<unsigned>(watched.size()),
                  static_cast<int>(wait.count()), nullptr);
  int running = 0;
  curl_multi_perform(curl_->multi, &running);
  read_ends();
  for (auto* socket : sockets) socket->go_on();
  end_all("silent for too long", [](const Transfer& each) { return each.overdue(); });
  end_aborted();
}

std::unique_ptr<WebSocket> Http::upgrade(HttpRequest request, std::chrono::milliseconds silence,
                                         std::size_t max_message, StreamSink sink) const {
  return std::make_unique<WebSocket>(
      std::move(request), WebSocket::Way{tls_, curl_->known},
      WebSocket::Limits{.connect = timeout_, .silence = silence, .message = max_message},
      std::move(sink));
}

}  // namespace hotswap::sdk
