#include "perf/support/requests.hpp"

#include <charconv>
#include <utility>

#include "perf/support/give_up.hpp"

namespace hotswap::perf {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::string_view kLength = "\r\nContent-Length: ";

template <class T>
T number_at(std::string_view text, std::size_t at) {
  T value{};
  std::from_chars(text.data() + at, text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string request_text(std::string_view method, std::string_view path, std::string_view token,
                         std::string_view body) {
  std::string out;
  out.reserve(path.size() + token.size() + body.size() + 160);
  out.append(method).append(" ").append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  if (!token.empty()) out.append("Authorization: Bearer ").append(token).append("\r\n");
  if (!body.empty()) {
    out.append("Content-Type: application/json\r\nContent-Length: ");
    out.append(std::to_string(body.size())).append("\r\n");
  }
  return out.append("\r\n").append(body);
}

RequestPool::Lane& RequestPool::connect() {
  auto& lane = lanes_.emplace_back(&loop_.connect(), nullptr);
  lane.wire->on_bytes = [this, &lane] { arrived(lane); };
  return lane;
}

void RequestPool::submit(std::string request, OnAnswer on_answer) {
  ++unanswered_;
  Job job{std::move(request), std::move(on_answer)};
  if (free_.empty() && lanes_.size() < most_) free_.push_back(&connect());
  if (free_.empty()) {
    queue_.push_back(std::move(job));
    return;
  }
  auto* lane = free_.back();
  free_.pop_back();
  start(*lane, std::move(job));
}

void RequestPool::start(Lane& lane, Job job) {
  lane.waiting = std::move(job.on_answer);
  lane.wire->send(job.request);
}

void RequestPool::arrived(Lane& lane) {
  auto& in = lane.wire->in;
  const auto head_end = in.find(kEndOfHead);
  if (head_end == std::string::npos) return;
  const std::string_view head(in.data(), head_end);
  const auto length_at = head.find(kLength);
  const auto length = length_at == std::string_view::npos
                          ? 0
                          : number_at<std::size_t>(head, length_at + kLength.size());
  const auto total = head_end + kEndOfHead.size() + length;
  if (in.size() < total) return;
  if (in.size() > total) give_up("an answer is longer than it says");
  const auto on_answer = std::exchange(lane.waiting, nullptr);
  on_answer({number_at<int>(head, std::string_view("HTTP/1.1 ").size()),
             std::string_view(in).substr(total - length)});
  in.clear();
  --unanswered_;
  if (queue_.empty()) {
    free_.push_back(&lane);
    return;
  }
  auto job = std::move(queue_.front());
  queue_.pop_front();
  start(lane, std::move(job));
}

}  // namespace hotswap::perf
