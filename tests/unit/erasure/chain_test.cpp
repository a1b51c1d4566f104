#include <gtest/gtest.h>

#include "domain/erasure/audit_eraser.hpp"

namespace hotswap::erasure {
namespace {

enum class Salts { All, None };

AuditEntry entry(std::uint64_t sequence, const std::string& actor, const std::string& detail = "") {
  AuditEntry entry;
  entry.sequence = sequence;
  entry.at = WallTime(std::chrono::seconds(1'700'000'000 + sequence));
  entry.actor = actor;
  entry.roles = "Operator";
  entry.address = "10.0.0.1";
  entry.action = "deployment.start";
  entry.resource = "deployments/d-1";
  entry.outcome = "success";
  entry.detail = detail;
  return entry;
}

/// A chain in which ann and others act, with the proof of her erasure at its end.
class ErasedChain : public ::testing::TestWithParam<Salts> {
 protected:
  ErasedChain() {
    append(entry(1, "ann", "for bob"));
    append(entry(2, "bob", "asked by ann"));
    append(entry(3, "eve"));
    append(entry(4, "ann"));
  }

  void append(AuditEntry added) {
    if (GetParam() == Salts::All)
      added.salt = std::string(31, 'a') + std::to_string(added.sequence);
    added.hash = chain_hash(chain_.empty() ? "" : chain_.back().hash, added);
    chain_.push_back(std::move(added));
  }
  void erase_ann() { erase_name("ann", "11111111"); }
  void erase_name(const std::string& name, const std::string& id) {
    const Eraser eraser(name, "erased-" + id);
    BatchProof proof;
    for (AuditEntry& one : chain_)
      if (erase(one, eraser, id, 1)) proof.add(one, one.erased.marks.back());
    auto record = entry(chain_.size() + 1, "root", proof_text(id, 1, proof));
    record.action = kErasureBatch;
    append(record);
  }
  [[nodiscard]] Result<ChainReport> check() const {
    ChainCheck check;
    for (const AuditEntry& one : chain_)
      if (auto done = check.add(one); !done) return std::unexpected(done.error());
    return check.finish();
  }
  [[nodiscard]] std::string broken_at() const {
    const auto report = check();
    if (report) return "whole";
    EXPECT_EQ(report.error().reason, "audit.broken");
    return report.error().detail.substr(0, 13);
  }

  std::vector<AuditEntry> chain_;
};
INSTANTIATE_TEST_SUITE_P(Salts, ErasedChain, ::testing::Values(Salts::All, Salts::None),
                         [](const auto& info) {
                           return info.param == Salts::All ? "Salted" : "OfBefore";
                         });

TEST_P(ErasedChain, stays_whole_and_says_how_many_were_erased) {
  ASSERT_TRUE(check());
  const auto hash = chain_[3].hash;
  erase_ann();
  const auto report = check();
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->entries, 5U);
  EXPECT_EQ(report->erased, 3U);
  EXPECT_EQ(chain_[0].actor, "erased-11111111");
  EXPECT_EQ(chain_[0].address, "erased");
  EXPECT_EQ(chain_[0].detail, "for bob");
  EXPECT_EQ(chain_[1].actor, "bob");
  EXPECT_EQ(chain_[1].address, "10.0.0.1");
  EXPECT_EQ(chain_[1].detail, "asked by erased-11111111");
  EXPECT_EQ(chain_[3].hash, hash);
}

TEST_P(ErasedChain, bears_a_second_erasure_of_the_same_entries) {
  erase_ann();
  erase_name("bob", "22222222");
  const auto report = check();
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->erased, 3U);
  EXPECT_EQ(chain_[0].detail, "for erased-22222222");
  EXPECT_EQ(chain_[0].erased.marks.size(), 2U);
}

TEST_P(ErasedChain, survives_its_way_through_json) {
  erase_ann();
  for (const AuditEntry& one : chain_) {
    if (one.erased.empty()) continue;
    const auto read = audit_erased_from_json(to_json(one.erased));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, one.erased);
  }
}

TEST_P(ErasedChain, an_entry_changed_without_a_proof_is_found) {
  erase_ann();
  const Eraser forger("eve", "mallory");
  ASSERT_TRUE(erase(chain_[2], forger, "11111111", 1));
  EXPECT_EQ(broken_at(), "Audit entry 5");  // the proof counts one less
  chain_[2].erased.marks[0].erasure = "33333333";
  EXPECT_EQ(broken_at(), "1 audit entri");  // nobody proves it
}

TEST_P(ErasedChain, an_erased_entry_cannot_be_changed_once_more) {
  erase_ann();
  for (const auto change :
       {+[](AuditEntry& e) { e.outcome = "denied"; }, +[](AuditEntry& e) { e.actor = "mallory"; },
        +[](AuditEntry& e) { e.action = "config.delete"; },
        +[](AuditEntry& e) { e.hash = std::string(64, '0'); },
        +[](AuditEntry& e) { e.sequence = 77; }}) {
    const auto before = chain_[0];
    change(chain_[0]);
    EXPECT_NE(broken_at(), "whole");
    // Nor with a mark that fits.
    chain_[0].erased.marks.back().content = content_digest(chain_[0]);
    EXPECT_NE(broken_at(), "whole");
    chain_[0] = before;
  }
  EXPECT_EQ(broken_at(), "whole");
}

TEST_P(ErasedChain, a_proof_that_was_changed_or_removed_is_found) {
  erase_ann();
  const auto whole = chain_;
  chain_.back().detail = proof_text("11111111", 1, {.count = 2, .digest = "00"});
  EXPECT_EQ(broken_at(), "Audit entry 5");
  chain_ = whole;
  chain_.pop_back();
  EXPECT_EQ(broken_at(), "3 audit entri");
}

TEST_P(ErasedChain, an_erased_entry_that_was_removed_is_found) {
  erase_ann();
  chain_.erase(chain_.begin() + 1);
  EXPECT_NE(broken_at(), "whole");
}

TEST(SaltedChain, hides_the_name_from_who_would_guess_it) {
  auto one = entry(1, "ann");
  one.salt = std::string(32, 'a');
  one.hash = chain_hash("", one);
  ASSERT_TRUE(erase(one, Eraser("ann", "erased-1"), "1", 1));
  EXPECT_EQ(chain_hash("", one), one.hash);
  EXPECT_TRUE(one.salt.empty());
  EXPECT_FALSE(one.erased.salts.contains(AuditField::Actor));
  // All that is left of the actor is a seal whose salt is gone: the right guess proves nothing.
  auto guess = one;
  guess.actor = "ann";
  guess.erased = {};
  EXPECT_NE(chain_hash("", guess), one.hash);
}

TEST(SaltedChain, seals_without_a_mark_are_no_erasure) {
  auto one = entry(1, "ann");
  one.salt = std::string(32, 'a');
  one.hash = chain_hash("", one);
  ASSERT_TRUE(erase(one, Eraser("ann", "mallory"), "1", 1));
  one.erased.marks.clear();
  EXPECT_EQ(chain_hash("", one), one.hash);
  ChainCheck check;
  EXPECT_FALSE(check.add(one));
}

TEST(SaltedChain, differs_from_one_without_salts) {
  auto one = entry(1, "ann");
  auto other = one;
  other.salt = "ab";
  EXPECT_NE(chain_hash("", one), chain_hash("", other));
  auto third = other;
  third.detail = "x";
  EXPECT_NE(chain_hash("", third), chain_hash("", other));
}

}  // namespace
}  // namespace hotswap::erasure
