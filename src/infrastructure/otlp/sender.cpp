#include "infrastructure/otlp/sender.hpp"

#include <charconv>
#include <condition_variable>
#include <mutex>

#include "infrastructure/otlp/gzip.hpp"
#include "infrastructure/otlp/message.hpp"

namespace hotswap::otlp {
namespace {

constexpr std::size_t kAnswerBytes = 64 << 10;

/// Seconds; a date is as if it were not there, since clocks differ.
std::optional<Duration> retry_after(const HttpResponse& response) {
  const auto text = response.header("retry-after");
  if (!text) return std::nullopt;
  unsigned seconds = 0;
  const auto* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, seconds);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return std::chrono::seconds(seconds);
}

bool may_repeat(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

void wait(Duration pause, const std::stop_token& closing) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, closing, pause, [] { return false; });
}

}  // namespace

Answered answered(const Result<HttpResponse>& response) {
  if (!response) {
    const bool sent_nowhere = response.error().code == ErrorCode::Unavailable ||
                              response.error().code == ErrorCode::Timeout;
    return {.kind = sent_nowhere ? Answered::Kind::Again : Answered::Kind::Refused,
            .trouble = response.error().reason};
  }
  if (response->status / 100 == 2) {
    auto accepted = read_response(response->body);
    return {.kind = Answered::Kind::Accepted,
            .rejected = accepted.rejected,
            .trouble = std::move(accepted.message)};
  }
  const bool again = may_repeat(response->status);
  return {.kind = again ? Answered::Kind::Again : Answered::Kind::Refused,
          .retry_after = again ? retry_after(*response) : std::nullopt,
          .trouble = "HTTP " + std::to_string(response->status)};
}

Duration retry_pause(int next, std::optional<Duration> asked, Random& random) {
  constexpr Duration kFirst = std::chrono::seconds(1);
  if (asked) return std::min(*asked, Sender::kRetryAfterMax);
  const Duration pause = kFirst * (1 << std::clamp(next - 2, 0, 5));
  return pause - Duration(random.below(static_cast<std::uint64_t>(pause.count() / 3) + 1));
}

HttpRequest Sender::request_for(const std::string& message) const {
  HttpRequest request{.method = "POST", .url = target_.url, .headers = target_.headers};
  request.headers.emplace_back("Content-Type", "application/x-protobuf");
  request.headers.emplace_back("User-Agent", "hotswap-otlp");
  auto packed = target_.gzip && message.size() > kGzipFrom ? gzip(message) : std::nullopt;
  if (packed) request.headers.emplace_back("Content-Encoding", "gzip");
  request.body = packed ? std::move(*packed) : message;
  request.connect_timeout = std::min(target_.timeout, request.connect_timeout);
  request.idle_timeout = target_.timeout;
  request.max_response_bytes = kAnswerBytes;
  request.cut_response = true;
  request.ca_file = target_.ca_file;
  return request;
}

Answered Sender::attempt(const HttpRequest& request, const std::stop_token& abort) {
  // As a stream, since that can be broken off at once.
  std::string body;
  const auto until = std::chrono::steady_clock::now() + target_.timeout;
  auto response = http_.stream(
      request,
      [&body, until](std::string_view piece) {
        body.append(piece.substr(0, kAnswerBytes - std::min(body.size(), kAnswerBytes)));
        return body.size() < kAnswerBytes && std::chrono::steady_clock::now() < until;
      },
      abort);
  if (abort.stop_requested()) return {.kind = Answered::Kind::Again, .trouble = "broken off"};
  if (response && response->status / 100 == 2) response->body = std::move(body);
  return answered(response);
}

Answered Sender::send(const std::string& message, const std::stop_token& closing,
                      const std::stop_token& abort) {
  const HttpRequest request = request_for(message);
  for (int number = 1;; ++number) {
    auto done = attempt(request, abort);
    if (done.kind != Answered::Kind::Again || number == kAttempts || closing.stop_requested())
      return done;
    wait(retry_pause(number + 1, done.retry_after, random_), closing);
    if (closing.stop_requested()) return done;
  }
}

}  // namespace hotswap::otlp
