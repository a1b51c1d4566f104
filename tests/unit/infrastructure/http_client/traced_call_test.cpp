// In every test the client is declared behind the server, so that its kept connections close first
// and the server's script can end.
#include <gtest/gtest.h>

#include <mutex>

#include "infrastructure/http_client/http_client.hpp"
#include "testing/trace_of_tests.hpp"
#include "unit/infrastructure/http_client/scripted_server.hpp"

namespace hotswap {
namespace {

using testing::attribute;
using testing::TraceOfTests;

/// Answers every request alike and keeps what it was sent.
class Hearing {
 public:
  explicit Hearing(std::string status = "200 OK") : status_(std::move(status)) {}
  [[nodiscard]] std::string url(const std::string& path = "/") const { return server_.url(path); }
  /// The last request's header; empty if there was none.
  [[nodiscard]] std::string header(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto at = heard_.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto start = at + name.size() + 4;
    return heard_.substr(start, heard_.find("\r\n", start) - start);
  }

 private:
  const std::string status_;
  std::mutex mutex_;
  std::string heard_;
  ScriptedServer server_{[this](ScriptedServer::Peer& peer, int) {
    for (auto request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      {
        const std::lock_guard lock(mutex_);
        heard_ = std::move(request);
      }
      peer.send("HTTP/1.1 " + status_ + "\r\nContent-Length: 2\r\n\r\nhi");
    }
  }};
};

struct TracedCalls : ::testing::Test {
  TraceOfTests trace;
  Hearing server;
  HttpClient client;
};

TEST_F(TracedCalls, a_call_is_a_span_below_what_the_thread_works_for) {
  {
    const TraceScope scope(&trace.tracer, trace.context);
    ASSERT_TRUE(client.request({.method = "PUT", .url = server.url("/a/token"), .body = "x"}));
  }
  EXPECT_EQ(server.header("traceparent"), trace.of_the_call("PUT"));
  EXPECT_EQ(server.header("tracestate"), "vendor=1");
  const auto span = trace.tracer.spans().at(0);
  EXPECT_EQ(attribute(span, "http.request.method"), "PUT");
  EXPECT_EQ(attribute(span, "http.response.status_code"), "200");
  EXPECT_FALSE(attribute(span, "url.full").contains("token"));
  EXPECT_TRUE(server.url().starts_with(attribute(span, "url.full").substr(0, 17)));
  EXPECT_FALSE(span.failed);
  EXPECT_LE(span.start, span.end);
}

TEST_F(TracedCalls, what_fails_is_told_of_without_the_address) {
  Hearing broken("500 Oh");
  HttpClient calls_broken;
  const TraceScope scope(&trace.tracer, trace.context);
  ASSERT_TRUE(calls_broken.request({.url = broken.url()}));
  ASSERT_FALSE(client.request({.url = "http://127.0.0.1:1/hunter2"}));
  const auto spans = trace.tracer.spans();
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_TRUE(spans[0].failed);
  EXPECT_EQ(attribute(spans[0], "http.response.status_code"), "500");
  EXPECT_TRUE(spans[1].failed);
  EXPECT_EQ(attribute(spans[1], "error.type"), "http.unreachable");
  for (const auto& each : spans[1].attributes)
    EXPECT_FALSE(attribute(spans[1], each.key).contains("hunter2")) << each.key;
}

TEST_F(TracedCalls, in_a_trace_that_is_not_recorded_the_context_is_passed_on_as_it_is) {
  TraceOfTests quiet(false);
  const TraceScope scope(&quiet.tracer, quiet.context);
  ASSERT_TRUE(client.request({.url = server.url()}));
  EXPECT_EQ(server.header("traceparent"),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
  EXPECT_TRUE(quiet.tracer.spans().empty());
}

TEST_F(TracedCalls, without_a_tracer_or_outside_of_a_trace_nothing_is_sent) {
  ASSERT_TRUE(client.request({.url = server.url()}));
  EXPECT_EQ(server.header("traceparent"), "");
  const TraceScope off(nullptr, trace.context);
  ASSERT_TRUE(client.request({.url = server.url()}));
  EXPECT_EQ(server.header("traceparent"), "");
  const TraceScope none(&trace.tracer, {});
  ASSERT_TRUE(client.request({.url = server.url()}));
  EXPECT_EQ(server.header("traceparent"), "");
  EXPECT_TRUE(trace.tracer.spans().empty());
}

TEST_F(TracedCalls, a_request_that_names_its_trace_keeps_it) {
  const TraceScope scope(&trace.tracer, trace.context);
  ASSERT_TRUE(client.request({.url = server.url(), .headers = {{"traceparent", "its own"}}}));
  EXPECT_EQ(server.header("traceparent"), "its own");
  EXPECT_TRUE(trace.tracer.spans().empty());
}

TEST_F(TracedCalls, scopes_nest_and_belong_to_their_thread) {
  TraceOfTests inner(false);
  inner.context.span = *tracing::span_id_from_hex("1111111111111111");
  const TraceScope scope(&trace.tracer, trace.context);
  {
    const TraceScope within(&inner.tracer, inner.context);
    ASSERT_NE(TraceScope::current(), nullptr);
    EXPECT_EQ(TraceScope::current()->context.span, inner.context.span);
    const TraceScope nothing(nullptr, trace.context);
    EXPECT_EQ(TraceScope::current()->context.span, inner.context.span) << "it changes nothing";
    std::thread([] { EXPECT_EQ(TraceScope::current(), nullptr); }).join();
  }
  EXPECT_EQ(TraceScope::current()->context.span, trace.context.span);
}

}  // namespace
}  // namespace hotswap
