#include "infrastructure/probe/curl_prober.hpp"

#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "domain/base/assert.hpp"
#include "domain/base/mutex.hpp"
#include "domain/ports/trace_scope.hpp"
#include "infrastructure/probe/look.hpp"

namespace hotswap {
namespace {

using probe::Look;
using probe::Order;

/// Waits end by a wake-up or by curl's own timers; whoever has nothing to look at must not wake.
constexpr int kPollMs = 3600 * 1000;

struct CloseMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};

/// A look that is taken for a deployment says so; it is no span of its own, since there are many.
std::vector<std::string> trace_lines() {
  const auto* work = TraceScope::current();
  if (work == nullptr) return {};
  std::vector<std::string> lines{"traceparent: " + tracing::traceparent(work->context)};
  if (const auto& state = work->context.state; !state.empty())
    lines.push_back("tracestate: " + state);
  return lines;
}

CURLM* make_multi() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return curl_multi_init();
}

}  // namespace

class CurlProber::Loop {
 public:
  Loop(net::Reach reach, Options options)
      : reach_(std::move(reach)), options_(options), multi_(make_multi()) {
    HS_ASSERT(multi_ != nullptr);
  }
  ~Loop() {
    if (thread_.joinable()) {
      thread_.request_stop();
      curl_multi_wakeup(multi_.get());
      thread_.join();
    }
    for (const auto& [handle, look] : active_) curl_multi_remove_handle(multi_.get(), handle);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  bool add(Order order) {
    {
      const MutexLock lock(mutex_);
      if (waiting_.size() >= options_.queue) return false;
      waiting_.push_back(std::move(order));
      // At the first look: many a process has a prober and nothing to probe.
      if (!thread_.joinable())
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    curl_multi_wakeup(multi_.get());
    return true;
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      while (active_.size() < options_.concurrency && start_next()) {
      }
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      if (take_finished()) continue;  // their places are free at once
      curl_multi_poll(multi_.get(), nullptr, 0, kPollMs, nullptr);
    }
  }

  bool start_next() {
    Order order;
    {
      const MutexLock lock(mutex_);
      if (waiting_.empty()) return false;
      order = std::move(waiting_.front());
      waiting_.pop_front();
    }
    auto look = std::make_unique<Look>(std::move(order), reach_);
    CURL* handle = look->handle();
    active_.emplace(handle, std::move(look));
    curl_multi_add_handle(multi_.get(), handle);
    return true;
  }

  bool take_finished() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const handle = message->easy_handle;
      const CURLcode code = message->data.result;
      const auto look = active_.extract(handle);
      look.mapped()->finish(code);
      curl_multi_remove_handle(multi_.get(), handle);
      any = true;
    }
    return any;
  }

  const net::Reach reach_;
  const Options options_;
  const std::unique_ptr<CURLM, CloseMulti> multi_;
  Mutex mutex_;
  std::deque<Order> waiting_ HS_GUARDED_BY(mutex_);
  std::unordered_map<CURL*, std::unique_ptr<Look>> active_;  ///< the thread's own
  std::jthread thread_;
};

CurlProber::CurlProber(net::Reach reach, Options options)
    : loop_(std::make_unique<Loop>(std::move(reach), options)) {}
CurlProber::~CurlProber() = default;

bool CurlProber::probe(const std::string& url, Duration timeout, Done done) {
  return loop_->add({url, timeout, std::move(done), trace_lines()});
}

}  // namespace hotswap
