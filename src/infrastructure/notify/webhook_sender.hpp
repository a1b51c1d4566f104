#pragma once
// Signed calls of other people's servers: hooks of deployments, channels, traffic routers.

#include <string>

#include "domain/ports/clock.hpp"
#include "domain/ports/hook_caller.hpp"
#include "domain/ports/tracer.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap {

/// `t=<unix seconds>,v1=<hex>` where hex is the HMAC-SHA-256 of "<unix seconds>.<body>": the time
/// lets receivers refuse what somebody recorded and plays again.
[[nodiscard]] std::string webhook_signature(std::string_view key, std::string_view body,
                                            WallTime now);

/// One POST of JSON.
struct WebhookCall {
  std::string url;
  std::string id{};    ///< X-HotSwap-Id: the same at every repetition
  std::string body{};  ///< JSON text
  Duration timeout = std::chrono::seconds(10);
  bool sign = true;           ///< false for receivers that know nothing of us
  std::string traceparent{};  ///< of what it is done for; empty: what the thread works for
};

/// Thread-safe. Redirects are not followed; nobody beyond `reach` is called; answers are cut at
/// 16 KiB.
class WebhookSender : public HookCaller {
 public:
  /// `reach`: whom URLs may lead to.
  WebhookSender(std::string key, const Clock& clock, net::Reach reach)
      : key_(std::move(key)), clock_(clock), client_(std::move(reach)) {}

  /// Calls are made in their trace, and told of where that is recorded. Before the first call.
  void trace_with(Tracer* tracer) { tracer_ = tracer; }

  /// An HTTP status is never an error; errors are HttpClient's, naming the URL without what may be
  /// secret in it.
  [[nodiscard]] Result<HttpResponse> post(const WebhookCall& call);
  /// The same; any status but 2xx is `webhook.refused` with the start of the answer: Unavailable
  /// for 5xx, 429 and 408, Invalid for the others, which speak of this message alone.
  [[nodiscard]] Result<void> deliver(const WebhookCall& call);
  [[nodiscard]] Answer call(const std::string& url, const std::string& id, const json::Value& body,
                            Duration timeout, const std::string& traceparent) override;

 private:
  const std::string key_;
  [[nodiscard]] Result<HttpResponse> send(const WebhookCall& call, const HttpRequest& request);

  const Clock& clock_;
  HttpClient client_;
  Tracer* tracer_ = nullptr;
};

/// `503 Service Unavailable: queue is full`: the status and the start of the body, on one line.
[[nodiscard]] std::string answer_text(const HttpResponse& response);

}  // namespace hotswap
