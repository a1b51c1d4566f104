#include "contract/store_fixture.hpp"
#include "infrastructure/store/cursor.hpp"

namespace hotswap::contract {
namespace {

const std::string kName = "payments.production";

class StoreProfiles : public StoreContract {};
HS_STORE_CONTRACT(StoreProfiles);

TEST_P(StoreProfiles, a_profile_is_read_as_it_was_stored) {
  put({change::InsertProfile{sample_profile()}});
  expect_same(store().profile(ProfileName(kName)).value(), sample_profile());
}

TEST_P(StoreProfiles, an_unknown_profile_is_not_found) {
  EXPECT_EQ(store().profile(ProfileName("nobody")).error().reason, "config.not_found");
  EXPECT_EQ(store().version(ProfileName("nobody"), ver("1.0.0")).error().reason,
            "version.not_found");
}

TEST_P(StoreProfiles, a_name_is_taken_once) {
  put({change::InsertProfile{sample_profile()}});
  refused({change::InsertProfile{sample_profile()}}, ErrorCode::Conflict, "config.exists");
}

TEST_P(StoreProfiles, an_update_needs_the_current_revision_and_raises_it) {
  put({change::InsertProfile{sample_profile()},
       change::AdvanceProfile{ProfileName(kName), ver("1.0.0"), false, 3}});
  auto edited = sample_profile();
  edited.description = "new";
  edited.labels = {{"team", "core"}};
  edited.stable = ver("9.9.9");
  edited.generation = 99;
  put({change::UpdateProfile{edited}});
  auto expected = edited;
  expected.revision = 2;
  expected.stable = ver("1.0.0");
  expected.generation = 3;
  expect_same(store().profile(ProfileName(kName)).value(), expected);
  refused({change::UpdateProfile{edited}}, ErrorCode::Conflict, "config.changed");
  edited.name = ProfileName("nobody");
  refused({change::UpdateProfile{edited}}, ErrorCode::NotFound, "config.not_found");
}

TEST_P(StoreProfiles, its_figures_tell_how_many_there_are_and_how_many_live) {
  EXPECT_EQ(store().figures()->profiles, 0U);
  auto second = sample_profile();
  second.name = ProfileName("second.production");
  second.stable.reset();
  put({change::InsertProfile{sample_profile()}, change::InsertProfile{second},
       change::AdvanceProfile{ProfileName(kName), ver("1.0.0"), false, 3}});
  const auto figures = store().figures().value();
  EXPECT_EQ(figures.profiles, 2U);
  EXPECT_EQ(figures.live, 1U);
}

TEST_P(StoreProfiles, the_generation_only_grows) {
  put({change::InsertProfile{sample_profile()}});
  const ProfileName name(kName);
  put({change::AdvanceProfile{name, ver("1.0.0"), false, 2}});
  put({change::AdvanceProfile{name, ver("2.0.0"), true, 3}});
  EXPECT_EQ(store().profile(name)->stable, ver("1.0.0"));
  EXPECT_EQ(store().profile(name)->generation, 3U);
  refused({change::AdvanceProfile{name, {}, true, 3}}, ErrorCode::Conflict, "generation.stale");
  put({change::AdvanceProfile{name, std::nullopt, false, 4}});
  EXPECT_EQ(store().profile(name)->stable, std::nullopt);
  EXPECT_EQ(store().profile(name)->revision, 1U);
  refused({change::AdvanceProfile{ProfileName("nobody"), {}, true, 9}}, ErrorCode::NotFound,
          "config.not_found");
}

TEST_P(StoreProfiles, deleting_takes_what_belongs_to_it_and_keeps_the_record) {
  const ProfileName name(kName);
  auto ended = sample_deployment("d-1");
  ended.state = Cancelled{"", at(5)};
  put({change::InsertProfile{sample_profile()}, change::PutInstance{sample_instance("i-0")},
       change::InsertVersion{sample_version(kName, "1.0.0")},
       change::PutTag{name, "beta", ver("1.0.0")},
       change::PutAssignments{{sample_assignment("i-0", kName)}},
       change::PutObservations{{sample_observation("i-0", kName)}}, change::InsertDeployment{ended},
       change::AppendEvent{sample_event("config.created")},
       change::AppendAudit{sample_audit("config.create")}});
  put({change::DeleteProfile{name}});
  EXPECT_EQ(store().profile(name).error().reason, "config.not_found");
  EXPECT_TRUE(store().version_numbers(name)->empty());
  EXPECT_EQ(*store().tagged(name, "beta"), std::nullopt);
  EXPECT_TRUE(store().assignments_of(name)->empty());
  EXPECT_TRUE(store().assignments_of(InstanceId("i-0"))->empty());
  EXPECT_TRUE(store().observations_of(InstanceId("i-0"))->empty());
  EXPECT_TRUE(store().instance(InstanceId("i-0")).has_value());
  EXPECT_EQ(store().deployment(DeploymentId("d-1"))->targets.size(), 3U);
  EXPECT_EQ(store().events({}, 0, 10)->size(), 1U);
  EXPECT_EQ(store().audit_after(0, 10)->size(), 1U);
  refused({change::DeleteProfile{name}}, ErrorCode::NotFound, "config.not_found");
}

TEST_P(StoreProfiles, a_running_deployment_keeps_its_profile) {
  put({change::InsertProfile{sample_profile()},
       change::InsertDeployment{sample_deployment("d-1")}});
  refused({change::DeleteProfile{ProfileName(kName)}}, ErrorCode::Conflict,
          "deployment.already_active");
  EXPECT_TRUE(store().profile(ProfileName(kName)).has_value());
}

TEST_P(StoreProfiles, filters_narrow_the_list) {
  auto orders = sample_profile("orders.staging");
  orders.service = ServiceName("orders");
  orders.environment = "Staging";
  orders.labels = {{"team", "core"}};
  orders.description = "half_price 50%";
  put({change::InsertProfile{sample_profile()}, change::InsertProfile{orders}});
  const auto names = [&](const ProfileFilter& filter) {
    std::string found;
    for (const auto& p : store().profiles(filter, {})->items) found += p.name.str() + " ";
    return found;
  };
  EXPECT_EQ(names({}), "orders.staging payments.production ");
  EXPECT_EQ(names({.service = "orders"}), "orders.staging ");
  EXPECT_EQ(names({.environment = "Production"}), "payments.production ");
  EXPECT_EQ(names({.label_key = "tier"}), "payments.production ");
  EXPECT_EQ(names({.label_key = "team", .label_value = "core"}), "orders.staging ");
  EXPECT_EQ(names({.label_key = "team", .label_value = "none"}), "");
  EXPECT_EQ(names({.text = "PAYMENTS"}), "payments.production ");
  EXPECT_EQ(names({.text = "half_p"}), "orders.staging ");
  EXPECT_EQ(names({.text = "half%"}), "");
  EXPECT_EQ(names({.text = "h_lf"}), "");
  EXPECT_EQ(names({.text = "50%"}), "orders.staging ");
  EXPECT_EQ(names({.text = "' OR 1=1 --"}), "");
  EXPECT_EQ(names({.service = "orders", .text = "staging"}), "orders.staging ");
}

TEST_P(StoreProfiles, profiles_of_a_service_and_environment) {
  put({change::InsertProfile{sample_profile("b")}, change::InsertProfile{sample_profile("a")}});
  const auto found = store().profiles_of(ServiceName("payments"), "Production").value();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name.str(), "a");
  EXPECT_TRUE(store().profiles_of(ServiceName("payments"), "Staging")->empty());
}

TEST_P(StoreProfiles, pages_stay_stable_while_items_come_and_go) {
  for (const char* name : {"b", "d", "f", "h"}) {
    put({change::InsertProfile{sample_profile(name)}});
  }
  const auto first = store().profiles({}, {.limit = 2}).value();
  ASSERT_EQ(first.items.size(), 2U);
  put({change::InsertProfile{sample_profile("a")}, change::DeleteProfile{ProfileName("d")},
       change::InsertProfile{sample_profile("e")}});
  const auto second = store().profiles({}, {.limit = 2, .cursor = first.next_cursor}).value();
  ASSERT_EQ(second.items.size(), 2U);
  EXPECT_EQ(second.items[0].name.str(), "e");
  EXPECT_EQ(second.items[1].name.str(), "f");
  const auto last = store().profiles({}, {.limit = 2, .cursor = second.next_cursor}).value();
  ASSERT_EQ(last.items.size(), 1U);
  EXPECT_TRUE(last.next_cursor.empty());
}

TEST_P(StoreProfiles, a_full_last_page_has_no_cursor) {
  put({change::InsertProfile{sample_profile("a")}, change::InsertProfile{sample_profile("b")}});
  EXPECT_TRUE(store().profiles({}, {.limit = 2})->next_cursor.empty());
}

TEST_P(StoreProfiles, a_broken_or_foreign_cursor_is_refused) {
  put({change::InsertProfile{sample_profile("a")}, change::InsertProfile{sample_profile("b")}});
  const auto good = store().profiles({}, {.limit = 1})->next_cursor;
  ASSERT_FALSE(good.empty());
  auto edited = good;
  edited.back() = edited.back() == '0' ? '1' : '0';
  const auto foreign = store::encode_cursor("instances", "a");
  for (const std::string& bad : {std::string("x"), edited, good.substr(0, 9), foreign,
                                 std::string("' OR 1=1 --"), std::string(10000, 'f')}) {
    const auto page = store().profiles({}, {.limit = 1, .cursor = bad});
    ASSERT_FALSE(page.has_value());
    EXPECT_EQ(page.error().reason, "cursor.invalid");
    EXPECT_EQ(page.error().code, ErrorCode::Invalid);
    EXPECT_EQ(store().versions(ProfileName("a"), {.cursor = bad}).error().reason, "cursor.invalid");
    EXPECT_EQ(store().deployments({}, {.cursor = bad}).error().reason, "cursor.invalid");
    EXPECT_EQ(store().audit({}, {.cursor = bad}).error().reason, "cursor.invalid");
  }
}

class StoreVersions : public StoreContract {
 protected:
  StoreVersions() { put({change::InsertProfile{sample_profile()}}); }
};
HS_STORE_CONTRACT(StoreVersions);

TEST_P(StoreVersions, a_version_is_read_as_it_was_stored) {
  put({change::InsertVersion{sample_version(kName, "1.2.0-rc.1+build.5")}});
  expect_same(store().version(ProfileName(kName), ver("1.2.0-rc.1+build.5")).value(),
              sample_version(kName, "1.2.0-rc.1+build.5"));
}

TEST_P(StoreVersions, a_version_never_changes) {
  put({change::InsertVersion{sample_version(kName, "1.0.0")}});
  refused({change::InsertVersion{sample_version(kName, "1.0.0")}}, ErrorCode::Conflict,
          "version.exists");
  refused({change::InsertVersion{sample_version("nobody", "1.0.0")}}, ErrorCode::NotFound,
          "config.not_found");
}

TEST_P(StoreVersions, a_version_is_refused_when_its_profile_has_changed) {
  const auto profile = store().profile(ProfileName(kName)).value();
  const change::InsertVersion::Judge judge{profile.revision, profile.created_at};
  put({change::InsertVersion{sample_version(kName, "2.0.0"), judge}});
  put({change::UpdateProfile{profile}});
  refused({change::InsertVersion{sample_version(kName, "2.1.0"), judge}}, ErrorCode::Conflict,
          "config.changed");
  EXPECT_FALSE(store().version(ProfileName(kName), ver("2.1.0")));
  refused({change::InsertVersion{sample_version(kName, "2.0.0"), judge}}, ErrorCode::Conflict,
          "version.exists");
}

TEST_P(StoreVersions, lists_newest_upload_first_without_content) {
  put({change::InsertVersion{sample_version(kName, "2.0.0")}});
  put({change::InsertVersion{sample_version(kName, "1.9.0")}});
  put({change::InsertVersion{sample_version(kName, "1.10.0")},
       change::PutTag{ProfileName(kName), "beta", ver("1.9.0")},
       change::PutTag{ProfileName(kName), "alpha", ver("1.9.0")}});
  const auto first = store().versions(ProfileName(kName), {.limit = 2}).value();
  ASSERT_EQ(first.items.size(), 2U);
  EXPECT_EQ(first.items[0].number, ver("1.10.0"));
  EXPECT_EQ(first.items[0].content, "");
  EXPECT_EQ(first.items[0].size, sample_version(kName, "1.0.0").size);
  EXPECT_EQ(first.items[1].tags, (std::vector<std::string>{"alpha", "beta"}));
  put({change::InsertVersion{sample_version(kName, "3.0.0")}});
  const auto rest =
      store().versions(ProfileName(kName), {.limit = 2, .cursor = first.next_cursor}).value();
  ASSERT_EQ(rest.items.size(), 1U);
  EXPECT_EQ(rest.items[0].number, ver("2.0.0"));
  EXPECT_EQ(*store().version_numbers(ProfileName(kName)),
            (std::vector{ver("1.9.0"), ver("1.10.0"), ver("2.0.0"), ver("3.0.0")}));
}

TEST_P(StoreVersions, a_tag_moves_and_goes) {
  const ProfileName name(kName);
  put({change::InsertVersion{sample_version(kName, "1.0.0")},
       change::InsertVersion{sample_version(kName, "2.0.0")},
       change::PutTag{name, "beta", ver("1.0.0")}});
  EXPECT_EQ(*store().tagged(name, "beta"), ver("1.0.0"));
  put({change::PutTag{name, "beta", ver("2.0.0")}});
  EXPECT_EQ(*store().tagged(name, "beta"), ver("2.0.0"));
  EXPECT_TRUE(store().version(name, ver("1.0.0"))->tags.empty());
  // It has moved, perhaps while somebody was about to remove it: that is told.
  refused({change::DeleteTag{name, "beta", ver("1.0.0")}}, ErrorCode::NotFound, "tag.not_found");
  EXPECT_EQ(*store().tagged(name, "beta"), ver("2.0.0"));
  put({change::DeleteTag{name, "beta", ver("2.0.0")}});
  refused({change::DeleteTag{name, "beta", ver("2.0.0")}}, ErrorCode::NotFound, "tag.not_found");
  EXPECT_EQ(*store().tagged(name, "beta"), std::nullopt);
  refused({change::PutTag{name, "beta", ver("7.0.0")}}, ErrorCode::NotFound, "version.not_found");
}

TEST_P(StoreVersions, deprecated_may_stand_on_many_versions) {
  const ProfileName name(kName);
  put({change::InsertVersion{sample_version(kName, "1.0.0")},
       change::InsertVersion{sample_version(kName, "2.0.0")},
       change::PutTag{name, "deprecated", ver("1.0.0")},
       change::PutTag{name, "deprecated", ver("2.0.0")}});
  EXPECT_EQ(store().version(name, ver("1.0.0"))->tags, std::vector<std::string>{"deprecated"});
  EXPECT_EQ(store().version(name, ver("2.0.0"))->tags, std::vector<std::string>{"deprecated"});
  EXPECT_TRUE(store().tagged(name, "deprecated")->has_value());
  put({change::DeleteTag{name, "deprecated", ver("2.0.0")}});
  EXPECT_TRUE(store().version(name, ver("2.0.0"))->tags.empty());
  EXPECT_EQ(*store().tagged(name, "deprecated"), ver("1.0.0"));
}

TEST_P(StoreVersions, a_version_is_marked_as_failed) {
  const ProfileName name(kName);
  put({change::InsertVersion{sample_version(kName, "1.0.0")},
       change::MarkVersion{name, ver("1.0.0"), "error rate"}});
  EXPECT_EQ(store().version(name, ver("1.0.0"))->failed_reason, "error rate");
  refused({change::MarkVersion{name, ver("2.0.0"), "x"}}, ErrorCode::NotFound, "version.not_found");
}

}  // namespace
}  // namespace hotswap::contract
