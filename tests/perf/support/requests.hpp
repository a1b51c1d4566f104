#pragma once
// HTTP/1.1 requests over a fixed number of keep-alive connections, one at a time on each.

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "perf/support/event_loop.hpp"

namespace hotswap::perf {

/// The bytes of a request; a body is JSON.
[[nodiscard]] std::string request_text(std::string_view method, std::string_view path,
                                       std::string_view token, std::string_view body = {});

struct HttpAnswer {
  int status = 0;
  std::string_view body;  ///< until the callback returns
};

class RequestPool {
 public:
  using OnAnswer = std::function<void(const HttpAnswer&)>;

  /// Connections are made when they are needed first: one that says nothing is closed.
  RequestPool(EventLoop& loop, std::size_t connections) : loop_(loop), most_(connections) {}
  /// Sends on a free connection, or when one becomes free.
  void submit(std::string request, OnAnswer on_answer);
  [[nodiscard]] std::size_t unanswered() const { return unanswered_; }

 private:
  struct Lane {
    Wire* wire;
    OnAnswer waiting;
  };
  struct Job {
    std::string request;
    OnAnswer on_answer;
  };
  Lane& connect();
  void start(Lane& lane, Job job);
  void arrived(Lane& lane);

  EventLoop& loop_;
  std::size_t most_;
  std::deque<Lane> lanes_;
  std::vector<Lane*> free_;
  std::deque<Job> queue_;
  std::size_t unanswered_ = 0;
};

}  // namespace hotswap::perf
