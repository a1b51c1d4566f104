#include "http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "domain/base/assert.hpp"
#include "domain/base/limits.hpp"
#include "domain/base/utf8.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::sdk {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kAnswerBytes = std::size_t{16} << 20U;
constexpr std::size_t kErrorBytes = std::size_t{64} << 10U;
constexpr std::size_t kExplainedBytes = 300;
constexpr std::chrono::milliseconds kPollMax = std::chrono::minutes(1);
constexpr std::chrono::seconds kRetryAfterMax = std::chrono::minutes(5);

void init_curl_once() {
  static const CURLcode kDone = curl_global_init(CURL_GLOBAL_DEFAULT);
  HS_ASSERT(kDone == CURLE_OK);
}

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

/// A proxy of the environment cannot reach our own machine.
bool is_loopback(std::string_view url) {
  const auto scheme = url.find("://");
  const auto host = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
}

}  // namespace

struct Http::Curl {
  CURLM* multi = curl_multi_init();
  CURL* easy = curl_easy_init();
  Curl() { HS_ASSERT(multi != nullptr && easy != nullptr); }
  ~Curl() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;
};

struct Http::Transfer {
  const HttpRequest& request;
  const StreamSink* sink = nullptr;  ///< of a stream
  std::chrono::milliseconds silence{0};
  CURL* easy = nullptr;
  HttpReply reply{};
  bool event_stream = false;
  SteadyClock::time_point last_byte = SteadyClock::now();
  std::array<char, CURL_ERROR_SIZE> why{};

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
      int seconds = 0;
      const auto [end, bad] =
          std::from_chars(after->data(), after->data() + after->size(), seconds);
      if (bad == std::errc{} && seconds >= 0) {
        reply.retry_after = std::min(std::chrono::seconds(seconds), kRetryAfterMax);
      }
    }
    if (sink != nullptr && line == "\r\n" && status() == 200 && event_stream) sink->opened();
    return true;
  }

  bool on_body(std::string_view bytes) {
    last_byte = SteadyClock::now();
    if (sink != nullptr && status() == 200 && event_stream) return sink->bytes(bytes);
    const auto limit = sink == nullptr && status() < 300 ? kAnswerBytes : kErrorBytes;
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

Http::Http(std::filesystem::path ca_file, std::chrono::milliseconds timeout,
           std::function<bool()> aborted)
    : ca_file_(std::move(ca_file)), timeout_(timeout), aborted_(std::move(aborted)) {
  init_curl_once();
  curl_ = std::make_unique<Curl>();
}

Http::~Http() = default;

void Http::wake() { curl_multi_wakeup(curl_->multi); }

HttpReply Http::send(const HttpRequest& request) {
  Transfer transfer{.request = request};
  return run(transfer);
}

HttpReply Http::stream(const HttpRequest& request, std::chrono::milliseconds silence,
                       const StreamSink& sink) {
  Transfer transfer{.request = request, .sink = &sink, .silence = silence};
  auto reply = run(transfer);
  if (reply.status == 200 && !transfer.event_stream) {
    reply.status = 0;
    reply.error = "the answer is no event stream";
  }
  return reply;
}

HttpReply Http::run(Transfer& transfer) {
  const auto& request = transfer.request;
  auto* const easy = transfer.easy = curl_->easy;
  curl_easy_reset(easy);
  HeaderList headers;
  append(headers, "Authorization: Bearer " + request.token);
  append(headers,
         transfer.sink == nullptr ? "Accept: application/json" : "Accept: text/event-stream");
  append(headers, "Expect:");
  if (!request.body.empty()) append(headers, "Content-Type: application/json");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  configure(transfer);
  drive(transfer);
  return std::move(transfer.reply);
}

void Http::configure(Transfer& transfer) {
  const auto& request = transfer.request;
  auto* const easy = transfer.easy;
  const auto timeout = static_cast<long>(timeout_.count());
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!request.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (is_loopback(request.url)) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "libhotswap");
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.why.data());
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout);
  if (transfer.sink == nullptr) curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout);
  if (!ca_file_.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file_.c_str());
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

/// How long to poll; 0: a stream was silent for too long.
std::chrono::milliseconds Http::patience(const Transfer& transfer) {
  if (transfer.sink == nullptr) return kPollMax;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      transfer.last_byte + transfer.silence - SteadyClock::now());
  return std::clamp(left, std::chrono::milliseconds(0), kPollMax);
}

void Http::drive(Transfer& transfer) {
  auto* const multi = curl_->multi;
  auto& reply = transfer.reply;
  curl_multi_add_handle(multi, transfer.easy);
  while (true) {
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    if (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      const auto code = message->data.result;
      // A body that breaks off is no answer; a stream always breaks off in the end.
      const bool whole = code == CURLE_OK || (transfer.sink != nullptr && transfer.status() == 200);
      reply.status = whole ? transfer.status() : 0;
      if (code != CURLE_OK) {
        reply.error = transfer.why[0] != 0 ? transfer.why.data() : curl_easy_strerror(code);
      }
      break;
    }
    const auto wait = patience(transfer);
    if (wait.count() == 0) reply.error = "silent for too long";
    if (aborted_()) reply.error = "interrupted";
    if (!reply.error.empty()) break;
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
  }
  curl_multi_remove_handle(multi, transfer.easy);
}

}  // namespace hotswap::sdk
