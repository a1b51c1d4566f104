#include "infrastructure/s3/s3_archive.hpp"

#include <thread>

#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"
#include "infrastructure/s3/answer.hpp"

namespace hotswap::s3 {
namespace {

constexpr auto kQuiet = std::chrono::seconds(5);
constexpr std::string_view kProbe = "written by HotSwap to see whether it may\n";

/// The http client's word for it, as the archive's.
Error away(const Error& error, const std::string& endpoint) {
  return {ErrorCode::Unavailable,
          "archive.unavailable",
          "The archive at " + endpoint + " cannot be reached now. It is tried again.",
          {},
          error.detail};
}

}  // namespace

S3Archive::S3Archive(Options options, const Clock& clock, Random& random)
    : options_(std::move(options)), clock_(clock), random_(random) {}

std::string S3Archive::where() const {
  const Place& place = options_.place;
  return "s3://" + place.bucket + (place.prefix.empty() ? "" : '/' + place.prefix) + " at " +
         options_.endpoint;
}

std::string S3Archive::key_of(const std::string& key) const {
  return options_.place.prefix.empty() ? key : options_.place.prefix + '/' + key;
}

Result<HttpRequest> S3Archive::signed_request(const Call& call) {
  const auto credentials = options_.credentials();
  if (!credentials) return std::unexpected(credentials.error());
  HttpRequest request{
      .method = call.method,
      .url = options_.endpoint + '/' + options_.place.bucket + '/' + key_of(call.key),
      .body = std::string(call.body),
      .timeout = options_.timeout,
      .max_response_bytes = limits::kArchiveObjectBytes,
      .ca_file = options_.ca_file};
  // The signature covers it; the server checks what it received against it.
  request.headers.emplace_back("x-amz-content-sha256", sha256_hex(call.body));
  if (!credentials->session_token.empty())
    request.headers.emplace_back("x-amz-security-token", credentials->session_token);
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/octet-stream");
  request.aws = AwsSigning{credentials->access_key, credentials->secret_key, options_.region, "s3"};
  return request;
}

void S3Archive::pause_before(int attempt) {
  Duration pause = options_.pause;
  for (int i = 2; i < attempt; ++i) pause *= 2;
  const auto half = static_cast<std::uint64_t>(pause.count() / 2);
  std::this_thread::sleep_for(pause - Duration(random_.below(half + 1)));
}

Result<HttpResponse> S3Archive::ask(const Call& call) {
  const MonoTime until = clock_.mono() + 2 * options_.timeout;
  for (int number = 1;; ++number) {
    const auto request = signed_request(call);
    if (!request) return std::unexpected(request.error());
    auto response = http_.request(*request);
    // A second wait as long as the first would be too long for whoever waits.
    const bool hangs = !response && response.error().code == ErrorCode::Timeout;
    const bool last = hangs || number >= options_.attempts || clock_.mono() >= until;
    if (response && response->status / 100 == 2) {
      const std::lock_guard lock(mutex_);
      away_.reset();
      return response;
    }
    if (!response && response.error().code != ErrorCode::Unavailable &&
        response.error().code != ErrorCode::Timeout)
      return response;
    if (response && (last || !may_pass(*response)))
      return std::unexpected(error_of(*response, {options_.endpoint, options_.place.bucket,
                                                  options_.region, key_of(call.key)}));
    if (!response && last) {
      auto error = away(response.error(), options_.endpoint);
      const std::lock_guard lock(mutex_);
      away_.emplace(clock_.mono(), error);
      return std::unexpected(std::move(error));
    }
    pause_before(number + 1);
  }
}

Result<void> S3Archive::put(const std::string& key, std::string_view bytes) {
  if (auto done = ask({"PUT", key, bytes}); !done) return std::unexpected(done.error());
  return {};
}

Result<std::string> S3Archive::get(const std::string& key) {
  {
    const std::lock_guard lock(mutex_);
    if (away_ && clock_.mono() - away_->first < kQuiet) return std::unexpected(away_->second);
  }
  auto response = ask({"GET", key});
  if (!response) return std::unexpected(response.error());
  return std::move(response->body);
}

Result<void> S3Archive::remove(const std::string& key) {
  const auto done = ask({"DELETE", key});
  if (done || done.error().code == ErrorCode::NotFound) return {};
  return std::unexpected(done.error());
}

Result<void> S3Archive::check() {
  bool probed = false;
  {
    const std::lock_guard lock(mutex_);
    probed = std::exchange(probed_, false);
  }
  if (!probed)
    if (auto put = this->put("check", kProbe); !put) return put;
  if (auto got = ask({"GET", "check"}); !got) return std::unexpected(got.error());
  const std::lock_guard lock(mutex_);
  probed_ = true;
  return {};
}

}  // namespace hotswap::s3
