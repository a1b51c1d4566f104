#include "infrastructure/http_client/http_client.hpp"

#include <algorithm>
#include <mutex>

#include "domain/base/assert.hpp"
#include "domain/base/mutex.hpp"
#include "infrastructure/http_client/traced_call.hpp"
#include "infrastructure/http_client/transfer.hpp"

namespace hotswap {
namespace {

using http::Easy;
using http::Transfer;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kIdleHandles = 16;

struct CloseMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
using Multi = std::unique_ptr<CURLM, CloseMulti>;

/// How long to wait for the next byte before the silence is too long; at least a millisecond.
int wait_milliseconds(SteadyTime last_byte, Duration idle_timeout) {
  const auto left =
      std::chrono::ceil<Duration>(last_byte + idle_timeout - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<Duration::rep>(left.count(), 1, 60'000));
}

/// Runs the transfer until it ends, falls silent or is stopped. Stopped counts as ended well.
CURLcode run(CURLM* multi, const Transfer& transfer, Duration idle_timeout,
             const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    int running = 0;
    if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_RECV_ERROR;
    int left = 0;
    if (const auto* message = curl_multi_info_read(multi, &left);
        message != nullptr && message->msg == CURLMSG_DONE) {
      return message->data.result;
    }
    if (std::chrono::steady_clock::now() - transfer.last_byte() >= idle_timeout) {
      return CURLE_OPERATION_TIMEDOUT;
    }
    const int wait = wait_milliseconds(transfer.last_byte(), idle_timeout);
    if (curl_multi_poll(multi, nullptr, 0, wait, nullptr) != CURLM_OK) return CURLE_RECV_ERROR;
  }
  return CURLE_OK;
}

}  // namespace

std::optional<std::string> HttpResponse::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const auto& entry) { return entry.first == name; });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

/// Handles between their uses; each keeps its last connections open.
struct HttpClient::Handles {
  Easy take() {
    const MutexLock lock(mutex);
    if (idle.empty()) {
      Easy made(curl_easy_init());
      HS_ASSERT(made != nullptr);
      return made;
    }
    Easy handle = std::move(idle.back());
    idle.pop_back();
    return handle;
  }
  void give_back(Easy handle) {
    const MutexLock lock(mutex);
    if (idle.size() < kIdleHandles) idle.push_back(std::move(handle));
  }

  [[nodiscard]] const net::Reach* limits() const { return reach ? &*reach : nullptr; }

  std::optional<net::Reach> reach;  ///< constant
  Mutex mutex;
  std::vector<Easy> idle HS_GUARDED_BY(mutex);
};

HttpClient::HttpClient(std::optional<net::Reach> reach) : handles_(std::make_unique<Handles>()) {
  handles_->reach = std::move(reach);
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::request(const HttpRequest& request) {
  const Transfer::OnData gather;
  http::TracedCall traced(request);
  const HttpHeaders trace = traced.headers();
  auto handle = handles_->take();
  auto response = [&]() -> Result<HttpResponse> {
    Transfer transfer(handle.get(), request, gather, handles_->limits());
    if (auto ready = transfer.prepare(trace); !ready) return std::unexpected(ready.error());
    return transfer.finish(curl_easy_perform(handle.get()));
  }();
  traced.ended(response);
  handles_->give_back(std::move(handle));
  return response;
}

Result<HttpResponse> HttpClient::stream(const HttpRequest& request,
                                        const std::function<bool(std::string_view)>& on_data,
                                        std::stop_token stop) {
  const Multi multi(curl_multi_init());
  const Easy handle(curl_easy_init());
  HS_ASSERT(multi != nullptr && handle != nullptr && on_data);
  Transfer transfer(handle.get(), request, on_data, handles_->limits());
  if (auto ready = transfer.prepare(); !ready) return std::unexpected(ready.error());
  curl_multi_add_handle(multi.get(), handle.get());
  const std::stop_callback wake(stop, [&multi] { curl_multi_wakeup(multi.get()); });
  const auto code = run(multi.get(), transfer, request.idle_timeout, stop);
  curl_multi_remove_handle(multi.get(), handle.get());
  return transfer.finish(code);
}

}  // namespace hotswap
