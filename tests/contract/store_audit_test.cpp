// What keeps the audit trustworthy: checkpoints, the removal of old entries, receivers' progress.
#include "contract/store_fixture.hpp"
#include "domain/audit/chain_check.hpp"

namespace hotswap::contract {
namespace {

class StoreAudit : public StoreContract {
 protected:
  void fill(int entries) {
    for (int i = 0; i < entries; ++i) {
      auto entry = sample_audit("config.update");
      entry.at = at(i);
      put({change::AppendAudit{std::move(entry)}});
    }
  }
  std::vector<AuditEntry> all() { return store().audit_after(0, 1000).value(); }
  static AuditCheckpoint head_at(const AuditEntry& entry) {
    return {.sequence = entry.sequence,
            .hash = entry.hash,
            .at = at(1),
            .key = "k",
            .signature = "s" + std::to_string(entry.sequence)};
  }
  /// An anchor at the entry of this index, as a walk from the start finds it.
  AuditCheckpoint anchor_at(std::size_t index) {
    ChainCheck check;
    const auto entries = all();
    for (std::size_t i = 0; i <= index; ++i) EXPECT_TRUE(check.add(entries[i]));
    auto anchor = head_at(entries[index]);
    anchor.anchor = check.state();
    return anchor;
  }
};
HS_STORE_CONTRACT(StoreAudit);

TEST_P(StoreAudit, heads_only_go_on) {
  fill(3);
  const auto entries = all();
  put({change::PutCheckpoint{head_at(entries[1])}});
  put({change::PutCheckpoint{head_at(entries[1])}});
  put({change::PutCheckpoint{head_at(entries[0])}});
  put({change::PutCheckpoint{head_at(entries[2])}});
  const auto found = store().audit_checkpoints(0, 10).value();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], head_at(entries[1]));
  EXPECT_EQ(found[1], head_at(entries[2]));
  EXPECT_EQ(store().audit_checkpoints(entries[1].sequence, 10)->size(), 1U);
  EXPECT_EQ(store().audit_checkpoints(0, 1)->size(), 1U);
}

TEST_P(StoreAudit, an_anchor_takes_the_place_of_what_it_covers) {
  fill(4);
  const auto entries = all();
  put({change::PutCheckpoint{head_at(entries[0])}, change::PutCheckpoint{head_at(entries[1])}});
  put({change::PutCheckpoint{head_at(entries[3])}});
  const auto anchor = anchor_at(1);
  put({change::PutCheckpoint{anchor}});
  const auto found = store().audit_checkpoints(0, 10).value();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], anchor);
  EXPECT_EQ(found[1], head_at(entries[3]));
}

TEST_P(StoreAudit, entries_go_only_behind_an_anchor_and_the_chain_goes_on) {
  fill(5);
  const auto through = all()[2].sequence;
  refused({change::RemoveAudit{through, 3, 0}}, ErrorCode::Conflict, "audit.not_anchored");
  put({change::PutCheckpoint{head_at(all()[2])}});
  refused({change::RemoveAudit{through, 3, 0}}, ErrorCode::Conflict, "audit.not_anchored");
  const auto anchor = anchor_at(2);
  put({change::PutCheckpoint{anchor}, change::RemoveAudit{through, 3, 0},
       change::AppendAudit{sample_audit("audit.remove")}});
  ASSERT_EQ(all().size(), 3U);
  fill(1);
  ChainCheck check(store().audit_checkpoints(0, 10).value());
  for (const auto& entry : store().audit_after(check.begins_behind(), 100).value())
    ASSERT_TRUE(check.add(entry));
  const auto report = check.finish();
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->removed, 3U);
  EXPECT_EQ(report->entries, 4U);
}

TEST_P(StoreAudit, the_last_entry_never_goes) {
  fill(3);
  const auto anchor = anchor_at(2);
  refused({change::PutCheckpoint{anchor}, change::RemoveAudit{anchor.sequence, 3, 0}},
          ErrorCode::Conflict, "audit.not_anchored");
  EXPECT_EQ(all().size(), 3U);
  EXPECT_TRUE(store().audit_checkpoints(0, 10)->empty());
}

TEST_P(StoreAudit, nothing_goes_that_was_not_looked_at) {
  fill(4);
  const auto anchor = anchor_at(1);
  refused({change::PutCheckpoint{anchor}, change::RemoveAudit{anchor.sequence, 1, 0}},
          ErrorCode::Conflict, "erasure.overtaken");
  // An erasure changed one of them since.
  auto erased = all()[0];
  const auto was = erased.erased;
  erased.actor = "erased-1";
  erased.erased.marks.push_back({"e-1", 1, content_digest(erased)});
  put({change::ReplaceAudit{erased, was}});
  refused({change::PutCheckpoint{anchor}, change::RemoveAudit{anchor.sequence, 2, 0}},
          ErrorCode::Conflict, "erasure.overtaken");
  put({change::PutCheckpoint{anchor},
       change::RemoveAudit{anchor.sequence, 2, erased_text_of(erased)}});
  EXPECT_EQ(all().size(), 2U);
}

TEST_P(StoreAudit, receivers_only_move_on) {
  EXPECT_TRUE(store().audit_cursors()->empty());
  put({change::PutAuditCursor{"syslog a", 5}, change::PutAuditCursor{"webhook b", 1}});
  put({change::PutAuditCursor{"syslog a", 3}, change::PutAuditCursor{"webhook b", 2}});
  const auto cursors = store().audit_cursors().value();
  EXPECT_EQ(cursors, (std::map<std::string, std::uint64_t>{{"syslog a", 5}, {"webhook b", 2}}));
}

TEST_P(StoreAudit, a_range_of_time_is_paged_by_time) {
  // Two nodes' clocks: what was written later happened earlier.
  for (const int second : {10, 30, 20, 30, 40}) {
    auto entry = sample_audit("config.update");
    entry.at = at(second);
    put({change::AppendAudit{std::move(entry)}});
  }
  const AuditFilter range{.from = at(20), .to = at(40)};
  std::vector<std::pair<int, std::uint64_t>> seen;
  PageRequest page{.limit = 1};
  do {
    const auto found = store().audit(range, page).value();
    for (const auto& entry : found.items)
      seen.emplace_back(std::chrono::duration_cast<std::chrono::seconds>(entry.at - at(0)).count(),
                        entry.sequence);
    page.cursor = found.next_cursor;
  } while (!page.cursor.empty());
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].first, 30);
  EXPECT_EQ(seen[1].first, 30);
  EXPECT_GT(seen[0].second, seen[1].second);
  EXPECT_EQ(seen[2].first, 20);
  EXPECT_EQ(store().audit({.from = at(20)}, {.cursor = "nonsense"}).error().reason,
            "cursor.invalid");
}

TEST_P(StoreAudit, is_filtered_by_outcome) {
  auto denied = sample_audit("config.read");
  denied.outcome = "denied";
  put({change::AppendAudit{sample_audit("config.read")}, change::AppendAudit{denied}});
  EXPECT_EQ(store().audit({.outcome = "denied"}, {})->items.size(), 1U);
  EXPECT_EQ(store().audit({.outcome = "success"}, {})->items.size(), 1U);
  EXPECT_EQ(store().audit({.outcome = "failure"}, {})->items.size(), 0U);
}

}  // namespace
}  // namespace hotswap::contract
