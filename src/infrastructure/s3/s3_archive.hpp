#pragma once
// The archive as objects in a bucket of S3, MinIO or another server of that protocol.

#include <functional>
#include <mutex>
#include <optional>

#include "domain/ports/archive.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/random.hpp"
#include "infrastructure/http_client/http_client.hpp"
#include "infrastructure/s3/settings.hpp"

namespace hotswap::s3 {

struct Options {
  std::string endpoint;  ///< `https://host:port`; the bucket stands in the path
  Place place;
  std::string region = "us-east-1";
  /// Asked for every request, so that keys may be exchanged under a running server.
  std::function<Result<Credentials>()> credentials;
  std::string ca_file{};                        ///< PEM; empty: the machine's authorities
  Duration timeout = std::chrono::seconds(15);  ///< of one request
  int attempts = 4;
  Duration pause = std::chrono::milliseconds(200);  ///< before the second; doubled for each more
};

/// Refusals that may pass and lost connections are tried again, with growing pauses, within twice
/// the timeout. After one that could not reach the server reads fail at once for a few seconds, so
/// that nobody waits behind an archive that is away.
class S3Archive : public Archive {
 public:
  /// `clock` and `random` must outlive this.
  S3Archive(Options options, const Clock& clock, Random& random);

  Result<void> put(const std::string& key, std::string_view bytes) override;
  Result<std::string> get(const std::string& key) override;
  Result<void> remove(const std::string& key) override;
  /// Writes and reads a small object of its own, `check`.
  Result<void> check() override;
  [[nodiscard]] std::string where() const override;

 private:
  struct Call {
    std::string method;
    std::string key;
    std::string_view body{};
  };
  [[nodiscard]] std::string key_of(const std::string& key) const;
  [[nodiscard]] Result<HttpRequest> signed_request(const Call& call);
  /// With retries; only 2xx.
  [[nodiscard]] Result<HttpResponse> ask(const Call& call);
  void pause_before(int attempt);

  const Options options_;
  const Clock& clock_;
  Random& random_;
  HttpClient http_;
  std::mutex mutex_;                                ///< guards what follows
  std::optional<std::pair<MonoTime, Error>> away_;  ///< since when, and why
  bool probed_ = false;                             ///< this has written its own object
};

}  // namespace hotswap::s3
