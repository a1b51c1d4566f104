#include "api/problem.hpp"

#include "domain/base/limits.hpp"
#include "domain/json/value.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

std::string_view title_of(int status) {
  switch (status) {
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
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return status < 500 ? "Bad Request" : "Internal Server Error";
  }
}

json::Array field_list(const std::vector<FieldError>& fields) {
  json::Array out;
  for (const auto& field : fields) {
    if (out.size() == limits::kErrorsReported) break;
    out.emplace_back(
        json::Object{{"path", field.path}, {"keyword", field.keyword}, {"message", field.message}});
  }
  return out;
}

/// What a caller may know: of our own faults nothing but the trace id to quote.
std::string shown_detail(const Error& error) {
  if (error.code == ErrorCode::Internal) {
    return "Something failed inside the server. Quote the traceId to its operators.";
  }
  return error.detail;
}

Response render(int status, const Error& error, std::string_view path, std::string_view trace_id) {
  json::Object body{{"type", "/docs/errors#" + error.reason},
                    {"title", title_of(status)},
                    {"status", status},
                    {"detail", shown_detail(error)},
                    {"instance", path},
                    {"reason", error.reason}};
  if (!trace_id.empty()) body.append("traceId", trace_id);
  if (!error.fields.empty()) body.append("errors", field_list(error.fields));
  auto response = make_response(status, "application/problem+json", json::write(body));
  response.headers.push_back({"Cache-Control", "no-store"});
  if (status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"hotswap\""});
  if (status == 429) response.headers.push_back({"Retry-After", "1"});
  if (status == 503) response.headers.push_back({"Retry-After", "2"});
  return response;
}

}  // namespace

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::Malformed:
      return 400;
    case ErrorCode::Unauthenticated:
      return 401;
    case ErrorCode::Forbidden:
      return 403;
    case ErrorCode::NotFound:
      return 404;
    case ErrorCode::MethodNotAllowed:
      return 405;
    case ErrorCode::Conflict:
      return 409;
    case ErrorCode::PreconditionFailed:
      return 412;
    case ErrorCode::TooLarge:
      return 413;
    case ErrorCode::UnsupportedMediaType:
      return 415;
    case ErrorCode::Invalid:
      return 422;
    case ErrorCode::RateLimited:
      return 429;
    case ErrorCode::Internal:
      return 500;
    case ErrorCode::Unavailable:
      return 503;
    case ErrorCode::Timeout:
      return 504;
  }
  return 500;
}

Response problem(const Error& error, std::string_view path, std::string_view trace_id) {
  return render(status_of(error.code), error, path, trace_id);
}

Error transport_error(int status, std::string_view why) {
  const auto detail = std::string(why);
  switch (status) {
    case 413:
      return {ErrorCode::TooLarge,
              "http.too_large",
              detail + " A request may have " + std::to_string(limits::kBodyBytes) +
                  " bytes, a document in it " + std::to_string(limits::kDocumentBytes) + ".",
              {},
              {}};
    case 426:
      return {ErrorCode::Malformed, "websocket.version", detail, {}, {}};
    case 503:
      return {ErrorCode::Unavailable, "server.busy", detail, {}, {}};
    case 500:
      return {ErrorCode::Internal, "server.internal", {}, {}, detail};
    default:
      return {ErrorCode::Malformed, "http.malformed", detail, {}, {}};
  }
}

Response transport_problem(int status, std::string_view why, std::string_view path,
                           std::string_view trace_id) {
  return render(status, transport_error(status, why), path, trace_id);
}

}  // namespace hotswap::api
