#include "api/resources/api.hpp"

#include <future>

#include "api/etag.hpp"
#include "api/problem.hpp"
#include "api/resources/routes.hpp"
#include "api/resources/words.hpp"
#include "domain/json/parse.hpp"
#include "domain/ports/trace_scope.hpp"

namespace hotswap::api {
namespace {

constexpr std::string_view kLive = "/health/live";

bool is_read(Method method) { return method == Method::Get || method == Method::Head; }

/// Whether JSON will do: nothing else is asked for.
bool takes_json(const Request& request) {
  const auto accept = request.header("Accept");
  return accept.empty() || accept == "*/*" || accept.starts_with("application/json");
}

/// Nothing is unpacked here, so nothing can burst.
Result<void> check_coding(const Request& request) {
  const auto coding = request.header("Content-Encoding");
  if (coding.empty() || same_header_name(coding, "identity")) return {};
  return fail(ErrorCode::UnsupportedMediaType, "http.content_encoding",
              "Compressed bodies are not taken: send it without Content-Encoding.");
}

Result<json::Value> read_body(const Route& route, const Request& request) {
  if (auto plain = check_coding(request); !plain) return std::unexpected(plain.error());
  const bool wanted = route.body != BodyKind::None && route.body != BodyKind::Any;
  if (!wanted) return json::Value();
  if (route.body == BodyKind::OptionalJson && request.body.empty()) return json::Object{};
  const auto type = content_type_of(request);
  if (!is_json_type(type)) {
    return fail(ErrorCode::UnsupportedMediaType, "http.media_type",
                "This route takes application/json, not '" + type +
                    "': send Content-Type: application/json.");
  }
  return json::parse(request.body);
}

/// The instance that a route of one instance is about.
std::optional<InstanceId> instance_of(Action action, const std::vector<std::string>& path) {
  const bool of_one = action == Action::InstanceReport || action == Action::InstanceRemove;
  if (!of_one || path.empty()) return std::nullopt;
  return InstanceId(path.front());
}

/// 0: held open, and answered later.
int status_of(const Reply& reply) {
  if (const auto* response = std::get_if<Response>(&reply)) return response->status;
  const auto* stream = std::get_if<StreamStart>(&reply);
  if (stream == nullptr) return 0;
  return stream->messages ? 101 : 200;
}

/// What is logged meanwhile names the request.
LogScope scope_of(const Request& request) {
  return LogScope([&request](LogFields& fields) {
    fields.push_back({"traceId", request.notes.trace_id});
    fields.push_back({"requestId", request.request_id});
  });
}

Result<Reply> wait_for(Later& later) {
  std::promise<void> ready;
  auto is_ready = ready.get_future();
  later.begin([ready = std::move(ready)]() mutable { ready.set_value(); });
  is_ready.wait();
  return later.end();
}

std::string action_name(const Route* route) {
  return route != nullptr && route->action ? std::string(to_string(*route->action))
                                           : "http.request";
}

}  // namespace

Api::Api(Services services)
    : services_(std::move(services)),
      router_(routes()),
      gate_(services_.gate, services_.clock),
      idempotency_(services_.store, services_.committer, services_.clock, services_.logger),
      denials_(services_.audit, services_.clock, services_.logger),
      refusals_(gate_, denials_, services_.logger),
      messages_(services_, gate_, refusals_),
      access_(services_.access, services_.logger, services_.clock),
      meter_(services_.metrics, routes()),
      live_route_(number_of(*router_.match(Method::Get, kLive)->route)) {
  services_.messages = &messages_;
  services_.committer.on_profile_changed(
      [&cache = services_.cache](const ProfileName& name) { cache.forget(name); });
  services_.tokens.revoke_by(
      [&revocations = services_.revocations](const InstanceId& id, std::optional<WallTime> issued) {
        return revocations.refuses(id, issued);
      });
  services_.committer.on_revoked([this](const Revocation& revocation) {
    services_.tokens.forget();
    services_.streams.remove(revocation.instance);
  });
  // Streams of instances that were removed for their silence have nobody at the other end.
  services_.fleet.on_vanished([this](const std::vector<InstanceId>& instances) {
    Caller self;
    self.principal.roles = {Role::Admin};
    for (const auto& id : instances) {
      if (!services_.fleet.get(self, id)) services_.streams.remove(id);
    }
  });
}

std::optional<Response> Api::answer_now(const Request& request) {
  if (!is_read(request.method)) return std::nullopt;
  if (request.path == kLive) return live(request);
  if (!request.query.empty() || !takes_json(request)) return std::nullopt;
  const auto cached = services_.cache.find(request.path);
  if (!cached) return std::nullopt;
  const auto principal = services_.tokens.verify(bearer_token(request));
  // Refusals are audited, which takes the long way.
  if (!principal || !authorize(**principal, cached->action, &cached->access)) return std::nullopt;
  if (!gate_.admit(**principal, gate_.origin_of(request).address)) return std::nullopt;
  const auto trace = trace_of(request, services_.tracer);
  Response response;
  response.headers.reserve(2);
  response.headers.push_back({"ETag", cached->etag});
  response.headers.push_back({"traceparent", trace.header()});
  request.notes = {cached->route, trace.id()};
  if (none_match_hits(request.header("If-None-Match"), cached->etag)) {
    response.status = 304;
  } else {
    response.content_type = "application/json";
    response.body = cached->body;
  }
  if (is_recorded(trace, response.status)) tell_cached(request, trace, response.status);
  if (access_.wants_lines()) note_now(request, **principal, trace, response);
  return response;
}

Response Api::live(const Request& request) const {
  request.notes.route = live_route_;
  const auto trace = trace_of(request, services_.tracer);
  auto reply = finished(request, json_answer(200, json::Object{{"status", "live"}}), trace);
  auto response = std::get<Response>(std::move(reply));
  if (access_.wants_lines()) note_now(request, {}, trace, response);
  return response;
}

Reply Api::answer(const Request& request) {
  const auto trace = trace_of(request, services_.tracer);
  request.notes.trace_id = trace.id();
  Asked asked{request, trace, caller_of(request, trace), services_.clock.mono(),
              services_.tracer == nullptr ? tracing::Instant{} : services_.tracer->now()};
  const auto scope = scope_of(request);
  const TraceScope trace_scope(services_.tracer, trace.own);
  auto reply = run(asked);
  if (auto* later = reply ? std::get_if<Later>(&*reply) : nullptr)
    return resumed(std::move(asked), std::move(*later));
  return closed(asked, std::move(reply));
}

Later Api::resumed(Asked asked, Later later) {
  auto end = [this, asked = std::move(asked),
              ended = std::move(later.end)]() mutable -> Result<Response> {
    const auto scope = scope_of(asked.request);
    const TraceScope trace_scope(services_.tracer, asked.trace.own);
    return std::get<Response>(closed(asked, ended()));
  };
  return {std::move(later.begin), std::move(end)};
}

Reply Api::closed(const Asked& asked, Result<Reply> reply) {
  const auto& [request, trace, caller, begun, start, route] = asked;
  if (!reply) reply = problem_of(reply.error(), request, caller, route);
  auto done = finished(request, std::move(*reply), trace);
  access_.note({request, route, caller.principal.subject, caller.address, caller.trace_id, begun},
               done);
  const int status = status_of(done);
  if (is_recorded(trace, status))
    tell(trace, {request, route == nullptr ? "" : route->pattern, caller.address, status}, start);
  return done;
}

void Api::note_now(const Request& request, const Principal& principal, const Trace& trace,
                   const Response& response) const {
  const auto match = router_.match(request.method, request.path);
  access_.note({request, match ? match->route : nullptr, principal.subject,
                gate_.origin_of(request).address, trace.id(), services_.clock.mono()},
               response);
}

/// Failures of ours are told of in any case.
bool Api::is_recorded(const Trace& trace, int status) const {
  return services_.tracer != nullptr && (trace.own.sampled || status >= 500);
}

void Api::tell(const Trace& trace, const TracedRequest& traced, tracing::Instant start) const {
  auto span = server_span(trace, traced);
  span.start = start;
  span.end = services_.tracer->now();
  services_.tracer->finished(std::move(span));
}

void Api::tell_cached(const Request& request, const Trace& trace, int status) const {
  const auto now = services_.tracer->now();
  const auto match = router_.match(request.method, request.path);
  const auto address = gate_.origin_of(request).address;
  tell(trace, {request, match ? match->route->pattern : "", address, status}, now);
}

Caller Api::caller_of(const Request& request, const Trace& trace) const {
  auto origin = gate_.origin_of(request);
  Caller caller;
  caller.address = std::move(origin.address);
  caller.trace_id = trace.own.trace.hex();
  caller.trace = trace.own;
  caller.fit_for_secrets = origin.fit_for_secrets;
  return caller;
}

/// Known, and not too often.
Result<void> Api::admit(const Request& request, const Route* route, Caller& caller) {
  if (auto known = identify(request, route, caller); !known)
    return std::unexpected(gate_.refuse(caller.address, std::move(known.error())));
  const bool open = route != nullptr && !route->action;
  return open ? gate_.admit_stranger(caller.address)
              : gate_.admit(caller.principal, caller.address);
}

Result<void> Api::identify(const Request& request, const Route* route, Caller& caller) {
  if (route != nullptr && !route->action) return {};
  const bool open_metrics = route != nullptr && route->action == Action::MetricsRead &&
                            services_.metrics_open && bearer_token(request).empty();
  if (open_metrics) {
    caller.principal.subject = "anonymous";
    caller.principal.roles = {Role::Viewer};
    return {};
  }
  const auto token = bearer_token(request);
  if (token.empty()) return identify_by_certificate(request, caller);
  auto principal = services_.tokens.verify(token);
  if (!principal) return std::unexpected(principal.error());
  caller.principal = **principal;
  return {};
}

/// A certificate stands for a bootstrap token: it registers, and what it registers has a token.
Result<void> Api::identify_by_certificate(const Request& request, Caller& caller) const {
  if (!request.certificate) return std::unexpected(unauthenticated("no token"));
  auto principal = principal_of(*request.certificate, services_.certificates);
  if (!principal) return std::unexpected(principal.error());
  caller.principal = std::move(*principal);
  return {};
}

Result<Reply> Api::run(Asked& asked) {
  const Request& request = asked.request;
  Caller& caller = asked.caller;
  auto match = router_.match(request.method, request.path);
  if (match) {
    asked.route = match->route;
    request.notes.route = number_of(*match->route);
  }
  // Strangers are not told which routes there are.
  if (auto may = admit(request, asked.route, caller); !may) return std::unexpected(may.error());
  if (!match) return std::unexpected(match.error());
  const auto& route = *match->route;
  if (route.action) {
    const auto instance = instance_of(*route.action, match->path);
    const auto may =
        authorize(caller.principal, *route.action, nullptr, instance ? &*instance : nullptr);
    if (!may) return std::unexpected(may.error());
  }
  auto query = Query::parse(request.query, route.query);
  if (!query) return std::unexpected(query.error());
  auto body = read_body(route, request);
  if (!body) return std::unexpected(body.error());
  Call call{request, route, caller, std::move(match->path), std::move(*query), std::move(*body)};
  return handle(call);
}

Result<Reply> Api::handle(Call& call) {
  const bool keyed = call.request.method == Method::Post && call.route.repeat == Repeat::Stored &&
                     !call.request.header("Idempotency-Key").empty();
  return keyed ? handle_once(call) : call.route.handle(services_, call);
}

Result<Reply> Api::handle_once(Call& call) {
  const auto ticket = Idempotency::ticket(call.caller.principal.subject, call.request);
  if (!ticket) return std::unexpected(ticket.error());
  auto known = idempotency_.begin(*ticket);
  if (!known) return std::unexpected(known.error());
  if (*known) return std::move(**known);
  Response answer;
  answer.status = 500;  // what stays if a library throws: not stored, and the key is free again
  const std::unique_ptr<const Response, std::function<void(const Response*)>> at_the_end(
      &answer, [&](const Response* final) { idempotency_.finish(*ticket, *final); });
  auto reply = call.route.handle(services_, call);
  if (auto* later = reply ? std::get_if<Later>(&*reply) : nullptr) reply = wait_for(*later);
  if (!reply) reply = problem_of(reply.error(), call.request, call.caller, &call.route);
  answer = std::get<Response>(*reply);
  return reply;
}

Response Api::problem_of(const Error& error, const Request& request, const Caller& caller,
                         const Route* route) {
  auto response = refusals_.problem_of(error, caller, {action_name(route), request.path});
  if (error.code == ErrorCode::MethodNotAllowed) {
    response.headers.push_back({"Allow", router_.methods(request.path)});
  }
  return response;
}

Reply Api::finished(const Request& request, Reply reply, const Trace& trace) const {
  const bool head = request.method == Method::Head;
  if (head && !std::holds_alternative<Response>(reply)) {
    Response headers_only;
    headers_only.content_type = "text/event-stream";
    reply = std::move(headers_only);
  }
  if (auto* response = std::get_if<Response>(&reply)) {
    if (is_read(request.method)) apply_conditions(request, *response);
    response->headers.push_back({"traceparent", trace.header()});
  }
  if (auto* stream = std::get_if<StreamStart>(&reply)) {
    stream->headers.push_back({"traceparent", trace.header()});
  }
  return reply;
}

Response Api::refuse(int status, std::string_view why, const Request* request) {
  const auto trace = request != nullptr ? trace_of(*request).id() : std::string();
  auto response = transport_problem(status, why, request != nullptr ? request->path : "/", trace);
  access_.refused(request, status, response);
  return response;
}

}  // namespace hotswap::api
