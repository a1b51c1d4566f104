#include "domain/audit/checkpoint.hpp"

#include <gtest/gtest.h>

#include "domain/audit/chain_check.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "testing/audit_signing.hpp"

namespace hotswap {
namespace {

WallTime at(std::uint64_t seconds) {
  return WallTime(std::chrono::seconds(1'700'000'000 + seconds));
}

std::vector<AuditEntry> chain_of(std::uint64_t count) {
  std::vector<AuditEntry> chain;
  for (std::uint64_t i = 1; i <= count; ++i) {
    AuditEntry entry;
    entry.sequence = i;
    entry.at = at(i);
    entry.actor = "ann";
    entry.action = "config.update";
    entry.outcome = "success";
    entry.salt = std::string(32, 'a');
    entry.hash = chain_hash(chain.empty() ? "" : chain.back().hash, entry);
    chain.push_back(std::move(entry));
  }
  return chain;
}

/// Without a signature.
AuditCheckpoint at_entry(const AuditEntry& entry, std::optional<ChainState> anchor = {}) {
  AuditCheckpoint checkpoint;
  checkpoint.sequence = entry.sequence;
  checkpoint.hash = entry.hash;
  checkpoint.at = entry.at;
  checkpoint.anchor = std::move(anchor);
  return checkpoint;
}

AuditCheckpoint head_of(const AuditEntry& entry) {
  return signed_by(testing::hash_signing("k1"), at_entry(entry));
}

Result<ChainReport> walk(const std::vector<AuditEntry>& chain,
                         const std::vector<AuditCheckpoint>& checkpoints) {
  ChainCheck check(checkpoints);
  for (const auto& entry : chain) {
    if (entry.sequence <= check.begins_behind()) continue;
    if (auto done = check.add(entry); !done) return std::unexpected(done.error());
  }
  return check.finish();
}

std::string reason_of(const Result<ChainReport>& report) {
  return report ? "whole" : report.error().reason;
}

TEST(Checkpoint, says_up_to_where_the_chain_is_signed_and_by_whom) {
  const auto chain = chain_of(5);
  const auto report = walk(chain, {head_of(chain[1]), head_of(chain[3])});
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->checkpoints, 2U);
  EXPECT_EQ(report->signed_to, 4U);
  EXPECT_EQ(report->signers, std::set<std::string>{"k1"});
}

TEST(Checkpoint, an_end_that_was_cut_off_is_found_out) {
  auto chain = chain_of(5);
  const auto checkpoint = head_of(chain[4]);
  chain.pop_back();
  EXPECT_EQ(reason_of(walk(chain, {})), "whole");
  EXPECT_EQ(reason_of(walk(chain, {checkpoint})), "audit.truncated");
  EXPECT_EQ(reason_of(walk({}, {checkpoint})), "audit.truncated");
}

TEST(Checkpoint, a_chain_that_was_made_anew_is_found_out) {
  const auto checkpoint = head_of(chain_of(5)[2]);
  auto forged = chain_of(5);
  std::string previous;
  for (auto& entry : forged) {
    if (entry.sequence == 2) entry.actor = "eve";
    entry.hash = chain_hash(previous, entry);
    previous = entry.hash;
  }
  EXPECT_EQ(reason_of(walk(forged, {})), "whole");
  EXPECT_EQ(reason_of(walk(forged, {checkpoint})), "audit.broken");
}

TEST(Checkpoint, an_entry_that_is_missing_under_its_checkpoint_is_found_out) {
  const auto chain = chain_of(3);
  auto checkpoint = head_of(chain[1]);
  checkpoint.sequence = 5;
  auto longer = chain_of(8);
  longer.erase(longer.begin() + 4);
  EXPECT_EQ(reason_of(walk(longer, {checkpoint})), "audit.broken");
}

TEST(Checkpoint, every_field_is_signed) {
  const auto signing = testing::hash_signing("k1");
  const auto genuine = head_of(chain_of(2)[1]);
  EXPECT_TRUE(is_genuine(signing, genuine));
  const auto altered = [&](auto change) {
    auto other = genuine;
    change(other);
    return is_genuine(signing, other);
  };
  EXPECT_FALSE(altered([](auto& c) { ++c.sequence; }));
  EXPECT_FALSE(altered([](auto& c) { c.hash[0] = c.hash[0] == 'a' ? 'b' : 'a'; }));
  EXPECT_FALSE(altered([](auto& c) { c.at += std::chrono::milliseconds(1); }));
  EXPECT_FALSE(altered([](auto& c) { c.anchor.emplace(); }));
  EXPECT_FALSE(altered([](auto& c) { c.key = "k2"; }));
  auto anchor = signed_by(signing, at_entry(chain_of(2)[1], ChainState{4, 0, {}}));
  anchor.anchor->entries = 5;
  EXPECT_FALSE(is_genuine(signing, anchor));
}

TEST(Checkpoint, reads_what_it_wrote) {
  auto checkpoint = at_entry(chain_of(7)[6], ChainState{7, 2, {}});
  checkpoint.anchor->unproven[{"e-1", 3}] = {2, "cd"};
  checkpoint = signed_by(testing::hash_signing("k1"), std::move(checkpoint));
  const auto text = json::write(to_json(checkpoint));
  const auto read = audit_checkpoint_from_json(*json::parse(text));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, checkpoint);
  EXPECT_FALSE(audit_checkpoint_from_json(*json::parse(R"({"sequence":1})")));
  EXPECT_FALSE(audit_checkpoint_from_json(*json::parse("[]")));
}

/// A chain whose first half an erasure touched, with the record of it behind.
struct Erased {
  std::vector<AuditEntry> chain = chain_of(4);
  Erased() {
    BatchProof proof;
    for (const std::size_t i : {0U, 2U}) {
      auto& entry = chain[i];
      entry.erased.sealed[AuditField::Actor] = seal_of(entry, AuditField::Actor);
      for (const auto field : {AuditField::Address, AuditField::Resource, AuditField::Detail})
        entry.erased.salts[field] = field_salt(entry, field);
      entry.actor = "erased-1";
      entry.salt.clear();
      entry.erased.marks.push_back({"e-1", 1, content_digest(entry)});
      proof.add(entry, entry.erased.marks.back());
    }
    AuditEntry record;
    record.sequence = 5;
    record.at = at(5);
    record.actor = "root";
    record.action = kErasureBatch;
    record.detail = proof_text("e-1", 1, proof);
    record.salt = std::string(32, 'b');
    record.hash = chain_hash(chain.back().hash, record);
    chain.push_back(record);
  }
};

TEST(Anchor, the_walk_goes_on_behind_it_also_through_an_erasure_that_it_cuts) {
  const Erased erased;
  ASSERT_EQ(reason_of(walk(erased.chain, {})), "whole");
  for (std::size_t cut = 1; cut < erased.chain.size(); ++cut) {
    ChainCheck before;
    for (std::size_t i = 0; i < cut; ++i) ASSERT_TRUE(before.add(erased.chain[i]));
    const auto& last = erased.chain[cut - 1];
    const auto anchor = at_entry(last, before.state());
    const std::vector<AuditEntry> rest(erased.chain.begin() + static_cast<std::ptrdiff_t>(cut),
                                       erased.chain.end());
    const auto report = walk(rest, {anchor});
    ASSERT_TRUE(report) << cut << ": " << report.error().detail;
    EXPECT_EQ(report->removed, cut);
    EXPECT_EQ(report->entries + report->removed, erased.chain.size());
    EXPECT_EQ(reason_of(walk(rest, {})), "audit.broken") << cut;
    if (rest.size() < 2) continue;
    const std::vector<AuditEntry> gap(rest.begin() + 1, rest.end());
    EXPECT_EQ(reason_of(walk(gap, {anchor})), "audit.broken") << cut;
  }
}

TEST(Anchor, of_two_the_newest_counts_and_an_older_export_begins_at_the_older) {
  const auto chain = chain_of(6);
  std::vector<AuditCheckpoint> anchors;
  ChainCheck check;
  for (const auto& entry : chain) {
    ASSERT_TRUE(check.add(entry));
    if (entry.sequence == 2 || entry.sequence == 4)
      anchors.push_back(at_entry(entry, check.state()));
  }
  EXPECT_EQ(ChainCheck(anchors).begins_behind(), 4U);
  ChainCheck archived(anchors, 3);
  EXPECT_EQ(archived.begins_behind(), 2U);
  EXPECT_TRUE(archived.add(chain[2]));
  EXPECT_TRUE(archived.add(chain[3]));
  EXPECT_TRUE(archived.finish());
}

}  // namespace
}  // namespace hotswap
