#include "api/resources/stream_messages.hpp"

#include "api/problem.hpp"
#include "api/resources/heartbeat.hpp"
#include "api/resources/words.hpp"
#include "api/server/websocket.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/ports/trace_scope.hpp"

namespace hotswap::api {
namespace {

constexpr std::string_view kPattern = "/api/v1/instances/{id}/stream";

std::shared_ptr<const std::string> event(std::string_view name, std::string_view data) {
  return std::make_shared<const std::string>(sse_frame(name, 0, data));
}

/// The problem, and when to try again, which a response says in a header.
std::shared_ptr<const std::string> problem_event(const Response& response) {
  std::string data(*response.body);
  for (const auto& header : response.headers) {
    if (header.name != "Retry-After") continue;
    data.pop_back();
    data += ",\"retryAfter\":" + header.value + '}';
  }
  return event("problem", data);
}

/// Who is not known any more has nothing to say here.
std::uint16_t close_code_of(int status) {
  return status == 401 || status == 404 ? ws::close_code::kPolicy : std::uint16_t{0};
}

MessageAnswer answer_with(const Response& response) {
  return {problem_event(response), close_code_of(response.status)};
}

}  // namespace

/// One stream's client. Messages come one at a time, so nothing here is guarded. There are as many
/// as streams: what can be shared or made anew is not kept.
class StreamMessages::Session final : public MessageTaker {
 public:
  Session(StreamMessages& messages, std::shared_ptr<const Pass> shown, const Caller& opener)
      : caller(opener), trace(opener.trace.trace), span(opener.trace.span), messages_(messages) {
    go_on_as(std::move(shown));
  }

  MessageAnswer on_message(std::string_view text) override { return messages_.take(*this, text); }
  MessageAnswer on_refused(int status, std::string_view why) override {
    messages_.count(false, status);
    return answer_with(transport_problem(status, why, path(), trace.hex()));
  }

  [[nodiscard]] const InstanceId& instance() const { return *pass->principal->instance; }
  [[nodiscard]] std::string path() const {
    return "/api/v1/instances/" + instance().str() + "/stream";
  }
  [[nodiscard]] tracing::Context opened() const { return {trace, span, false, {}}; }
  void go_on_as(std::shared_ptr<const Pass> with) {
    if (pass == with) return;
    pass = std::move(with);
    caller.principal = *pass->principal;
  }

  std::shared_ptr<const Pass> pass;  ///< of an instance
  Caller caller;                     ///< the same in the words of use cases
  const tracing::TraceId trace;      ///< of the request that opened the stream
  const tracing::SpanId span;

 private:
  StreamMessages& messages_;
};

struct StreamMessages::Taken {
  MessageAnswer answer;
  bool acknowledges = false;
};

std::shared_ptr<MessageTaker> StreamMessages::taker(const Call& call) {
  auto pass = services_.tokens.admit(bearer_token(call.request));
  if (!pass || !(*pass)->principal->instance) return nullptr;
  return std::make_shared<Session>(*this, std::move(*pass), call.caller);
}

MessageAnswer StreamMessages::take(Session& session, std::string_view text) {
  const auto start = services_.tracer == nullptr ? tracing::Instant{} : services_.tracer->now();
  auto& caller = session.caller;
  const auto body = read(session, text);
  const auto trace = trace_of_message(
      session.opened(), body ? traceparent_of(*body) : std::string_view(), services_.tracer);
  caller.trace_id = trace.id();
  caller.trace = trace.own;
  const LogScope scope(
      [&caller](LogFields& fields) { fields.push_back({"traceId", caller.trace_id}); });
  const TraceScope trace_scope(services_.tracer, trace.own);
  auto taken = body ? hear(session, *body) : std::unexpected(body.error());
  const int status = taken ? 200 : status_of(taken.error().code);
  count(taken && taken->acknowledges, status);
  tell(session, trace, start, status);
  return taken ? std::move(taken->answer) : refused(session, taken.error());
}

// Who may not speak costs no look at what is said.
Result<json::Value> StreamMessages::read(Session& session, std::string_view text) {
  if (auto may = admit(session); !may) return std::unexpected(std::move(may.error()));
  return json::parse(text);
}

Result<void> StreamMessages::admit(Session& session) {
  auto pass = services_.tokens.admit_again(session.pass);
  if (!pass) return std::unexpected(gate_.refuse(session.caller.address, std::move(pass.error())));
  session.go_on_as(std::move(*pass));
  return gate_.admit(session.caller.principal, session.caller.address);
}

Result<StreamMessages::Taken> StreamMessages::hear(Session& session, const json::Value& body) {
  const auto& caller = session.caller;
  auto said = read_heartbeat_message(body, services_.clock.wall());
  if (!said) return std::unexpected(std::move(said.error()));
  const auto reply =
      take_heartbeat(services_, caller, session.instance(), std::move(said->heartbeat));
  if (!reply) return std::unexpected(reply.error());
  if (said->acknowledges) return Taken{{}, true};
  const auto answer = answer_of(services_, caller.principal, *reply);
  if (!answer.token.empty()) go_on_with(session, answer.token);
  return Taken{{event("heartbeat", json::write(answer.body))}, false};
}

/// Just minted: it is good, unless the instance was revoked within this moment. Then the old one is
/// refused at the next message.
void StreamMessages::go_on_with(Session& session, const std::string& token) {
  if (auto pass = services_.tokens.admit(token)) session.go_on_as(std::move(*pass));
}

MessageAnswer StreamMessages::refused(const Session& session, const Error& error) {
  return answer_with(refusals_.problem_of(
      error, session.caller, {std::string(to_string(Action::InstanceReport)), session.path()}));
}

void StreamMessages::count(bool acknowledges, int status) {
  if (services_.metrics == nullptr) return;
  auto& known = taken_[acknowledges ? 1 : 0];
  if (status == 200)
    if (auto* counter = known.load(std::memory_order_acquire)) return counter->add();
  auto& counter = services_.metrics->counter(
      "hotswap_stream_messages_total", "Messages that instances sent on their streams",
      {{"kind", acknowledges ? "acknowledgement" : "heartbeat"},
       {"status", std::to_string(status)}});
  counter.add();
  if (status == 200) known.store(&counter, std::memory_order_release);
}

void StreamMessages::tell(const Session& session, const Trace& trace, tracing::Instant start,
                          int status) const {
  if (services_.tracer == nullptr || (!trace.own.sampled && status < 500)) return;
  auto span = message_span(trace, {kPattern, session.path(), session.caller.address, status});
  span.start = start;
  span.end = services_.tracer->now();
  services_.tracer->finished(std::move(span));
}

}  // namespace hotswap::api
