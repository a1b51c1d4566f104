// What an instance says on its stream: heartbeats, each through the checks of a POST.
#include "testing/memory_tracer.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

using namespace std::chrono_literals;

/// An event's name and data.
struct Event {
  std::string name;
  json::Value data;
  [[nodiscard]] std::string text(std::string_view member) const {
    const auto* found = data.find(member);
    const auto* string = found != nullptr ? found->as_string() : nullptr;
    return string != nullptr ? std::string(*string) : "";
  }
  [[nodiscard]] std::int64_t number(std::string_view member) const {
    const auto* found = data.find(member);
    return found != nullptr ? found->as_int().value_or(-1) : -1;
  }
};

Event event_of(const MessageAnswer& answer) {
  if (!answer.frame) return {};
  const std::string& frame = *answer.frame;
  const auto middle = frame.find("\ndata: ");
  EXPECT_TRUE(frame.starts_with("event: ") && frame.ends_with("}\n\n") &&
              std::ranges::count(frame, '\n') == 3)
      << frame;
  return {frame.substr(7, middle - 7), json::parse(frame.substr(middle + 7)).value_or(nullptr)};
}

Request stream_request(World& world, const World::Member& member) {
  auto request =
      world.request(Method::Get, "/api/v1/instances/" + member.id + "/stream", member.token);
  request.headers.push_back({"Upgrade", "websocket"});
  request.headers.push_back({"Connection", "Upgrade"});
  return request;
}

StreamStart open_stream(World& world, const World::Member& member) {
  auto reply = world.api.answer(stream_request(world, member));
  return std::get<StreamStart>(std::move(reply));
}

double counted(World& world, const std::string& kind, int status) {
  return world.metrics.value("hotswap_stream_messages_total",
                             {{"kind", kind}, {"status", std::to_string(status)}});
}

struct Messages : ::testing::Test {
  World world;
  World::Member member;
  StreamStart stream;

  void SetUp() override {
    world.make_profile();
    world.upload("1.0.0", R"({"a":1})");
    member = world.join("pay-1");
    stream = open_stream(world, member);
    ASSERT_TRUE(stream.messages);
  }
  MessageAnswer say(std::string_view text) const { return stream.messages->on_message(text); }
  /// Instance id and version of a deployment that waits for its word.
  std::string told() {
    const auto started = world.post("/api/v1/deployments",
                                    R"({"configName":"pay.production","configVersion":"1.0.0"})");
    EXPECT_EQ(started.status, 202);
    world.runner.run_due();
    const auto view = world.get("/api/v1/instances/" + member.id);
    auto desired = *view.body.find("configs")->as_array()->begin()->find("desired")->as_object();
    desired.set("state", "applied");
    return json::write(json::Object{{"pay.production", std::move(desired)}});
  }
};

TEST_F(Messages, AreTakenOnlyIfAWebSocketIsAskedFor) {
  auto plain = world.api.answer(
      world.request(Method::Get, "/api/v1/instances/" + member.id + "/stream", member.token));
  EXPECT_FALSE(std::get<StreamStart>(plain).messages);
}

TEST_F(Messages, AnAcknowledgementIsTakenWithoutAWord) {
  const auto observed = told();
  const auto answer = say(R"({"observed":)" + observed + "}");
  EXPECT_EQ(answer.frame, nullptr);
  EXPECT_EQ(answer.close, 0);
  const auto view = world.get("/api/v1/instances/" + member.id);
  EXPECT_TRUE(view.response.body->contains(R"("state":"applied")")) << *view.response.body;
  EXPECT_EQ(counted(world, "acknowledgement", 200), 1);
}

TEST_F(Messages, ATraceparentLeavesItAnAcknowledgement) {
  const auto observed = told();
  EXPECT_EQ(say(R"({"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",)"
                R"("observed":)" +
                observed + "}")
                .frame,
            nullptr);
}

TEST_F(Messages, AnythingElseIsAnsweredAsThePostIs) {
  const auto observed = told();
  for (const auto& body : {std::string("{}"), std::string(R"({"status":"healthy"})"),
                           R"({"status":"healthy","sequence":4,"observed":)" + observed + "}"}) {
    const auto event = event_of(say(body));
    EXPECT_EQ(event.name, "heartbeat");
    EXPECT_EQ(event.text("heartbeatInterval"), "PT30S");
    EXPECT_NE(event.data.find("changed"), nullptr);
    EXPECT_EQ(event.data.find("token"), nullptr);
  }
  EXPECT_EQ(counted(world, "heartbeat", 200), 3);
  const auto post = world.ask(world.request(
      Method::Post, "/api/v1/instances/" + member.id + "/heartbeat", member.token, "{}"));
  EXPECT_EQ(event_of(say("{}")).data, post.body);
}

TEST_F(Messages, WhatIsRefusedIsAnsweredWithTheProblemOfThePost) {
  for (const auto& [text, status, reason] : std::vector<std::tuple<std::string, int, std::string>>{
           {"", 400, "json.malformed"},
           {"nonsense", 400, "json.malformed"},
           {"[]", 422, "heartbeat.invalid"},
           {R"({"sequence":-1})", 422, "heartbeat.invalid"},
           {R"({"traceparent":5})", 422, "heartbeat.invalid"},
           {R"({"unheard":1})", 422, "heartbeat.invalid"}}) {
    const auto answer = say(text);
    const auto event = event_of(answer);
    EXPECT_EQ(event.name, "problem") << text;
    EXPECT_EQ(event.number("status"), status) << text;
    EXPECT_EQ(event.text("reason"), reason) << text;
    EXPECT_EQ(answer.close, 0) << "the next may be better";
    EXPECT_EQ(event.text("instance"), "/api/v1/instances/" + member.id + "/stream");
  }
  EXPECT_EQ(counted(world, "heartbeat", 422), 4);
}

TEST_F(Messages, AnAcknowledgementThatIsRefusedIsAnswered) {
  const auto event = event_of(say(R"({"observed":{"pay.production":{"state":"perhaps"}}})"));
  EXPECT_EQ(event.name, "problem");
  EXPECT_EQ(event.number("status"), 422);
}

TEST_F(Messages, ThePostTakesNoTraceparent) {
  const auto answer =
      world.ask(world.request(Method::Post, "/api/v1/instances/" + member.id + "/heartbeat",
                              member.token, R"({"traceparent":"x"})"));
  EXPECT_EQ(answer.status, 422);
}

TEST_F(Messages, OfARevokedTokenEndTheStream) {
  world.clock.advance(2s);
  ASSERT_EQ(
      world.ask(Role::Operator, Method::Delete, "/api/v1/instances/" + member.id + "/token").status,
      200);
  const auto answer = say(R"({"observed":{}})");
  EXPECT_EQ(event_of(answer).number("status"), 401);
  EXPECT_EQ(answer.close, 1008);
  const auto denials = world.get("/api/v1/audit?outcome=denied");
  EXPECT_TRUE(denials.response.body->contains("instance.report")) << *denials.response.body;
}

TEST_F(Messages, OfATokenThatHasRunOutEndTheStream) {
  world.clock.advance(62min);
  const auto answer = say("{}");
  EXPECT_EQ(event_of(answer).number("status"), 401);
  EXPECT_EQ(answer.close, 1008);
}

TEST_F(Messages, GoOnAsTheRenewedToken) {
  world.clock.advance(31min);
  EXPECT_EQ(say(R"({"observed":{}})").frame, nullptr) << "an acknowledgement renews nothing";
  const auto renewed = event_of(say("{}")).text("token");
  ASSERT_FALSE(renewed.empty());
  EXPECT_TRUE(world.tokens.verify(renewed));
  EXPECT_EQ(event_of(say("{}")).data.find("token"), nullptr);
  world.clock.advance(40min);
  EXPECT_FALSE(world.tokens.verify(member.token)) << "or this tests nothing";
  EXPECT_EQ(event_of(say("{}")).name, "heartbeat");
}

TEST_F(Messages, OfKeysThatWereTakenAwayEndTheStream) {
  EXPECT_EQ(event_of(say("{}")).name, "heartbeat");
  KeySet others;
  others.keys.push_back(*Key::secret(Algorithm::HS256, std::string(32, 'o')));
  world.tokens.replace_keys(0, std::move(others));
  EXPECT_EQ(event_of(say("{}")).number("status"), 401);
}

TEST_F(Messages, OfAnInstanceThatIsGoneEndTheStream) {
  ASSERT_EQ(world.ask(Role::Operator, Method::Delete, "/api/v1/instances/" + member.id).status,
            204);
  const auto answer = say("{}");
  EXPECT_EQ(event_of(answer).number("status"), 404);
  EXPECT_EQ(event_of(answer).text("reason"), "instance.not_found");
  EXPECT_EQ(answer.close, 1008);
}

TEST_F(Messages, ThatTheTransportRefusesHaveWordsToo) {
  const auto answer = stream.messages->on_refused(503, "The server is busy; try again.");
  const auto event = event_of(answer);
  EXPECT_EQ(event.number("status"), 503);
  EXPECT_EQ(event.text("reason"), "server.busy");
  EXPECT_EQ(event.number("retryAfter"), 2);
  EXPECT_EQ(answer.close, 0);
}

TEST(RatedMessages, AreCountedWithTheInstancesRequests) {
  GateOptions options;
  options.instance = Rate::of(1, 1s, 3);
  World world(options);
  const auto member = world.join("pay-1");
  const auto stream = open_stream(world, member);
  const auto say = [&] { return stream.messages->on_message("{}"); };
  EXPECT_EQ(event_of(say()).name, "heartbeat");
  EXPECT_EQ(event_of(say()).name, "heartbeat");
  const auto refused = say();
  EXPECT_EQ(event_of(refused).number("status"), 429);
  EXPECT_EQ(event_of(refused).text("reason"), "rate.instance");
  EXPECT_EQ(event_of(refused).number("retryAfter"), 1);
  EXPECT_EQ(refused.close, 0);
  world.clock.advance(1s);
  EXPECT_EQ(event_of(say()).name, "heartbeat");
}

TEST(TracedMessages, BelongToTheTraceThatTheyName) {
  FakeClock clock;
  hotswap::testing::MemoryTracer tracer(clock);
  World world(tracer);
  const auto member = world.join("pay-1");
  const auto stream = open_stream(world, member);
  tracer.clear();
  static_cast<void>(stream.messages->on_message("{}"));
  EXPECT_TRUE(tracer.spans().empty()) << "no trace begins with a heartbeat";
  static_cast<void>(stream.messages->on_message(
      R"({"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",)"
      R"("observed":{}})"));
  const auto spans = tracer.named("MESSAGE /api/v1/instances/{id}/stream");
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].context.trace.hex(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(spans[0].parent.hex(), "b7ad6b7169203331");
  EXPECT_EQ(hotswap::testing::attribute(spans[0], "http.response.status_code"), "200");
  EXPECT_EQ(hotswap::testing::attribute(spans[0], "client.address"), "127.0.0.1");
}

TEST_F(Messages, OfAStreamNameItsTraceInTheirProblems) {
  const auto request = stream_request(world, member);
  auto reply = world.api.answer(request);
  const auto& started = std::get<StreamStart>(reply);
  EXPECT_EQ(event_of(started.messages->on_message("nonsense")).text("traceId"),
            request.notes.trace_id);
}

}  // namespace
}  // namespace hotswap::api::testing
