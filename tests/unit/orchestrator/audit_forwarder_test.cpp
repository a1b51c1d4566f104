#include "orchestrator/audit_forwarder.hpp"

#include "testing/memory_logger.hpp"
#include "testing/memory_metrics.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

/// What a receiver outside got, and whether it answers.
struct Outside {
  std::vector<std::uint64_t> entries;
  std::vector<std::uint64_t> checkpoints;
  bool down = false;
  bool loses_answer = false;
};

class Recording : public AuditReceiver {
 public:
  Recording(std::string name, Outside& outside) : name_(std::move(name)), outside_(outside) {}
  std::string name() const override { return name_; }
  Result<void> send(const AuditBatch& batch) override {
    if (outside_.down) return fail(ErrorCode::Unavailable, "test.down", "is away");
    for (const auto& entry : batch.entries) outside_.entries.push_back(entry.sequence);
    for (const auto& each : batch.checkpoints) outside_.checkpoints.push_back(each.sequence);
    if (outside_.loses_answer) return fail(ErrorCode::Timeout, "test.lost", "no answer");
    return {};
  }

 private:
  const std::string name_;
  Outside& outside_;
};

class AuditForwarderTest : public ::testing::Test {
 protected:
  std::unique_ptr<AuditForwarder> forwarder(std::function<bool()> may_run = {}) {
    std::vector<std::unique_ptr<AuditReceiver>> receivers;
    receivers.push_back(std::make_unique<Recording>("one", one));
    receivers.push_back(std::make_unique<Recording>("two", two));
    return std::make_unique<AuditForwarder>(
        AuditForwarder::Parts{flaky, committer, clock, logger, metrics, std::move(may_run)},
        std::move(receivers));
  }
  void act(int times) {
    for (int i = 0; i < times; ++i)
      ASSERT_TRUE(committer.commit(ChangeSet{
          change::AppendAudit{audit_entry({}, "config.update", "configs/x", "", clock.wall())}}));
  }
  static AuditCheckpoint checkpoint(std::uint64_t sequence) {
    AuditCheckpoint made;
    made.sequence = sequence;
    return made;
  }
  static std::vector<std::uint64_t> up_to(std::uint64_t last) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t i = 1; i <= last; ++i) all.push_back(i);
    return all;
  }

  FakeClock clock;
  MemoryStore store;
  FlakyStore flaky{store};
  Committer committer{flaky};
  MemoryLogger logger;
  MemoryMetrics metrics;
  Outside one, two;
};

TEST_F(AuditForwarderTest, EveryReceiverGetsEveryEntryInOrderAndNoneTwice) {
  const auto sender = forwarder();
  act(450);
  EXPECT_EQ(sender->run(), 900U);
  act(3);
  EXPECT_EQ(sender->run(), 6U);
  EXPECT_EQ(one.entries, up_to(453));
  EXPECT_EQ(two.entries, up_to(453));
  EXPECT_EQ(sender->sent_to(), 453U);
  EXPECT_EQ(metrics.value("hotswap_audit_forward_lag", {{"receiver", "one"}}), 0);
  EXPECT_EQ(metrics.value("hotswap_audit_forwarded_total", {{"receiver", "one"}}), 453);
}

TEST_F(AuditForwarderTest, GoesOnAfterARestartWhereItWas) {
  act(5);
  forwarder()->run();
  act(2);
  forwarder()->run();
  EXPECT_EQ(one.entries, up_to(7));
}

TEST_F(AuditForwarderTest, OneThatIsAwayIsWaitedForAndKeepsNobodyElseWaiting) {
  const auto sender = forwarder();
  one.down = true;
  act(3);
  sender->run();
  EXPECT_EQ(two.entries, up_to(3));
  EXPECT_TRUE(logger.has(LogLevel::Warning, "cannot be told"));
  EXPECT_EQ(metrics.value("hotswap_audit_forward_lag", {{"receiver", "one"}}), 3);
  EXPECT_EQ(sender->sent_to(), 0U);
  for (int i = 0; i < 100; ++i) sender->run();
  EXPECT_EQ(metrics.value("hotswap_audit_forward_failures_total", {{"receiver", "one"}}), 1);
  one.down = false;
  clock.advance(2s);
  sender->run();
  EXPECT_EQ(one.entries, up_to(3));
  EXPECT_TRUE(logger.has(LogLevel::Info, "again"));
}

TEST_F(AuditForwarderTest, ALostAnswerMeansThatAllOfItIsSentAgain) {
  const auto sender = forwarder();
  act(2);
  one.loses_answer = true;
  sender->run();
  one.loses_answer = false;
  clock.advance(2s);
  sender->run();
  EXPECT_EQ(one.entries, (std::vector<std::uint64_t>{1, 2, 1, 2}));
}

TEST_F(AuditForwarderTest, ACursorThatCouldNotBeKeptRepeatsTheBatchAndLosesNothing) {
  act(2);
  const auto sender = forwarder();
  flaky.fail_before_commit();
  sender->run();
  clock.advance(2s);
  sender->run();
  EXPECT_EQ(one.entries, (std::vector<std::uint64_t>{1, 2, 1, 2}));
  EXPECT_EQ(two.entries, up_to(2));
}

TEST_F(AuditForwarderTest, CheckpointsComeBehindTheEntriesThatTheySpeakOf) {
  act(2);
  ASSERT_TRUE(store.commit(ChangeSet{change::PutCheckpoint{checkpoint(2)}}));
  const auto sender = forwarder();
  sender->run();
  EXPECT_EQ(one.checkpoints, std::vector<std::uint64_t>{2});
  act(1);
  sender->run();
  ASSERT_TRUE(store.commit(ChangeSet{change::PutCheckpoint{checkpoint(3)}}));
  sender->run();
  EXPECT_EQ(one.checkpoints, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(one.entries, up_to(3));
}

TEST_F(AuditForwarderTest, OnlyWhoeverLeadsSends) {
  bool leads = false;
  const auto sender = forwarder([&] { return leads; });
  act(1);
  EXPECT_EQ(sender->run(), 0U);
  leads = true;
  EXPECT_EQ(sender->run(), 2U);
}

TEST_F(AuditForwarderTest, WithoutReceiversEverythingCountsAsSent) {
  AuditForwarder none({flaky, committer, clock, logger, metrics, {}}, {});
  EXPECT_EQ(none.run(), 0U);
  EXPECT_EQ(none.sent_to(), UINT64_MAX);
}

}  // namespace
}  // namespace hotswap::testing
