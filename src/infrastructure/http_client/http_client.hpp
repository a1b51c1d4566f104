#pragma once
// Outbound HTTP: short requests and endless streams. Blocking; bounded in time and size; never
// follows a redirect, never speaks anything but http and https, takes no proxy from the
// environment.

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "domain/net/reach.hpp"

namespace hotswap {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// AWS Signature Version 4 of the request. Its body's hash, if it shall be signed, is the header
/// `x-amz-content-sha256`, which the caller gives; so is a session token.
struct AwsSigning {
  std::string access_key, secret_key;
  std::string region, service;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url{};
  HttpHeaders headers{};
  std::string body{};
  Duration connect_timeout = std::chrono::seconds(5);
  Duration timeout = std::chrono::seconds(30);            ///< of the whole request; not of a stream
  Duration idle_timeout = std::chrono::seconds(60);       ///< of a stream: the longest silence
  std::size_t max_response_bytes = std::size_t{8} << 20;  ///< of a stream: of an error's body
  std::string ca_file{};                                  ///< PEM; empty: the system's authorities
  bool insecure = false;                                  ///< do not check the server's certificate
  std::optional<AwsSigning> aws{};
  bool cut_response = false;  ///< a body beyond max_response_bytes is cut instead of an error
  /// On a connection of its own: on a kept one that breaks before the answer, curl sends a request
  /// again by itself, though the server may have done what the first one asked for.
  bool once = false;
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;  ///< names in lower case
  std::string body;
  /// The first header of this (lower-case) name.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

/// Thread-safe: concurrent requests use connections of their own, which are kept for later ones.
///
/// Errors: Unavailable `http.unreachable` (no connection, TLS refused, broken off), Timeout
/// `http.timeout`, TooLarge `http.too_large`, Invalid `http.invalid_request` (URL, method or header
/// that cannot be sent), Forbidden `http.address_refused` (beyond its reach). An HTTP status is
/// never an error.
///
/// A request of a thread that works in a trace (TraceScope) is made in it; a stream in none.
class HttpClient {
 public:
  /// `reach`: whom it may call, for URLs that others may set; none: anybody. Every address that a
  /// name leads to is asked for when the connection is made to just this address.
  explicit HttpClient(std::optional<net::Reach> reach = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  [[nodiscard]] Result<HttpResponse> request(const HttpRequest& request);

  /// Hands out the body of a 2xx answer piece by piece as it arrives, until the server ends it,
  /// `on_data` returns false or `stop` is asked for (seen at once); these three are success. The
  /// body of any other status is in the response instead.
  [[nodiscard]] Result<HttpResponse> stream(const HttpRequest& request,
                                            const std::function<bool(std::string_view)>& on_data,
                                            std::stop_token stop);

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace hotswap
