// What operations live by: channels, calendar, traffic, health records.
#include <thread>

#include "contract/store_fixture.hpp"

namespace hotswap::contract {
namespace {

const ServiceName kService("payments");

class StoreOperations : public StoreContract {};
HS_STORE_CONTRACT(StoreOperations);

TEST_P(StoreOperations, a_channel_is_read_whole_as_it_was_stored_and_replaced) {
  put({change::PutChannel{sample_channel("ops")}, change::PutChannel{sample_channel("board")}});
  EXPECT_EQ(store().channels().value(),
            (std::vector{sample_channel("board"), sample_channel("ops")}));
  for (const auto type : {ChannelType::Webhook, ChannelType::Alertmanager, ChannelType::Email}) {
    for (const auto severity : {Severity::Info, Severity::Critical}) {
      auto changed = sample_channel("ops");
      changed.type = type;
      changed.at_least = severity;
      changed.target = "ops@example.com";
      changed.profiles.clear();
      put({change::PutChannel{changed}});
      EXPECT_EQ(store().channels()->back(), changed);
    }
  }
}

TEST_P(StoreOperations, statistics_name_the_engine_and_count_rows) {
  const auto before = store().statistics();
  ASSERT_TRUE(before.has_value()) << before.error().internal;
  EXPECT_FALSE(before->engine.empty());
  EXPECT_EQ(before->bytes == 0, before->engine == "memory");
  EXPECT_EQ(before->schema == 0, before->engine == "memory");
  put({change::AppendEvent{TimelineEvent{}}});
  const auto after = store().statistics();
  EXPECT_EQ(after->rows.at("events"), before->rows.at("events") + 1);
}

TEST_P(StoreOperations, a_channel_is_deleted_once) {
  put({change::PutChannel{sample_channel("ops")}});
  put({change::DeleteChannel{"ops"}});
  EXPECT_TRUE(store().channels()->empty());
  refused({change::DeleteChannel{"ops"}}, ErrorCode::NotFound, "channel.not_found");
}

TEST_P(StoreOperations, calendar_entries_are_listed_the_oldest_first_and_replaced_in_place) {
  put({change::PutCalendarEntry{sample_entry("z")},
       change::PutCalendarEntry{sample_entry("a", CalendarKind::Window)}});
  EXPECT_EQ(store().calendar().value(),
            (std::vector{sample_entry("z"), sample_entry("a", CalendarKind::Window)}));
  auto changed = sample_entry("z");
  changed.scope = {};
  changed.when = Once{at(14), std::nullopt};
  put({change::PutCalendarEntry{changed}});
  EXPECT_EQ(store().calendar().value(),
            (std::vector{changed, sample_entry("a", CalendarKind::Window)}));
  put({change::DeleteCalendarEntry{"z"}});
  EXPECT_EQ(store().calendar()->size(), 1U);
  refused({change::DeleteCalendarEntry{"z"}}, ErrorCode::NotFound, "calendar.not_found");
}

TEST_P(StoreOperations, traffic_is_read_as_it_was_stored_with_the_next_revision) {
  EXPECT_EQ(store().traffic(kService, "Production").error().reason, "traffic.not_found");
  auto expected = sample_traffic();
  put({change::PutTraffic{expected}});
  expected.revision = 1;
  EXPECT_EQ(store().traffic(kService, "Production").value(), expected);
  const RouterConfig routers[] = {
      FollowedRouter{}, HaproxyRouter{"10.0.0.1:9999", "web", "", ""},
      WebhookRouter{"https://lb.example.com/?token=s", std::chrono::seconds(3)}};
  for (const auto& router : routers) {
    expected.router = router;
    put({change::PutTraffic{expected}});
    ++expected.revision;
    EXPECT_EQ(store().traffic(kService, "Production").value(), expected);
  }
  EXPECT_EQ(store().traffic(kService, "Staging").error().code, ErrorCode::NotFound);
}

TEST_P(StoreOperations, traffic_needs_the_current_revision) {
  auto early = sample_traffic();
  early.revision = 1;
  refused({change::PutTraffic{early}}, ErrorCode::Conflict, "traffic.changed");
  put({change::PutTraffic{sample_traffic()}});
  refused({change::PutTraffic{sample_traffic()}}, ErrorCode::Conflict, "traffic.changed");
  put({change::PutTraffic{early}});
  refused({change::PutTraffic{early}}, ErrorCode::Conflict, "traffic.changed");
  EXPECT_EQ(store().traffic(kService, "Production")->revision, 2U);
}

TEST_P(StoreOperations, traffics_of_all_services_are_listed_by_name) {
  auto staging = sample_traffic("orders");
  staging.environment = "Staging";
  put({change::PutTraffic{sample_traffic("payments")}, change::PutTraffic{staging},
       change::PutTraffic{sample_traffic("orders")}});
  const auto all = store().traffics().value();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].environment, "Production");
  EXPECT_EQ(all[1].environment, "Staging");
  EXPECT_EQ(all[2].service.str(), "payments");
}

TEST_P(StoreOperations, of_many_switches_of_one_revision_exactly_one_wins) {
  put({change::PutTraffic{sample_traffic()}});
  const auto read = store().traffic(kService, "Production").value();
  std::atomic<int> won = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        if (store().commit({change::PutTraffic{read}})) ++won;
      });
    }
  }
  EXPECT_EQ(won, 1);
}

class StoreHealth : public StoreContract {
 protected:
  StoreHealth() {
    put({change::InsertProfile{sample_profile()}, change::InsertProfile{sample_profile("orders")},
         change::InsertDeployment{sample_deployment("d-1")},
         change::InsertDeployment{sample_deployment("d-2", "orders")}});
  }
};
HS_STORE_CONTRACT(StoreHealth);

TEST_P(StoreHealth, a_record_is_read_as_it_was_stored_with_its_number) {
  put({change::AppendHealthRecord{sample_record("d-1")}});
  auto expected = sample_record("d-1");
  expected.sequence = 1;
  EXPECT_EQ(store().health_records(DeploymentId("d-1"), 0, 10).value(), std::vector{expected});
}

TEST_P(StoreHealth, records_are_numbered_by_deployment_whatever_they_claim) {
  auto claims = sample_record("d-1");
  claims.sequence = 99;
  put({change::AppendHealthRecord{claims}, change::AppendHealthRecord{sample_record("d-2")},
       change::AppendHealthRecord{claims}});
  put({change::AppendHealthRecord{claims}});
  const auto numbers = [&](const char* id) {
    std::string found;
    for (const auto& record : store().health_records(DeploymentId(id), 0, 10).value()) {
      EXPECT_EQ(record.deployment.str(), id);
      found += std::to_string(record.sequence) + " ";
    }
    return found;
  };
  EXPECT_EQ(numbers("d-1"), "1 2 3 ");
  EXPECT_EQ(numbers("d-2"), "1 ");
  EXPECT_EQ(numbers("nobody"), "");
}

TEST_P(StoreHealth, records_are_read_in_bounded_pieces) {
  ChangeSet changes;
  for (int i = 0; i < 12; ++i) changes.push_back(change::AppendHealthRecord{sample_record("d-1")});
  put(std::move(changes));
  std::uint64_t after = 0;
  std::size_t read = 0;
  for (auto piece = store().health_records(DeploymentId("d-1"), after, 5).value(); !piece.empty();
       piece = store().health_records(DeploymentId("d-1"), after, 5).value()) {
    EXPECT_LE(piece.size(), 5U);
    EXPECT_EQ(piece.front().sequence, after + 1);
    after = piece.back().sequence;
    read += piece.size();
  }
  EXPECT_EQ(read, 12U);
}

TEST_P(StoreHealth, a_record_needs_its_deployment_and_outlives_the_profile) {
  refused({change::AppendHealthRecord{sample_record("nobody")}}, ErrorCode::NotFound,
          "deployment.not_found");
  auto done = sample_deployment("d-1");
  done.state = Succeeded{at(40)};
  put({change::AppendHealthRecord{sample_record("d-1")}, change::UpdateDeployment{done},
       change::DeleteProfile{done.profile}});
  EXPECT_EQ(store().health_records(DeploymentId("d-1"), 0, 10)->size(), 1U);
}

TEST_P(StoreHealth, a_refused_set_leaves_nothing_of_operations) {
  put({change::PutChannel{sample_channel("ops")}, change::PutCalendarEntry{sample_entry("e")},
       change::PutTraffic{sample_traffic()}});
  auto traffic = sample_traffic();
  traffic.revision = 1;
  traffic.desired = "blue";
  refused({change::AppendHealthRecord{sample_record("d-1")}, change::PutTraffic{traffic},
           change::PutTraffic{sample_traffic("orders")}, change::DeleteCalendarEntry{"e"},
           change::PutCalendarEntry{sample_entry("f")}, change::DeleteChannel{"ops"},
           change::PutChannel{sample_channel("new")}, change::DeleteChannel{"ops"}},
          ErrorCode::NotFound, "channel.not_found");
  EXPECT_TRUE(store().health_records(DeploymentId("d-1"), 0, 10)->empty());
  EXPECT_EQ(store().traffics()->size(), 1U);
  EXPECT_EQ(store().traffic(kService, "Production")->desired, "green");
  EXPECT_EQ(store().calendar().value(), std::vector{sample_entry("e")});
  EXPECT_EQ(store().channels().value(), std::vector{sample_channel("ops")});
}

TEST_P(StoreHealth, what_a_deployment_gained_is_updated) {
  auto d = sample_deployment("d-1");
  d.start_at.reset();
  d.proof = RollbackProof();
  d.tallies.clear();
  d.hook_calls.clear();
  d.pools.reset();
  d.baseline.reset();
  d.progressed_at = at(99);
  put({change::UpdateDeployment{d}});
  ++d.revision;
  expect_same(store().deployment(d.id).value(), d);
  const auto full = sample_deployment("d-1");
  d.start_at = full.start_at;
  d.proof = full.proof;
  d.tallies = full.tallies;
  d.hook_calls = full.hook_calls;
  d.pools = full.pools;
  d.baseline = full.baseline;
  put({change::UpdateDeployment{d}});
  ++d.revision;
  expect_same(store().deployment(d.id).value(), d);
}

TEST_P(StoreHealth, a_deployment_that_is_arranged_anew_may_have_fewer_targets) {
  Target only = sample_deployment("d-1").targets[2];
  only.attempts = 5;
  put({change::PutTargets{DeploymentId("d-1"), {{0, only}}, 1}});
  EXPECT_EQ(store().deployment(DeploymentId("d-1"))->targets, std::vector{only});
  EXPECT_EQ(store().deployment(DeploymentId("d-2"))->targets.size(), 3U);
  refused({change::PutTargets{DeploymentId("d-2"), {}, 0}, change::DeleteChannel{"x"}},
          ErrorCode::NotFound, "channel.not_found");
  EXPECT_EQ(store().deployment(DeploymentId("d-2"))->targets.size(), 3U);
}

}  // namespace
}  // namespace hotswap::contract
