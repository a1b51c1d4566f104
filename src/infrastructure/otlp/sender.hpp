#pragma once
// Carries OTLP messages over HTTP: repeats what may be repeated, gives up in time.

#include <stop_token>

#include "domain/ports/random.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::otlp {

struct Target {
  std::string url;                              ///< whole, with /v1/traces or /v1/metrics
  HttpHeaders headers{};                        ///< may hold secrets
  Duration timeout = std::chrono::seconds(10);  ///< of one attempt
  std::string ca_file{};                        ///< PEM; empty: the system's authorities
  bool gzip = false;                            ///< messages above Sender::kGzipFrom are compressed
};

/// What becomes of a message after one attempt.
struct Answered {
  enum class Kind { Accepted, Again, Refused } kind = Kind::Refused;
  std::optional<Duration> retry_after{};  ///< Again: as the receiver asked
  std::uint64_t rejected = 0;             ///< Accepted: items that were left out all the same
  std::string trouble{};                  ///< in words, without URL or headers
};
/// OTLP's rule: 429, 502, 503, 504 and a connection that failed may be repeated; nothing else.
[[nodiscard]] Answered answered(const Result<HttpResponse>& response);

/// The pause before attempt `next` (from 2 on): 1 s, doubled each time, less up to a third by
/// chance; what the receiver asked for instead, up to kRetryAfterMax.
[[nodiscard]] Duration retry_pause(int next, std::optional<Duration> asked, Random& random);

/// Not thread-safe: of one exporting thread.
class Sender {
 public:
  static constexpr int kAttempts = 5;
  static constexpr Duration kRetryAfterMax = std::chrono::seconds(30);
  static constexpr std::size_t kGzipFrom = 1 << 10;  ///< bytes; less is not worth the time

  Sender(Target target, Random& random) : target_(std::move(target)), random_(random) {}

  /// Blocks until it is accepted, refused or given up. From `closing` on there is no further
  /// attempt; `abort` breaks off the one under way. Again: given up.
  [[nodiscard]] Answered send(const std::string& message, const std::stop_token& closing,
                              const std::stop_token& abort);
  [[nodiscard]] const std::string& url() const { return target_.url; }

 private:
  [[nodiscard]] HttpRequest request_for(const std::string& message) const;
  [[nodiscard]] Answered attempt(const HttpRequest& request, const std::stop_token& abort);

  const Target target_;
  Random& random_;
  HttpClient http_;
};

}  // namespace hotswap::otlp
