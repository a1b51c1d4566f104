#include "cli/api_client.hpp"

#include <array>

#include "cli/answer.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/exit_code.hpp"
#include "cli/sse_reader.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::cli {
namespace {

constexpr std::size_t kPage = 200;
constexpr std::size_t kAnswerBytes = std::size_t{64} << 20;

Answer answer_of(HttpResponse response) {
  return {.status = response.status,
          .body = std::move(response.body),
          .content_type = response.header("content-type").value_or(""),
          .location = response.header("location").value_or(""),
          .next_cursor = response.header("x-next-cursor").value_or("")};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// Whether a body of this type is what was asked for.
bool is_of_type(const std::string& content_type, std::string_view wanted) {
  const auto type = lower(content_type.substr(0, content_type.find_first_of("; ")));
  return type == wanted || (wanted == "application/json" && type.ends_with("+json"));
}

/// Whoever answered so is not the server: a proxy, a login page, another program.
Error not_hotswap(const ApiOptions& options, const std::string& what) {
  return {.code = ErrorCode::Unavailable,
          .reason = std::string(kNotHotSwap),
          .detail = options.server + " " + what + "; is that a HotSwap server? Check --server",
          .fields = {},
          .internal = {}};
}

/// What no HotSwap server answers below 400.
std::optional<std::string> strange(const Answer& answer, const std::string& accept) {
  if (answer.status == 304) return std::nullopt;  // only who asks "unless it is this one"
  if (answer.status >= 300) {
    auto what = "sends elsewhere (" + std::to_string(answer.status) + ")" +
                (answer.location.empty() ? "" : ": to " + answer.location);
    if (answer.location.starts_with("https://")) what += ", so write https://… if that is meant";
    return what;
  }
  const auto status = std::to_string(answer.status);
  if (answer.status < 200) return "answered " + status;
  if (answer.status == 204) return std::nullopt;
  if (!is_of_type(answer.content_type, accept)) {
    return "answered " + status + " with " +
           (answer.content_type.empty() ? "no type" : answer.content_type) + " instead of " +
           accept;
  }
  if (accept == "application/json" && !json::parse(answer.body, {.bytes = kAnswerBytes})) {
    return "answered " + status + " with JSON that cannot be read";
  }
  return std::nullopt;
}

/// What a person can do about it stands behind the cause.
Error unreachable(const ApiOptions& options, const Error& cause) {
  Error out = cause;
  if (cause.code == ErrorCode::Unavailable) {
    out.reason = "server.unreachable";
    if (cause.detail.ends_with("does not speak HTTP.")) {
      return not_hotswap(options, "does not speak HTTP");
    }
    if (cause.detail.contains("wrong version number")) {
      out.detail = options.server + " does not speak TLS: write http:// if that is meant";
      return out;
    }
    // Without the address again, which the HTTP client puts first.
    constexpr std::string_view kLead = " cannot be reached: ";
    const auto lead = cause.detail.find(kLead);
    out.detail =
        "no answer from " + options.server + ": " +
        (lead == std::string::npos ? cause.detail : cause.detail.substr(lead + kLead.size())) +
        " Check --server, HOTSWAP_SERVER or the context (hotswap context show), or start one: "
        "hotswap "
        "server --dev";
  } else if (cause.code == ErrorCode::Timeout) {
    out.reason = "server.timeout";
    out.detail = options.server + " did not answer in time; try again, or look at its log";
  }
  return out;
}

/// Why a token may have been refused, in the words of whoever holds it, and what to do about it.
std::string unauthenticated(const std::string& token) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const auto trouble =
      token.empty() ? "no token was given"
                    : token_trouble(token, now)
                          .value_or(
                              "the server does not accept the token: it was made with another "
                              "key, or is for another server");
  return trouble +
         ". Give a valid one by --token-file, --token, HOTSWAP_TOKEN or a context (hotswap token "
         "makes one; hotswap context show says which is used).";
}

}  // namespace

struct Api::Impl {
  HttpClient client;
};

json::Value Answer::json() const {
  auto value = json::parse(body, {.bytes = kAnswerBytes});
  return value ? std::move(*value) : json::Value();
}

Api::Api(ApiOptions options) : options_(std::move(options)), impl_(std::make_unique<Impl>()) {
  while (options_.server.ends_with('/')) options_.server.pop_back();
}

Api::~Api() = default;

Result<Answer> Api::call(const Call& call) {
  problem_.reset();
  HttpRequest request{.method = call.method,
                      .url = options_.server + call.path,
                      .headers = {{"Accept", call.accept}},
                      .body = call.body,
                      .timeout = options_.timeout,
                      .max_response_bytes = kAnswerBytes,
                      .ca_file = options_.ca_file,
                      .once = call.method != "GET"};
  if (!options_.token.empty()) {
    request.headers.emplace_back("Authorization", "Bearer " + options_.token);
  }
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", call.content_type);
  for (const auto& [name, value] : options_.headers) request.headers.emplace_back(name, value);
  for (const auto& [name, value] : call.headers) request.headers.emplace_back(name, value);
  auto response = impl_->client.request(request);
  if (!response) return std::unexpected(unreachable(options_, response.error()));
  auto answer = answer_of(std::move(*response));
  if (answer.status >= 400) return std::unexpected(refusal(answer));
  if (const auto what = strange(answer, call.accept)) {
    return std::unexpected(not_hotswap(options_, *what));
  }
  return answer;
}

Result<json::Value> Api::get(const std::string& path) {
  auto answer = call({.path = path});
  if (!answer) return std::unexpected(answer.error());
  return answer->json();
}

Result<json::Value> Api::post(const std::string& path, const json::Value& body) {
  auto answer = call({.method = "POST", .path = path, .body = json::write(body)});
  if (!answer) return std::unexpected(answer.error());
  return answer->json();
}

Result<void> Api::remove(const std::string& path) {
  auto answer = call({.method = "DELETE", .path = path});
  if (!answer) return std::unexpected(answer.error());
  return {};
}

Result<json::Value> Api::with(Result<json::Value> answer,
                              std::initializer_list<std::string_view> members) const {
  if (!answer) return answer;
  for (const auto member : members) {
    const auto* found = value_at(*answer, member);
    if (found != nullptr && !found->is_null() && !(*found == json::Value(""))) continue;
    return std::unexpected(not_hotswap(options_, "answered without `" + std::string(member) + "`"));
  }
  return answer;
}

Result<json::Array> Api::list(const std::string& path, std::size_t limit) {
  json::Array out;
  std::string cursor;
  while (out.size() < limit) {
    auto page = path + (path.contains('?') ? "&" : "?") +
                "limit=" + std::to_string(std::min(kPage, limit - out.size()));
    if (!cursor.empty()) page += "&cursor=" + encode(cursor);
    auto answer = with(get(page), {"items"});
    if (!answer) return std::unexpected(answer.error());
    for (const auto& item : items_at(*answer, "items")) out.push_back(item);
    cursor = text_at(*answer, "nextCursor");
    if (cursor.empty()) break;
  }
  return out;
}

Result<void> Api::stream(const std::string& path, const std::string& after,
                         const std::function<bool(const ServerEvent&)>& on_event,
                         const std::stop_token& stop) {
  HttpRequest request{.url = options_.server + path,
                      .headers = {{"Accept", "text/event-stream"}},
                      .ca_file = options_.ca_file};
  if (!options_.token.empty()) {
    request.headers.emplace_back("Authorization", "Bearer " + options_.token);
  }
  if (!after.empty()) request.headers.emplace_back("Last-Event-ID", after);
  for (const auto& [name, value] : options_.headers) request.headers.emplace_back(name, value);
  SseReader reader;
  auto response = impl_->client.stream(
      request, [&](std::string_view bytes) { return reader.feed(bytes, on_event); }, stop);
  if (!response) return std::unexpected(unreachable(options_, response.error()));
  const auto answer = answer_of(std::move(*response));
  if (answer.status >= 400) return std::unexpected(refusal(answer));
  if (const auto what = strange(answer, "text/event-stream")) {
    return std::unexpected(not_hotswap(options_, *what));
  }
  return {};
}

Error Api::refusal(const Answer& answer) {
  const auto problem = answer.json();
  Error error{.code = error_code_of_status(answer.status),
              .reason = text_at(problem, "reason"),
              .detail = text_at(problem, "detail"),
              .fields = {},
              .internal = {}};
  for (const auto& field : items_at(problem, "errors")) {
    error.fields.push_back(
        {text_at(field, "path"), text_at(field, "keyword"), text_at(field, "message")});
  }
  if (error.reason.empty()) error.reason = "http." + std::to_string(answer.status);
  if (error.detail.empty()) {
    error.detail = options_.server + " answered " + std::to_string(answer.status) +
                   "; is that a HotSwap server?";
  }
  if (answer.status == 401) error.detail = unauthenticated(options_.token);
  if (problem.as_object() != nullptr) problem_ = problem;
  return error;
}

std::string encode(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kPlain.contains(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4U], kHex[byte & 0xFU]};
  }
  return out;
}

std::string config_path(const std::string& name, const std::vector<std::string>& more) {
  auto out = "/api/v1/configs/" + encode(name);
  for (const auto& segment : more) out += "/" + encode(segment);
  return out;
}

std::string deployment_path(const std::string& id, const std::string& more) {
  return "/api/v1/deployments/" + encode(id) + (more.empty() ? "" : "/" + more);
}

}  // namespace hotswap::cli
