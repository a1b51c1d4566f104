#include "orchestrator/audit_keeper.hpp"

#include <algorithm>

#include "domain/archive/zstd.hpp"
#include "domain/json/parse.hpp"
#include "testing/audit_signing.hpp"
#include "testing/memory_archive.hpp"
#include "testing/memory_logger.hpp"
#include "testing/memory_metrics.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

class AuditKeeperTest : public ::testing::Test {
 protected:
  AuditKeeper::Parts parts() {
    AuditKeeper::Parts parts{flaky, committer, audit, hash_signing(), clock, logger, metrics};
    parts.witness = [this](const AuditCheckpoint& checkpoint) { witnessed.push_back(checkpoint); };
    return parts;
  }
  AuditKeeperTest() {
    audit.believe(
        {hash_signing(), [this]() -> Result<std::vector<AuditCheckpoint>> { return witnessed; }});
  }
  void act(int times, const std::string& actor = "ann") {
    for (int i = 0; i < times; ++i) {
      Caller caller;
      caller.principal.subject = actor;
      ASSERT_TRUE(committer.commit(ChangeSet{change::AppendAudit{
          audit_entry(caller, "config.update", "configs/x", "", clock.wall())}}));
    }
  }
  std::vector<AuditCheckpoint> stored() { return store.audit_checkpoints(0, 100).value(); }
  std::string verified() {
    const auto report = audit.verify(kAdmin);
    return report ? "whole" : report.error().reason;
  }

  FakeClock clock;
  MemoryStore store;
  FlakyStore flaky{store};
  Committer committer{flaky};
  AuditService audit{flaky, committer};
  MemoryLogger logger;
  MemoryMetrics metrics;
  MemoryArchive archive;
  std::vector<AuditCheckpoint> witnessed;
};

TEST_F(AuditKeeperTest, SignsTheHeadEverySoOftenAndOnlyWhenItMoved) {
  AuditKeeper keeper(parts());
  keeper.tick();
  EXPECT_TRUE(stored().empty());
  act(2);
  keeper.tick();
  ASSERT_EQ(stored().size(), 1U);
  EXPECT_EQ(stored()[0].sequence, 2U);
  EXPECT_TRUE(is_genuine(hash_signing(), stored()[0]));
  clock.advance(11min);
  keeper.tick();
  EXPECT_EQ(stored().size(), 1U);
  act(1);
  keeper.tick();
  ASSERT_EQ(stored().size(), 2U);
  EXPECT_EQ(stored()[1].sequence, 3U);
  act(1);
  keeper.tick();
  EXPECT_EQ(stored().size(), 2U);
  EXPECT_EQ(witnessed, stored());
  EXPECT_TRUE(logger.has(LogLevel::Info, "checkpoint"));
  EXPECT_EQ(metrics.value("hotswap_audit_checkpoints_total"), 2);
}

TEST_F(AuditKeeperTest, SignsEarlierWhenThereAreManyEntries) {
  auto with_few = parts();
  with_few.entries = 10;
  AuditKeeper keeper(std::move(with_few));
  act(1);
  keeper.tick();
  act(9);
  keeper.tick();
  EXPECT_EQ(stored().size(), 1U);
  act(1);
  keeper.tick();
  EXPECT_EQ(stored().size(), 2U);
}

TEST_F(AuditKeeperTest, GoesOnFromWhatAnotherOneSigned) {
  act(3);
  AuditKeeper(parts()).tick();
  AuditKeeper next(parts());
  next.tick();
  act(1);
  next.tick();
  EXPECT_EQ(stored().size(), 1U);
}

TEST_F(AuditKeeperTest, OnlyWhoeverLeadsSigns) {
  auto following = parts();
  bool leads = false;
  following.may_run = [&] { return leads; };
  AuditKeeper keeper(std::move(following));
  act(1);
  keeper.tick();
  EXPECT_TRUE(stored().empty());
  leads = true;
  keeper.tick();
  EXPECT_EQ(stored().size(), 1U);
}

TEST_F(AuditKeeperTest, ARequestIsItselfTheLastEntryThatIsSigned) {
  AuditKeeper keeper(parts());
  act(2);
  const auto made = keeper.ask(kAdmin);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->sequence, 3U);
  EXPECT_EQ(store.audit_after(2, 10)->front().action, "audit.checkpoint");
  EXPECT_EQ(keeper.ask(caller_with(Role::Operator, "op")).error().reason, "access.forbidden");
  const auto report = audit.verify(kAdmin);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->signed_to, 3U);
}

TEST_F(AuditKeeperTest, AStoreThatFailsIsToldInTheLogAndTriedAgain) {
  AuditKeeper keeper(parts());
  act(1);
  flaky.fail_before_commit();
  keeper.tick();
  EXPECT_TRUE(logger.has(LogLevel::Warning, "could not be signed"));
  EXPECT_TRUE(witnessed.empty());
  keeper.tick();
  EXPECT_EQ(stored().size(), 1U);
}

TEST_F(AuditKeeperTest, OldEntriesGoBehindAnAnchorIntoTheArchiveAndTheChainStaysWhole) {
  act(3);
  clock.advance(48h);
  act(2, "bob");
  auto keeping = parts();
  keeping.keep = 24h;
  keeping.archive = &archive;
  AuditKeeper keeper(std::move(keeping));
  keeper.tick();
  const auto left = store.audit_after(0, 100).value();
  ASSERT_EQ(left.size(), 3U);
  EXPECT_EQ(left[0].actor, "bob");
  EXPECT_EQ(left[2].action, "audit.remove");
  EXPECT_EQ(left[2].detail, "entries 1 to 3, kept in the archive");
  EXPECT_EQ(left[2].actor, "system");
  const auto report = audit.verify(kAdmin);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->removed, 3U);
  const auto packed = archive.get("audit/1-3.ndjson.zst");
  ASSERT_TRUE(packed);
  const auto text = hotswap::archive::decompress(*packed).value();
  EXPECT_EQ(std::ranges::count(text, '\n'), 4);
  EXPECT_TRUE(text.contains("\"checkpoint\""));
  EXPECT_EQ(metrics.value("hotswap_audit_removed_total"), 3);
  // A second time: the next object goes on where this one ended.
  clock.advance(48h);
  act(1, "eve");
  keeper.tick();
  EXPECT_EQ(verified(), "whole");
  EXPECT_EQ(archive.objects(), 2U);
}

TEST_F(AuditKeeperTest, AFewOldEntriesWaitForADayBecauseEachRemovalIsAnEntryToo) {
  act(3);
  clock.advance(25h);
  act(3);
  auto keeping = parts();
  keeping.keep = 24h;
  AuditKeeper keeper(std::move(keeping));
  for (int hour = 0; hour < 48; ++hour) {
    keeper.tick();
    clock.advance(1h);
    act(1);
  }
  EXPECT_EQ(
      std::ranges::count_if(witnessed, [](const auto& each) { return each.anchor.has_value(); }),
      2);
  EXPECT_EQ(verified(), "whole");
}

TEST_F(AuditKeeperTest, NothingGoesThatTheArchiveOrAReceiverHasNotGot) {
  act(3);
  clock.advance(48h);
  act(1);
  auto keeping = parts();
  keeping.keep = 24h;
  keeping.archive = &archive;
  std::uint64_t sent = 2;
  keeping.sent_to = [&]() -> Result<std::uint64_t> { return sent; };
  AuditKeeper keeper(std::move(keeping));
  archive.set_down(true);
  keeper.tick();
  EXPECT_EQ(store.audit_after(0, 100)->size(), 4U);
  EXPECT_TRUE(logger.has(LogLevel::Warning, "could not be removed"));
  archive.set_down(false);
  keeper.tick();
  EXPECT_EQ(store.audit_after(0, 100)->front().sequence, 3U);
  EXPECT_EQ(verified(), "whole");
}

TEST_F(AuditKeeperTest, ForEverIsTheDefaultAndTheLastEntryAlwaysStays) {
  act(3);
  clock.advance(24h * 4000);
  AuditKeeper(parts()).tick();
  EXPECT_EQ(store.audit_after(0, 100)->size(), 3U);
  auto keeping = parts();
  keeping.keep = 24h;
  AuditKeeper(std::move(keeping)).tick();
  EXPECT_EQ(store.audit_after(0, 100)->front().sequence, 3U);
  EXPECT_EQ(verified(), "whole");
}

TEST_F(AuditKeeperTest, WhatTheWitnessKeptShowsAnEndThatWasCutOffTogetherWithItsCheckpoints) {
  act(5);
  AuditKeeper(parts()).tick();
  ASSERT_EQ(verified(), "whole");
  // Whoever owns the database restores an older state of it: no entry, no checkpoint of later.
  MemoryStore older;
  Committer other(older);
  AuditService behind(older, other);
  for (const auto& entry : store.audit_after(0, 3).value())
    ASSERT_TRUE(older.commit(ChangeSet{change::AppendAudit{entry}}));
  EXPECT_TRUE(behind.verify(kAdmin));
  behind.believe(
      {hash_signing(), [this]() -> Result<std::vector<AuditCheckpoint>> { return witnessed; }});
  EXPECT_EQ(behind.verify(kAdmin).error().reason, "audit.truncated");
}

TEST_F(AuditKeeperTest, ACheckpointThatNobodySignedIsForged) {
  act(2);
  const auto head = store.audit_after(1, 1)->front();
  ASSERT_TRUE(store.commit(ChangeSet{change::PutCheckpoint{
      {.sequence = head.sequence, .hash = head.hash, .key = "key-of-tests", .signature = "0"}}}));
  EXPECT_EQ(verified(), "audit.forged");
}

}  // namespace
}  // namespace hotswap::testing
