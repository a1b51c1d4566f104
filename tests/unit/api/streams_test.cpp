#include "api/streams/stream_hub.hpp"
#include "domain/base/sha256.hpp"
#include "testing/memory_content_cache.hpp"
#include "testing/memory_metrics.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

const ProfileName kProfile("pay.production");

struct Streams : ::testing::Test {
  World world;
  World::Member member;

  void SetUp() override {
    world.make_profile();
    world.upload("1.0.0", R"({"b":2,"a":1.0})");
    world.upload("2.0.0", R"({"b":3})");
    member = world.join("one");
  }

  Assignment::Slot slot(const std::string& number, std::uint64_t generation) {
    const auto version = world.versions.get(kProfile, *SemVer::parse(number));
    return {(*version)->number, (*version)->hash, generation};
  }
  Assignment active(const std::string& number, std::uint64_t generation) {
    return {InstanceId(member.id), kProfile, slot(number, generation), {}};
  }
  Assignment nothing() { return {InstanceId(member.id), kProfile, {}, {}}; }

  std::shared_ptr<RecordingStream> open(std::vector<Assignment> desired) {
    auto stream = std::make_shared<RecordingStream>();
    world.streams.open(InstanceId(member.id), stream, [desired] { return desired; });
    return stream;
  }
};

TEST_F(Streams, BeginWithEverythingDesiredAsCanonicalBytes) {
  const auto stream = open({active("1.0.0", 7)});
  ASSERT_EQ(stream->frames.size(), 1u);
  const std::string data = R"({"a":1,"b":2})";
  EXPECT_EQ(stream->frames[0],
            "event: config\nid: 7\ndata: {\"profile\":\"pay.production\",\"version\":\"1.0.0\","
            "\"generation\":7,\"hash\":\"" +
                sha256_hex(data) + "\",\"data\":" + data + "}\n\n");
  EXPECT_EQ(stream->keys[0], "pay.production");
}

TEST_F(Streams, CarryTheFourKindsOfChange) {
  const auto stream = open({});
  auto staged = active("1.0.0", 1);
  world.streams.assigned({staged}, AssignMode::Deliver, {});
  staged.staged = slot("2.0.0", 2);
  world.streams.assigned({staged}, AssignMode::Stage, {});
  world.streams.assigned({active("2.0.0", 3)}, AssignMode::Activate, {});
  world.streams.assigned({nothing()}, AssignMode::Activate, {});
  ASSERT_EQ(stream->frames.size(), 4u);
  EXPECT_TRUE(stream->frames[0].starts_with("event: config\nid: 1\n"));
  EXPECT_TRUE(stream->frames[1].starts_with("event: stage\nid: 2\n"));
  EXPECT_TRUE(stream->frames[2].starts_with("event: activate\nid: 3\n"));
  EXPECT_FALSE(stream->frames[2].contains("\"data\""));
  EXPECT_TRUE(stream->frames[3].contains(R"({"profile":"pay.production","generation":3})"));
  EXPECT_NE(stream->keys[1], stream->keys[0]);
}

TEST_F(Streams, ReadFromTheStoreOnlyWhatOtherNodesHaveNot) {
  hotswap::testing::MemoryContentCache contents;
  hotswap::testing::MemoryMetrics metrics;
  const auto reads = [&](const char* from) {
    return metrics.value("hotswap_content_reads_total", {{"from", from}});
  };
  // Two nodes of their own memory over one cache.
  FrameCache first(world.versions);
  FrameCache second(world.versions);
  first.share(contents, metrics);
  second.share(contents, metrics);
  const auto one = slot("1.0.0", 1);
  const auto told = first.frame(FrameKind::Config, kProfile, one);
  ASSERT_TRUE(told);
  EXPECT_EQ(reads("store"), 1);
  EXPECT_EQ(**second.frame(FrameKind::Config, kProfile, one), **told);
  EXPECT_EQ(reads("redis"), 1);
  contents.poison("{}");
  FrameCache third(world.versions);
  third.share(contents, metrics);
  EXPECT_EQ(**third.frame(FrameKind::Config, kProfile, one), **told);
  EXPECT_EQ(reads("store"), 2) << "what has another hash is not believed";
}

TEST_F(Streams, GiveNoSecretsToTheSharedCache) {
  hotswap::testing::MemoryContentCache contents;
  hotswap::testing::MemoryMetrics metrics;
  world.upload("3.0.0", R"({"key":{"type":"secret","value":"s3cr3t"}})");
  FrameCache frames(world.versions);
  frames.share(contents, metrics);
  EXPECT_TRUE(frames.frame(FrameKind::Config, kProfile, slot("3.0.0", 1)));
  EXPECT_EQ(contents.size(), 0u);
}

TEST_F(Streams, LargeContentsGoAtTheirPaceAndSmallFramesPass) {
  world.upload("3.0.0", R"({"text":")" + std::string(100'000, 'x') + R"("})");
  world.streams.set_pace({{100'000}, {}}, 0);
  const auto first = open({});
  const auto other = world.join("two");
  const auto second = std::make_shared<RecordingStream>();
  world.streams.open(InstanceId(other.id), second, [] { return std::vector<Assignment>(); });
  auto for_second = active("3.0.0", 5);
  for_second.instance = InstanceId(other.id);
  world.streams.assigned({active("3.0.0", 5), for_second}, AssignMode::Deliver, {});
  EXPECT_EQ(world.streams.flow().waiting, 2u);
  world.streams.run_due();
  EXPECT_EQ(first->frames.size() + second->frames.size(), 1u);
  world.streams.assigned({active("1.0.0", 6)}, AssignMode::Deliver, {});
  EXPECT_TRUE(first->frames.back().starts_with("event: config\nid: 6\n")) << "small: at once";
  world.clock.advance(std::chrono::seconds(1));
  world.streams.run_due();
  EXPECT_EQ(first->frames.size() + second->frames.size(), 3u);
  EXPECT_EQ(world.streams.flow().waiting, 0u);
  EXPECT_GE(world.streams.flow().sent, 200'000u);
}

TEST_F(Streams, WhatANewerChangeHasOvertakenIsNotSent) {
  world.upload("3.0.0", R"({"text":")" + std::string(100'000, 'x') + R"("})");
  world.streams.set_pace({{100'000}, {}}, 0);
  const auto stream = open({});
  world.streams.assigned({active("3.0.0", 5)}, AssignMode::Deliver, {});
  world.streams.assigned({active("1.0.0", 6)}, AssignMode::Activate, {});  // a rollback
  world.streams.run_due();
  ASSERT_EQ(stream->frames.size(), 1u);
  EXPECT_TRUE(stream->frames[0].starts_with("event: activate\nid: 6\n"));
  EXPECT_EQ(world.streams.flow().waiting, 0u);
}

TEST_F(Streams, ContentsWaitWhileThoseBeingSentTakeTooMuchMemory) {
  world.upload("3.0.0", R"({"text":")" + std::string(100'000, 'x') + R"("})");
  const auto held = world.streams.frames().frame(FrameKind::Config, kProfile, slot("3.0.0", 1));
  ASSERT_TRUE(held);
  const auto used = world.streams.frames().alive();
  EXPECT_GE(used, 100'000u);
  world.streams.set_pace({}, used - 1);
  const auto stream = open({});
  world.streams.assigned({active("3.0.0", 5)}, AssignMode::Deliver, {});
  world.streams.run_due();
  EXPECT_TRUE(stream->frames.empty());
  EXPECT_EQ(world.streams.flow().held_up, 1u);
  world.streams.set_pace({}, 10 * used);
  world.clock.advance(std::chrono::seconds(1));
  world.streams.run_due();
  EXPECT_EQ(stream->frames.size(), 1u);
}

TEST_F(Streams, NeverSendAnOlderGenerationAfterANewerOne) {
  const auto stream = open({active("2.0.0", 9)});
  world.streams.assigned({active("1.0.0", 8)}, AssignMode::Deliver, {});
  world.streams.assigned({active("2.0.0", 9)}, AssignMode::Deliver, {});
  EXPECT_EQ(stream->frames.size(), 1u);
}

TEST_F(Streams, LoseNoChangeThatHappensWhileTheyOpen) {
  auto stream = std::make_shared<RecordingStream>();
  int reads = 0;
  world.streams.open(InstanceId(member.id), stream, [&]() -> Result<std::vector<Assignment>> {
    if (++reads > 1) return std::vector{active("2.0.0", 2)};
    // The change comes after this look and before the frames are sent.
    world.streams.assigned({active("2.0.0", 2)}, AssignMode::Activate, {});
    return std::vector{active("1.0.0", 1)};
  });
  ASSERT_EQ(stream->frames.size(), 2u);
  EXPECT_TRUE(stream->frames[1].starts_with("event: config\nid: 2\n"));
}

TEST_F(Streams, OfOneInstanceReplaceEachOther) {
  const auto first = open({});
  const auto second = open({});
  EXPECT_FALSE(first->is_open());
  world.streams.closed(InstanceId(member.id), first);
  world.streams.assigned({active("1.0.0", 1)}, AssignMode::Deliver, {});
  EXPECT_EQ(second->frames.size(), 1u);
  EXPECT_EQ(world.streams.connected(), 1u);
  world.streams.closed(InstanceId(member.id), second);
  EXPECT_EQ(world.streams.connected(), 0u);
}

TEST_F(Streams, AreSpreadOverTheGivenTime) {
  std::vector<Assignment> all;
  std::vector<std::shared_ptr<RecordingStream>> opened;
  for (int i = 0; i < 4; ++i) {
    member.id = "i-" + std::to_string(i);
    opened.push_back(open({}));
    all.push_back(active("1.0.0", 1));
  }
  const auto sent = [&] {
    return std::ranges::count_if(opened, [](const auto& each) { return !each->frames.empty(); });
  };
  world.streams.assigned(all, AssignMode::Deliver, std::chrono::milliseconds(400));
  EXPECT_EQ(sent(), 1);
  world.clock.advance(std::chrono::milliseconds(200));
  world.streams.run_due();
  EXPECT_EQ(sent(), 3);
  world.clock.advance(std::chrono::milliseconds(200));
  world.streams.run_due();
  EXPECT_EQ(sent(), 4);
}

/// Wakes who waits for the first frame.
class AwaitedStream : public EventStream {
 public:
  bool push(std::string, std::shared_ptr<const std::string>) override {
    const std::lock_guard lock(mutex_);
    arrived_ = true;
    changed_.notify_all();
    return true;
  }
  void close(std::string) override {}
  [[nodiscard]] bool is_open() const override { return true; }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return arrived_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool arrived_ = false;
};

TEST_F(Streams, SliceThreadSendsWhatIsDueAndStops) {
  std::vector<Assignment> both;
  std::vector<std::shared_ptr<AwaitedStream>> opened;
  for (const auto* id : {"a", "b"}) {
    member.id = id;
    opened.push_back(std::make_shared<AwaitedStream>());
    world.streams.open(InstanceId(id), opened.back(), [] { return std::vector<Assignment>{}; });
    both.push_back(active("1.0.0", 1));
  }
  world.streams.start();
  world.streams.assigned(both, AssignMode::Deliver, std::chrono::milliseconds(100));
  world.clock.advance(std::chrono::milliseconds(100));
  for (const auto& stream : opened) stream->wait();
  world.streams.stop();
}

TEST_F(Streams, FeedThreadIsWokenByACommit) {
  world.feeds.start();
  const auto stream = std::make_shared<AwaitedStream>();
  const auto id = world.feeds.new_id();
  Principal viewer;
  viewer.roles = {Role::Viewer};
  world.feeds.open(id, {viewer, {}, {}}, stream);
  world.upload("3.0.0", R"({"c":1})");
  stream->wait();
  world.feeds.close(id);
  EXPECT_EQ(world.feeds.followers(), 0u);
  world.feeds.stop();
}

TEST_F(Streams, CloseWhenTheInstanceLeaves) {
  const auto stream = open({});
  EXPECT_EQ(world.ask(Role::Operator, Method::Delete, "/api/v1/instances/" + member.id).status,
            204);
  EXPECT_FALSE(stream->is_open());
}

TEST_F(Streams, AreOfferedToTheirInstance) {
  auto request =
      world.request(Method::Get, "/api/v1/instances/" + member.id + "/stream", member.token);
  auto reply = world.api.answer(request);
  auto* start = std::get_if<StreamStart>(&reply);
  ASSERT_NE(start, nullptr);
  const auto stream = std::make_shared<RecordingStream>();
  start->on_open(stream);
  EXPECT_EQ(world.streams.connected(), 1u);
  start->on_close();
  EXPECT_EQ(world.streams.connected(), 0u);
}

TEST_F(Streams, PollsAnswerAtOnceUnlessNothingIsNew) {
  const auto target = "/api/v1/instances/" + member.id + "/configs?wait=PT30S";
  auto request = world.request(Method::Get, target, member.token);
  const auto first = world.ask(request);
  ASSERT_EQ(first.status, 200);
  request.headers.push_back({"If-None-Match", first.header("ETag")});
  auto reply = world.api.answer(request);
  auto* poll = std::get_if<LongPoll>(&reply);
  ASSERT_NE(poll, nullptr);
  EXPECT_EQ(poll->timeout, std::chrono::seconds(30));
  EXPECT_EQ(poll->on_timeout().status, 304);
  const auto pending = std::make_shared<RecordingReply>();
  poll->on_open(pending);
  EXPECT_FALSE(pending->answer);
  ChangeSet changes;
  changes.push_back(change::PutAssignments{{active("1.0.0", 1)}});
  ASSERT_TRUE(world.committer.commit(std::move(changes)));
  world.streams.assigned({active("1.0.0", 1)}, AssignMode::Deliver, {});
  ASSERT_TRUE(pending->answer);
  EXPECT_TRUE(pending->answer->body->contains(R"("data":{"a":1,"b":2})"));
  poll->on_close();
}

TEST_F(Streams, RegistrationGivesTheSameStateAndKeepsTheId) {
  auto again = world.request(Method::Post, "/api/v1/instances", world.token(Role::Operator),
                             R"({"serviceName":"pay","environment":"Production"})");
  again.headers.push_back({"Idempotency-Key", "k-1"});
  const auto first = world.ask(again);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(first.text("heartbeatInterval"), "PT30S");
  const auto second = world.ask(again);
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.text("id"), first.text("id"));
  ASSERT_TRUE(world.tokens.verify(second.text("token")));
}

struct Feeds : Streams {
  std::shared_ptr<RecordingStream> follow(const std::string& target, const std::string& after = "",
                                          Role role = Role::Viewer) {
    auto request = world.request(Method::Get, target, world.token(role));
    if (!after.empty()) request.headers.push_back({"Last-Event-ID", after});
    auto reply = world.api.answer(request);
    auto* start = std::get_if<StreamStart>(&reply);
    EXPECT_NE(start, nullptr);
    auto stream = std::make_shared<RecordingStream>();
    if (start) start->on_open(stream);
    return stream;
  }
};

TEST_F(Feeds, BeginNowOrWhereTheyAreResumedWithoutGapOrRepetition) {
  const auto now = follow("/api/v1/events");
  const auto all = follow("/api/v1/events", "0");
  const auto before = all->frames.size();
  EXPECT_GE(before, 3u);
  EXPECT_TRUE(now->frames.empty());
  world.upload("3.0.0", R"({"c":1})");
  world.feeds.pump();
  world.feeds.pump();
  ASSERT_EQ(now->frames.size(), 1u);
  EXPECT_TRUE(now->frames[0].contains("version.uploaded"));
  EXPECT_EQ(all->frames.size(), before + 1);
  const auto id = now->frames[0].substr(4, now->frames[0].find('\n') - 4);
  EXPECT_TRUE(follow("/api/v1/events", id)->frames.empty());
  EXPECT_EQ(world
                .ask([&] {
                  auto bad =
                      world.request(Method::Get, "/api/v1/events", world.token(Role::Viewer));
                  bad.headers.push_back({"Last-Event-ID", "x"});
                  return bad;
                }())
                .text("reason"),
            "events.last_id");
}

TEST_F(Feeds, ShowNobodyWhatTheyMayNotRead) {
  const auto viewer = follow("/api/v1/events");
  const auto admin = follow("/api/v1/events", "", Role::Admin);
  world.make_profile("closed.production", R"(,"access":{"viewers":["team:board"]})");
  world.feeds.pump();
  EXPECT_TRUE(viewer->frames.empty());
  EXPECT_EQ(admin->frames.size(), 1u);
}

TEST_F(Feeds, OfADeploymentEndWithIt) {
  const auto id =
      world
          .post("/api/v1/deployments", R"({"configName":"pay.production","configVersion":"1.0.0"})")
          .text("id");
  const auto target = "/api/v1/deployments/" + id + "/events";
  const auto stream = follow(target);
  world.runner.run_due();
  world.acknowledge(member);
  world.runner.run_due();
  EXPECT_TRUE(stream->is_open());
  world.feeds.pump();
  EXPECT_FALSE(stream->is_open());
  EXPECT_EQ(stream->last, "event: end\ndata: {}\n\n");
  EXPECT_TRUE(stream->frames.back().contains("deployment.succeeded")) << stream->frames.back();
  const auto late = follow(target);
  EXPECT_EQ(late->frames, stream->frames);
  EXPECT_FALSE(late->is_open());
  auto pages = world.request(Method::Get, target, world.token(Role::Viewer));
  pages.headers.push_back({"Accept", "application/json"});
  EXPECT_EQ(world.ask(pages).body.find("items")->as_array()->size(), late->frames.size());
}

}  // namespace
}  // namespace hotswap::api::testing
