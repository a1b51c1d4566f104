#include "infrastructure/notify/webhook_sender.hpp"

#include "domain/base/sha256.hpp"
#include "domain/base/utf8.hpp"
#include "domain/json/write.hpp"
#include "domain/notification/channel.hpp"
#include "domain/ports/trace_scope.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kAnswerBytes = 16 << 10;
constexpr std::size_t kShownBytes = 200;

std::string_view status_words(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return status / 100 == 3 ? "(redirects are not followed)" : "";
  }
}

/// The start of a body as one line of plain text.
std::string one_line(std::string_view body) {
  std::string line;
  for (const char c : clip_utf8(body, kShownBytes)) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
    if (blank && (line.empty() || line.back() == ' ')) continue;
    line += blank ? ' ' : c;
  }
  if (line.ends_with(' ')) line.pop_back();
  return body.size() > kShownBytes ? line + "…" : line;
}

/// What is said of a URL goes to logs and timelines, where its tokens have no business.
Error without_secrets(Error error, const std::string& url) {
  for (auto* text : {&error.detail, &error.internal})
    for (auto at = text->find(url); at != std::string::npos; at = text->find(url, at + 1))
      text->replace(at, url.size(), shown_url(url));
  return error;
}

}  // namespace

std::string webhook_signature(std::string_view key, std::string_view body, WallTime now) {
  const auto seconds = std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  return "t=" + seconds + ",v1=" + hmac_sha256_hex(key, seconds + "." + std::string(body));
}

std::string answer_text(const HttpResponse& response) {
  std::string text = std::to_string(response.status);
  if (const auto words = status_words(response.status); !words.empty())
    text.append(" ").append(words);
  if (const auto body = one_line(response.body); !body.empty()) text += ": " + body;
  return text;
}

Result<HttpResponse> WebhookSender::post(const WebhookCall& call) {
  HttpRequest request{.method = "POST", .url = call.url, .body = call.body};
  request.headers = {{"Content-Type", "application/json"}, {"User-Agent", "hotswap"}};
  if (call.sign) {
    request.headers.emplace_back("X-HotSwap-Id", call.id);
    request.headers.emplace_back("X-HotSwap-Signature",
                                 webhook_signature(key_, call.body, clock_.wall()));
  }
  request.timeout = call.timeout;
  request.connect_timeout = std::min(call.timeout, request.connect_timeout);
  request.max_response_bytes = kAnswerBytes;
  request.cut_response = true;
  auto response = send(call, request);
  if (!response) return std::unexpected(without_secrets(std::move(response.error()), call.url));
  return response;
}

Result<HttpResponse> WebhookSender::send(const WebhookCall& call, const HttpRequest& request) {
  const auto own = tracing::parse_context(call.traceparent);
  const TraceScope scope(own ? tracer_ : nullptr, own.value_or(tracing::Context{}));
  return client_.request(request);
}

Result<void> WebhookSender::deliver(const WebhookCall& call) {
  const auto response = post(call);
  if (!response) return std::unexpected(response.error());
  if (response->status / 100 == 2) return {};
  const bool busy = response->status >= 500 || response->status == 429 || response->status == 408;
  return fail(busy ? ErrorCode::Unavailable : ErrorCode::Invalid, "webhook.refused",
              shown_url(call.url) + " answered " + answer_text(*response));
}

HookCaller::Answer WebhookSender::call(const std::string& url, const std::string& id,
                                       const json::Value& body, Duration timeout,
                                       const std::string& traceparent) {
  const auto response = post({.url = url,
                              .id = id,
                              .body = json::write(body),
                              .timeout = timeout,
                              .traceparent = traceparent});
  if (!response) return {false, response.error().detail};
  return {response->status / 100 == 2, answer_text(*response)};
}

}  // namespace hotswap
