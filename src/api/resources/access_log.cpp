#include "api/resources/access_log.hpp"

#include <cmath>

#include "domain/base/short_duration.hpp"

namespace hotswap::api {
namespace {

constexpr std::size_t kPathBytes = 1024;
constexpr std::size_t kAgentBytes = 200;

struct Outcome {
  int status = 200;
  std::size_t bytes = 0;
  bool lasts = false;  ///< a stream, or held until something happens
};

Outcome outcome_of(const Request& request, const Reply& reply) {
  const auto* response = std::get_if<Response>(&reply);
  if (response == nullptr) {
    const auto* stream = std::get_if<StreamStart>(&reply);
    return {.status = stream != nullptr && stream->messages ? 101 : 200, .lasts = true};
  }
  const bool bare =
      request.method == Method::Head || response->status == 204 || response->status == 304;
  return {response->status, bare || !response->body ? 0 : response->body->size(), false};
}

/// Names of the parameters alone: a value may be anything, a secret's name or a person's.
std::string names_in(std::string_view query) {
  std::string names;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    if (!names.empty()) names += ' ';
    names += pair.substr(0, pair.find('='));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return names.substr(0, kPathBytes);
}

std::string path_of(const Request& request) { return request.path.substr(0, kPathBytes); }

double milliseconds(std::chrono::nanoseconds time) {
  return std::round(std::chrono::duration<double, std::micro>(time).count()) / 1000;
}

void add_request(LogFields& fields, const Request& request) {
  fields.push_back({"method", to_string(request.method)});
  fields.push_back({"path", path_of(request)});
  if (!request.query.empty()) fields.push_back({"query", names_in(request.query)});
}

LogFields fields_of(const ToldRequest& answered, const Outcome& outcome,
                    std::chrono::nanoseconds took) {
  LogFields fields;
  fields.reserve(14);
  add_request(fields, answered.request);
  if (answered.route != nullptr) fields.push_back({"route", answered.route->pattern});
  fields.push_back({"status", outcome.status});
  fields.push_back({"bytes", outcome.bytes});
  fields.push_back({"durationMs", milliseconds(took)});
  if (outcome.lasts) fields.push_back({"stream", true});
  if (!answered.principal.empty()) fields.push_back({"principal", answered.principal});
  fields.push_back({"address", answered.address});
  const auto agent = answered.request.header("User-Agent");
  if (!agent.empty()) fields.push_back({"userAgent", agent.substr(0, kAgentBytes)});
  fields.push_back({"traceId", answered.trace_id});
  fields.push_back({"requestId", answered.request.request_id});
  return fields;
}

}  // namespace

bool AccessLog::leaves_out(const ToldRequest& answered) const {
  if (options_.all || answered.route == nullptr) return false;
  const auto pattern = answered.route->pattern;
  return pattern.starts_with("/health") || pattern == "/metrics";
}

void AccessLog::note(const ToldRequest& answered, const Reply& reply) const {
  const bool lines = wants_lines() && !leaves_out(answered);
  if (!lines && options_.slow == Duration::zero()) return;
  const auto took = clock_.mono() - answered.begun;
  const auto outcome = outcome_of(answered.request, reply);
  if (options_.slow > Duration::zero() && took >= options_.slow && !outcome.lasts)
    tell_slow(answered, outcome.status, std::chrono::duration_cast<Duration>(took));
  if (lines) lines_.write(options_.level, "access", "request", fields_of(answered, outcome, took));
}

void AccessLog::tell_slow(const ToldRequest& answered, int status, Duration took) const {
  logger_.warning("api", "a request took long",
                  {{"method", to_string(answered.request.method)},
                   {"path", path_of(answered.request)},
                   {"status", status},
                   {"duration", format_short(took)},
                   {"principal", answered.principal}});
}

void AccessLog::refused(const Request* request, int status, const Response& response) const {
  if (!wants_lines()) return;
  LogFields fields;
  if (request != nullptr && !request->path.empty()) add_request(fields, *request);
  fields.push_back({"status", status});
  fields.push_back({"bytes", response.body ? response.body->size() : 0});
  if (request != nullptr) {
    fields.push_back({"address", request->peer});
    fields.push_back({"requestId", request->request_id});
  }
  lines_.write(options_.level, "access", "request refused", fields);
}

}  // namespace hotswap::api
