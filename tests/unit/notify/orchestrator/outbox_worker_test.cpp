#include "orchestrator/outbox_worker.hpp"

#include <gtest/gtest.h>

#include "infrastructure/memory/memory_store.hpp"
#include "orchestrator/notification_service.hpp"
#include "testing/fake_clock.hpp"
#include "testing/fake_random.hpp"
#include "testing/flaky_store.hpp"
#include "testing/memory_metrics.hpp"
#include "testing/recording_channels.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

class CountingLog : public Notifier {
 public:
  /// Several threads deliver.
  Result<void> notify(const std::string& id, const std::string& kind, const json::Value&) override {
    const std::lock_guard lock(mutex);
    told.emplace_back(id, kind);
    return {};
  }
  std::mutex mutex;
  std::vector<std::pair<std::string, std::string>> told;
};

class ScriptedHooks : public HookCaller {
 public:
  Answer call(const std::string& url, const std::string& id, const json::Value&, Duration timeout,
              const std::string& traceparent) override {
    traces.push_back(traceparent);
    calls.push_back(url + " " + id + " " + format_duration(timeout));
    return answer;
  }
  Answer answer{true, "200 OK"};
  std::vector<std::string> calls, traces;
};

Error down() { return {ErrorCode::Unavailable, "http.unreachable", "nobody listens", {}, {}}; }
Error refused() { return {ErrorCode::Invalid, "webhook.refused", "400 Bad Request", {}, {}}; }

struct Outbox : ::testing::Test {
  testing::FakeClock clock;
  testing::FakeRandom random;
  testing::MemoryMetrics metrics;
  MemoryStore memory;
  testing::FlakyStore store{memory};
  Committer committer{store};
  CountingLog log;
  testing::RecordingChannels channels;
  ScriptedHooks hooks;
  OutboxWorker worker{{store, committer, log, channels, hooks, clock, random, metrics}};

  void commit(Change change) {
    ChangeSet changes;
    changes.push_back(std::move(change));
    ASSERT_TRUE(committer.commit(std::move(changes)));
  }
  void add_channel(const std::string& name, Severity at_least = Severity::Info,
                   std::vector<std::string> profiles = {}) {
    Channel channel;
    channel.name = name;
    channel.target = "http://127.0.0.1/";
    channel.at_least = at_least;
    channel.profiles = std::move(profiles);
    commit(change::PutChannel{channel});
  }
  static Notice notice(const std::string& id, Severity severity = Severity::Critical) {
    Notice out;
    out.id = id;
    out.severity = severity;
    out.message = "rolling back";
    out.profile = "pay.production";
    out.deployment = "d1";
    return out;
  }
  void enqueue(const Notice& told) {
    commit(change::EnqueueOutbox{told.id, "notification", to_json(told), clock.wall()});
  }
  std::vector<std::string> receivers() {
    std::vector<std::string> names;
    for (const auto& [name, told] : channels.sent()) names.push_back(name + " " + told.id);
    std::ranges::sort(names);
    return names;
  }
  std::vector<OutboxItem> waiting() { return store.outbox(clock.wall() + 24h, 100).value(); }
  std::vector<OutboxItem> dead() { return store.dead_letters({}).value().items; }
};

TEST_F(Outbox, ANoticeGoesToEveryChannelThatWantsItAndToTheLog) {
  add_channel("all");
  add_channel("critical", Severity::Critical);
  add_channel("other", Severity::Info, {"shop.production"});
  enqueue(notice("n1", Severity::Warning));
  enqueue(notice("n2"));
  worker.run();
  EXPECT_EQ(receivers(), (std::vector<std::string>{"all n1", "all n2", "critical n2"}));
  EXPECT_EQ(log.told.size(), 2u);
  EXPECT_EQ(log.told[0].second, "notify.warning");
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(
      metrics.value("hotswap_notifications_total", {{"channel", "all"}, {"result", "delivered"}}),
      2);
}

TEST_F(Outbox, WithoutChannelsTheLogIsTold) {
  enqueue(notice("n1"));
  worker.run();
  EXPECT_EQ(log.told.size(), 1u);
  EXPECT_TRUE(waiting().empty());
}

TEST_F(Outbox, SchemasNoticesAreUnderstoodAsWell) {
  add_channel("all");
  commit(change::EnqueueOutbox{"s1", "notify.warning",
                               json::Object{{"message", "breaks"}, {"severity", "warning"}},
                               clock.wall()});
  worker.run();
  ASSERT_EQ(channels.sent().size(), 1u);
  EXPECT_EQ(channels.sent()[0].second.severity, Severity::Warning);
}

TEST_F(Outbox, WhatFailsIsTriedAgainEverLaterWithoutHammering) {
  add_channel("web");
  channels.fail("web", down());
  enqueue(notice("n1"));
  worker.run();
  EXPECT_EQ(channels.calls("web"), 1);
  clock.advance(3s);
  worker.run();
  EXPECT_EQ(channels.calls("web"), 1) << "not before the backoff is over";
  clock.advance(2s);
  worker.run();
  EXPECT_EQ(channels.calls("web"), 2);
  ASSERT_EQ(waiting().size(), 1u);
  EXPECT_EQ(waiting()[0].attempts, 2u);
  EXPECT_EQ(waiting()[0].error, "nobody listens");
  channels.recover("web");
  clock.advance(15s);
  worker.run();
  EXPECT_EQ(receivers(), std::vector<std::string>{"web n1"});
  EXPECT_TRUE(waiting().empty());
}

TEST_F(Outbox, AfterTheLastAttemptItIsADeadLetterOnTheTimeline) {
  add_channel("web");
  channels.fail("web", down());
  enqueue(notice("n1"));
  for (int i = 0; i < 20; ++i) {
    worker.run();
    clock.advance(16min);
  }
  EXPECT_EQ(channels.calls("web"), static_cast<int>(OutboxWorker::kAttempts));
  EXPECT_TRUE(waiting().empty());
  ASSERT_EQ(dead().size(), 1u);
  EXPECT_EQ(dead()[0].attempts, OutboxWorker::kAttempts);
  const auto events = store.events({.profile = {}, .deployment = "d1"}, 0, 10);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ((*events)[0].kind, "notification.dead");
  EXPECT_EQ((*events)[0].profile.value, "pay.production");
  EXPECT_EQ(metrics.value("hotswap_notifications_total", {{"channel", "web"}, {"result", "dead"}}),
            1);
}

TEST_F(Outbox, AReplayedDeadLetterIsDelivered) {
  add_channel("web");
  channels.fail("web", refused());
  enqueue(notice("n1"));
  for (int i = 0; i < 10; ++i) {
    worker.run();
    clock.advance(16min);
  }
  channels.recover("web");
  NotificationService service({store, committer, channels, clock, random});
  Caller admin;
  admin.principal.subject = "ann";
  admin.principal.roles = {Role::Admin};
  ASSERT_EQ(dead().size(), 1u);
  const std::string id = dead()[0].id;
  ASSERT_TRUE(service.replay(admin, id));
  EXPECT_EQ(service.replay(admin, id).error().reason, "dead_letter.not_found");
  worker.run();
  EXPECT_EQ(receivers(), std::vector<std::string>{"web n1"});
  EXPECT_TRUE(dead().empty());
}

TEST_F(Outbox, ADiscardedDeadLetterIsGone) {
  add_channel("web");
  channels.fail("web", refused());
  enqueue(notice("n1"));
  for (int i = 0; i < 10; ++i) {
    worker.run();
    clock.advance(16min);
  }
  NotificationService service({store, committer, channels, clock, random});
  Caller admin;
  admin.principal.roles = {Role::Admin};
  ASSERT_EQ(dead().size(), 1u);
  EXPECT_TRUE(service.discard(admin, dead()[0].id));
  EXPECT_TRUE(dead().empty());
  EXPECT_TRUE(waiting().empty());
}

TEST_F(Outbox, AReceiverThatIsDownIsAskedOnceForAllThatWaitsForIt) {
  add_channel("bad");
  add_channel("good");
  channels.fail("bad", down());
  for (int i = 0; i < 50; ++i) enqueue(notice("n" + std::to_string(i)));
  worker.run();
  EXPECT_EQ(channels.calls("good"), 50);
  EXPECT_LE(channels.calls("bad"), 50);
  const int asked = channels.calls("bad");
  clock.advance(5s);
  worker.run();
  EXPECT_EQ(channels.calls("bad"), asked + 1) << "all the others were put off with the first";
}

TEST_F(Outbox, ARefusalOfOneMessagePutsNoOtherOff) {
  add_channel("web");
  channels.fail("web", refused());
  enqueue(notice("n1"));
  enqueue(notice("n2"));
  worker.run();
  EXPECT_EQ(channels.calls("web"), 2);
}

TEST_F(Outbox, WhatADeletedChannelWouldHaveGottenIsDropped) {
  add_channel("web");
  channels.fail("web", down());
  enqueue(notice("n1"));
  worker.run();
  commit(change::DeleteChannel{"web"});
  clock.advance(1h);
  worker.run();
  EXPECT_TRUE(waiting().empty());
  EXPECT_TRUE(dead().empty());
}

TEST_F(Outbox, ANoticeThatIsNoneIsBuriedAtOnce) {
  commit(
      change::EnqueueOutbox{"x", "notification", json::Object{{"severity", "loud"}}, clock.wall()});
  commit(change::EnqueueOutbox{"y", "telegram", json::Object{}, clock.wall()});
  worker.run();
  EXPECT_EQ(dead().size(), 2u);
}

TEST_F(Outbox, HooksAreCalledWithTheirOwnTimeLimit) {
  commit(change::EnqueueOutbox{"d1:post", "hook",
                               json::Object{{"url", "http://ci.example/done?token=1"},
                                            {"timeout", "PT7S"},
                                            {"body", json::Object{{"deployment", "d1"}}}},
                               clock.wall()});
  hooks.answer = {false, "503 Service Unavailable"};
  worker.run();
  EXPECT_EQ(hooks.calls, std::vector<std::string>{"http://ci.example/done?token=1 d1:post PT7S"});
  hooks.answer = {true, "200 OK"};
  clock.advance(5s);
  worker.run();
  EXPECT_EQ(hooks.calls.size(), 2u);
  EXPECT_TRUE(waiting().empty());
}

TEST_F(Outbox, AnAnswerOfTheStoreThatWasLostTellsTwiceButLosesNothing) {
  add_channel("web");
  enqueue(notice("n1"));
  worker.run();
  enqueue(notice("n2"));
  store.fail_before_commit(2);  // the first one spreads the notice out
  worker.run();
  worker.run();
  EXPECT_EQ(receivers(), (std::vector<std::string>{"web n1", "web n2", "web n2"}));
  EXPECT_TRUE(waiting().empty());
}

TEST_F(Outbox, ThreadsDeliverWhatIsDueAndStop) {
  add_channel("a");
  add_channel("b");
  for (int i = 0; i < 40; ++i) enqueue(notice("n" + std::to_string(i)));
  worker.start();
  while (!waiting().empty()) std::this_thread::yield();
  worker.stop();
  EXPECT_EQ(receivers().size(), 80u);
}

TEST(OutboxBackoff, GrowsFromFiveSecondsToAQuarterOfAnHour) {
  testing::FakeRandom random;
  const Duration most[] = {5s, 15s, 45s, 135s, 405s, 15min, 15min};
  for (std::uint32_t i = 0; i < std::size(most); ++i)
    for (int n = 0; n < 50; ++n) {
      const auto pause = outbox_backoff(i + 1, random);
      EXPECT_LE(pause, most[i]);
      EXPECT_GE(pause, most[i] * 4 / 5);
    }
}

TEST_F(Outbox, ChannelsAreKeptAndTheirTargetSurvivesAReplacementThatDoesNotKnowIt) {
  NotificationService service({store, committer, channels, clock, random});
  Caller admin;
  admin.principal.subject = "ann";
  admin.principal.roles = {Role::Operator};
  const json::Value body = json::Object{
      {"name", "chat"}, {"type", "slack"}, {"target", "https://hooks.example/T/secret"}};
  ASSERT_TRUE(service.create(admin, body));
  EXPECT_EQ(service.create(admin, body).error().reason, "channel.exists");
  json::Value seen = to_json(service.list(admin)->at(0));
  seen.as_object()->set("severity", "critical");
  const auto replaced = service.replace(admin, "chat", seen);
  ASSERT_TRUE(replaced) << replaced.error().detail;
  EXPECT_EQ(replaced->target, "https://hooks.example/T/secret");
  EXPECT_EQ(replaced->at_least, Severity::Critical);
  EXPECT_EQ(service.replace(admin, "none", seen).error().reason, "channel.not_found");
  EXPECT_TRUE(service.test(admin, "chat"));
  channels.fail("chat", down());
  EXPECT_EQ(service.test(admin, "chat").error().reason, "channel.undelivered");
  ASSERT_TRUE(service.remove(admin, "chat"));
  EXPECT_EQ(service.remove(admin, "chat").error().reason, "channel.not_found");
  admin.principal.roles = {Role::Developer};
  EXPECT_EQ(service.list(admin).error().code, ErrorCode::Forbidden);
}

}  // namespace
}  // namespace hotswap
