#include <thread>

#include "contract/store_fixture.hpp"
#include "domain/base/limits.hpp"

namespace hotswap::contract {
namespace {

const ProfileName kProfile("payments.production");

/// The chain must hold over everything that is stored.
void expect_chain(Store& store, std::size_t entries) {
  const auto all = store.audit_after(0, 1'000'000).value();
  EXPECT_EQ(all.size(), entries);
  std::string previous;
  std::uint64_t last = 0;
  for (const auto& entry : all) {
    EXPECT_GT(entry.sequence, last);
    EXPECT_EQ(entry.hash, chain_hash(previous, entry));
    previous = entry.hash;
    last = entry.sequence;
  }
}

class StoreJournal : public StoreContract {};
HS_STORE_CONTRACT(StoreJournal);

TEST_P(StoreJournal, events_get_growing_numbers_in_the_order_of_the_set) {
  const auto first =
      put({change::AppendEvent{sample_event("a")}, change::AppendEvent{sample_event("b")}});
  ASSERT_EQ(first.events.size(), 2U);
  EXPECT_EQ(first.events[0].kind, "a");
  EXPECT_LT(first.events[0].sequence, first.events[1].sequence);
  const auto second = put({change::AppendEvent{sample_event("c")}});
  EXPECT_LT(first.events[1].sequence, second.events[0].sequence);
  const auto stored = store().events({}, first.events[0].sequence, 10).value();
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_EQ(stored[0].kind, "b");
  EXPECT_EQ(stored[1].data, sample_event("c").data);
  EXPECT_EQ(stored[1].at, sample_event("c").at);
  EXPECT_EQ(stored[1].message, "something happened");
  EXPECT_EQ(store().events({}, 0, 1)->size(), 1U);
  EXPECT_TRUE(store().events({}, second.events[0].sequence, 10)->empty());
}

TEST_P(StoreJournal, events_are_filtered_by_profile_and_deployment) {
  auto deployed = sample_event("step.soaking");
  deployed.deployment = DeploymentId("d-1");
  auto other = sample_event("config.created");
  other.profile = ProfileName("other");
  put({change::AppendEvent{sample_event("a")}, change::AppendEvent{deployed},
       change::AppendEvent{other}});
  EXPECT_EQ(store().events({.profile = kProfile.str()}, 0, 10)->size(), 2U);
  ASSERT_EQ(store().events({.deployment = "d-1"}, 0, 10)->size(), 1U);
  EXPECT_EQ(store().events({.profile = "other", .deployment = "d-1"}, 0, 10)->size(), 0U);
}

TEST_P(StoreJournal, the_audit_is_a_chain_and_refused_sets_leave_no_link) {
  put({change::AppendAudit{sample_audit("a")}});
  refused({change::AppendAudit{sample_audit("lost")}, change::DeleteProfile{kProfile}},
          ErrorCode::NotFound, "config.not_found");
  put({change::AppendAudit{sample_audit("b")}, change::AppendAudit{sample_audit("c")}});
  expect_chain(store(), 3);
}

TEST_P(StoreJournal, the_audit_is_filtered_and_paged_newest_first) {
  auto version = sample_audit("version.upload");
  version.resource = "configs/payments.production/versions/1.2.0";
  version.actor = "bob";
  version.at = at(100);
  auto sibling = sample_audit("config.create");
  sibling.resource = "configs/payments.production2";
  put({change::AppendAudit{sample_audit("config.create")}, change::AppendAudit{version},
       change::AppendAudit{sibling}});
  const auto resources = [&](const AuditFilter& filter) {
    return store().audit(filter, {})->items.size();
  };
  EXPECT_EQ(resources({}), 3U);
  EXPECT_EQ(resources({.actor = "bob"}), 1U);
  EXPECT_EQ(resources({.action = "config.create"}), 2U);
  EXPECT_EQ(resources({.resource = "configs/payments.production"}), 2U);
  EXPECT_EQ(resources({.from = at(100)}), 1U);
  EXPECT_EQ(resources({.to = at(100)}), 2U);
  EXPECT_EQ(resources({.actor = "bob", .action = "config.create"}), 0U);
  const auto first = store().audit({}, {.limit = 2}).value();
  ASSERT_EQ(first.items.size(), 2U);
  EXPECT_EQ(first.items[0].resource, sibling.resource);
  put({change::AppendAudit{sample_audit("later")}});
  const auto rest = store().audit({}, {.limit = 2, .cursor = first.next_cursor}).value();
  ASSERT_EQ(rest.items.size(), 1U);
  const auto& oldest = rest.items[0];
  EXPECT_EQ(oldest.roles, "Developer");
  EXPECT_EQ(oldest.address, "127.0.0.1");
  EXPECT_EQ(oldest.outcome, "success");
  EXPECT_EQ(oldest.detail, "from 1.1.0 to 1.2.0");
  EXPECT_EQ(store().audit_after(first.items[1].sequence, 1)->size(), 1U);
}

TEST_P(StoreJournal, an_answer_is_remembered_once_until_it_expires) {
  const auto expires = at(0) + limits::kIdempotencyKeep;
  const change::PutIdempotent answer{"ann key", "hash", 201, "Location: /x", "{}", expires};
  put({answer});
  const auto found = store().idempotent("ann key", at(1)).value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->status, 201);
  EXPECT_EQ(found->body_hash, "hash");
  EXPECT_EQ(found->headers, "Location: /x");
  EXPECT_EQ(found->body, "{}");
  EXPECT_EQ(*store().idempotent("bob key", at(1)), std::nullopt);
  EXPECT_EQ(*store().idempotent("ann key", expires), std::nullopt);
  refused({answer, change::InsertProfile{sample_profile()}}, ErrorCode::Conflict,
          "idempotency.exists");
  auto next_day = answer;
  next_day.status = 202;
  next_day.expires = expires + limits::kIdempotencyKeep;
  put({next_day});
  EXPECT_EQ((*store().idempotent("ann key", expires))->status, 202);
}

TEST_P(StoreJournal, answers_to_ping) { EXPECT_TRUE(store().ping().has_value()); }

class StoreCommit : public StoreContract {};
HS_STORE_CONTRACT(StoreCommit);

TEST_P(StoreCommit, a_set_is_made_whole_or_not_at_all) {
  put({change::InsertProfile{sample_profile()}, change::PutInstance{sample_instance("i-1")},
       change::InsertVersion{sample_version(kProfile.str(), "1.0.0")},
       change::PutTag{kProfile, "beta", ver("1.0.0")},
       change::PutAssignments{{sample_assignment("i-1", kProfile.str())}},
       change::InsertDeployment{sample_deployment("d-1")}});
  auto done = sample_deployment("d-1");
  done.state = Succeeded{at(40)};
  auto next = sample_deployment("d-2");
  next.state = Cancelled{"", at(41)};
  auto renamed = sample_instance("i-1");
  renamed.hostname = "other";
  refused({change::InsertProfile{sample_profile("second")},
           change::InsertVersion{sample_version(kProfile.str(), "2.0.0")},
           change::PutTag{kProfile, "beta", ver("2.0.0")},
           change::DeleteTag{kProfile, "beta", ver("2.0.0")},
           change::AdvanceProfile{kProfile, ver("2.0.0"), false, 7},
           change::MarkVersion{kProfile, ver("1.0.0"), "bad"}, change::UpdateDeployment{done},
           change::InsertDeployment{sample_deployment("d-2")}, change::UpdateDeployment{next},
           change::PutTargets{DeploymentId("d-1"), {{9, done.targets[0]}}},
           change::PutInstance{renamed}, change::DeleteInstance{InstanceId("i-1")},
           change::EnqueueOutbox{"o", "notify", {}, at(1)}, change::AppendEvent{sample_event("x")},
           change::DeleteProfile{kProfile}, change::InsertProfile{sample_profile("second")}},
          ErrorCode::Conflict, "config.exists");
  EXPECT_EQ(store().profiles({}, {})->items.size(), 1U);
  EXPECT_EQ(store().profile(kProfile)->generation, 0U);
  EXPECT_EQ(store().version_numbers(kProfile)->size(), 1U);
  EXPECT_EQ(store().version(kProfile, ver("1.0.0"))->failed_reason, "");
  EXPECT_EQ(*store().tagged(kProfile, "beta"), ver("1.0.0"));
  expect_same((*store().active_deployment(kProfile)).value(), sample_deployment("d-1"));
  EXPECT_EQ(store().deployments({}, {})->items.size(), 1U);
  EXPECT_EQ(store().instance(InstanceId("i-1"))->hostname, "host-i-1");
  EXPECT_EQ(store().assignments_of(kProfile)->size(), 1U);
  EXPECT_TRUE(store().outbox(at(1), 1)->empty());
  EXPECT_TRUE(store().events({}, 0, 1)->empty());
}

TEST_P(StoreCommit, an_empty_set_is_made) { put({}); }

TEST_P(StoreCommit, of_many_updates_of_one_revision_exactly_one_wins) {
  put({change::InsertProfile{sample_profile()}});
  constexpr int kThreads = 8;
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const auto read = store().profile(kProfile).value();
    std::atomic<int> won = 0;
    std::atomic<int> refusals = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
          const auto done = store().commit(
              {change::UpdateProfile{read}, change::AppendAudit{sample_audit("config.update")}});
          if (done) ++won;
          if (!done && done.error().reason == "config.changed") ++refusals;
        });
      }
    }
    EXPECT_EQ(won, 1);
    EXPECT_EQ(refusals, kThreads - 1);
  }
  EXPECT_EQ(store().profile(kProfile)->revision, 1U + kRounds);
  expect_chain(store(), kRounds);
}

TEST_P(StoreCommit, events_of_many_threads_are_numbered_once_each) {
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kEach; ++n) put({change::AppendEvent{sample_event("x")}});
      });
    }
  }
  const auto all = store().events({}, 0, 1000).value();
  ASSERT_EQ(all.size(), std::size_t{kThreads * kEach});
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LT(all[i - 1].sequence, all[i].sequence);
}

TEST_P(StoreCommit, readers_see_a_deployment_and_its_targets_of_one_moment) {
  put({change::InsertProfile{sample_profile()},
       change::InsertDeployment{sample_deployment("d-1")}});
  std::atomic<bool> done = false;
  std::jthread reader([&] {
    while (!done) {
      const auto seen = store().deployment(DeploymentId("d-1")).value();
      for (const auto& target : seen.targets) EXPECT_EQ(target.generation + 1, seen.revision);
    }
  });
  auto next = sample_deployment("d-1");
  for (int i = 0; i < 50; ++i) {
    change::PutTargets targets{next.id, {}};
    for (std::size_t n = 0; n < next.targets.size(); ++n) {
      next.targets[n].generation = next.revision;
      targets.items.push_back({n, next.targets[n]});
    }
    put({change::UpdateDeployment{next}, targets});
    ++next.revision;
  }
  done = true;
}

}  // namespace
}  // namespace hotswap::contract
