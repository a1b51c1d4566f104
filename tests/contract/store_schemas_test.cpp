#include <thread>

#include "contract/store_fixture.hpp"

namespace hotswap::contract {
namespace {

const SchemaId kId("payments");

class StoreSchemas : public StoreContract {
 protected:
  void put_version(const std::string& number, SchemaState state = SchemaState::Approved,
                   const std::string& id = "payments") {
    put({change::InsertSchemaVersion{sample_schema_version(id, number, state)}});
  }
  std::optional<SemVer> latest() { return store().schema(kId)->latest; }
  std::vector<std::string> numbers(std::optional<SchemaState> state) {
    std::vector<std::string> texts;
    for (const auto& number : store().schema_numbers(kId, state).value()) {
      texts.push_back(number.str());
    }
    return texts;
  }
  std::vector<std::string> ids(const SchemaFilter& filter) {
    std::vector<std::string> found;
    for (const auto& schema : store().schemas(filter, {})->items) found.push_back(schema.id.str());
    return found;
  }
};
HS_STORE_CONTRACT(StoreSchemas);

using Texts = std::vector<std::string>;

TEST_P(StoreSchemas, a_schema_is_read_as_it_was_stored) {
  put({change::InsertSchema{sample_schema()}});
  expect_same(store().schema(kId).value(), sample_schema());
}

TEST_P(StoreSchemas, what_is_unknown_is_not_found_or_empty) {
  EXPECT_EQ(store().schema(kId).error().reason, "schema.not_found");
  EXPECT_EQ(store().schema_version(kId, ver("1.0.0")).error().reason, "schema.version_not_found");
  EXPECT_EQ(store().schema(kId).error().code, ErrorCode::NotFound);
  EXPECT_TRUE(store().schemas({}, {})->items.empty());
  EXPECT_TRUE(store().schema_versions(kId, {})->items.empty());
  EXPECT_TRUE(store().schema_numbers(kId, std::nullopt)->empty());
  EXPECT_EQ(*store().schema_by_uri("https://example.com/payments.json"), std::nullopt);
  EXPECT_TRUE(store().profiles_linked(kId)->empty());
}

TEST_P(StoreSchemas, a_name_is_taken_once) {
  put({change::InsertSchema{sample_schema()}});
  refused({change::InsertSchema{sample_schema()}}, ErrorCode::Conflict, "schema.exists");
}

TEST_P(StoreSchemas, every_mode_and_policy_is_kept) {
  put({change::InsertSchema{sample_schema()}});
  auto schema = sample_schema();
  using enum CompatibilityMode;
  for (const auto mode :
       {None, Backward, Forward, Full, BackwardTransitive, ForwardTransitive, FullTransitive}) {
    for (const auto policy : {schema::Policy::Strict, schema::Policy::Lenient}) {
      schema.compatibility = mode;
      schema.policy = policy;
      put({change::UpdateSchema{schema}});
      ++schema.revision;
      expect_same(store().schema(kId).value(), schema);
    }
  }
}

TEST_P(StoreSchemas, an_update_needs_the_current_revision_and_keeps_what_is_the_stores) {
  put({change::InsertSchema{sample_schema()}});
  put_version("1.0.0");
  auto edited = sample_schema();
  edited.description = "new";
  edited.compatibility = CompatibilityMode::None;
  edited.updated_at = at(50);
  edited.created_by = "eve";
  edited.created_at = at(51);
  edited.latest = ver("9.9.9");
  put({change::UpdateSchema{edited}});
  auto expected = edited;
  expected.created_by = "ann";
  expected.created_at = at(10);
  expected.latest = ver("1.0.0");
  expected.revision = 2;
  expect_same(store().schema(kId).value(), expected);
  refused({change::UpdateSchema{edited}}, ErrorCode::Conflict, "schema.changed");
  edited.id = SchemaId("nobody");
  refused({change::UpdateSchema{edited}}, ErrorCode::NotFound, "schema.not_found");
}

TEST_P(StoreSchemas, a_new_schema_has_no_latest_version_whatever_the_writer_says) {
  auto schema = sample_schema();
  schema.latest = ver("3.0.0");
  put({change::InsertSchema{schema}});
  EXPECT_EQ(latest(), std::nullopt);
}

TEST_P(StoreSchemas, a_version_is_read_as_it_was_stored) {
  put({change::InsertSchema{sample_schema()}});
  auto version = sample_schema_version("payments", "1.0.0-rc.1+build.7", SchemaState::Rejected);
  version.decision = SchemaDecision{"olga", at(20), "breaks \"all\"", std::string(64, 'c')};
  put({change::InsertSchemaVersion{version}});
  expect_same(store().schema_version(kId, version.number).value(), version);
  auto bare = sample_schema_version("payments", "2.0.0", SchemaState::PendingApproval);
  bare.compared.clear();
  bare.references.clear();
  bare.uri.clear();
  bare.assert_formats = true;
  put({change::InsertSchemaVersion{bare}});
  expect_same(store().schema_version(kId, bare.number).value(), bare);
}

TEST_P(StoreSchemas, a_number_is_taken_once_in_a_schema_that_exists) {
  refused({change::InsertSchemaVersion{sample_schema_version("payments", "1.0.0")}},
          ErrorCode::NotFound, "schema.not_found");
  put({change::InsertSchema{sample_schema()}});
  put_version("1.0.0", SchemaState::Rejected);
  refused({change::InsertSchemaVersion{sample_schema_version("payments", "1.0.0")}},
          ErrorCode::Conflict, "schema.version_exists");
  put_version("1.0.0+other");
}

TEST_P(StoreSchemas, a_version_update_replaces_all_but_its_name) {
  put({change::InsertSchema{sample_schema()}});
  put_version("1.0.0", SchemaState::PendingApproval);
  auto next = sample_schema_version("payments", "1.0.0", SchemaState::Approved);
  next.content = R"({"type":"array"})";
  next.hash = std::string(64, 'd');
  next.size = next.content.size();
  next.uri = "urn:other";
  next.assert_formats = true;
  next.author = "bob";
  next.message = "better";
  next.created_at = at(40);
  next.compared.clear();
  next.references = {{"urn:a", "a@1.0.0"}, {"urn:b", "b@2.0.0"}};
  next.decision = SchemaDecision{"olga", at(41), "fine", next.hash};
  put({change::UpdateSchemaVersion{next}});
  auto expected = next;
  expected.revision = 2;
  expect_same(store().schema_version(kId, ver("1.0.0")).value(), expected);
  refused({change::UpdateSchemaVersion{next}}, ErrorCode::Conflict, "schema.changed");
  next.number = ver("7.0.0");
  refused({change::UpdateSchemaVersion{next}}, ErrorCode::NotFound, "schema.version_not_found");
  expected.decision.reset();
  put({change::UpdateSchemaVersion{expected}});
  EXPECT_EQ(store().schema_version(kId, ver("1.0.0"))->decision, std::nullopt);
}

TEST_P(StoreSchemas, latest_is_the_highest_approved_release) {
  put({change::InsertSchema{sample_schema()}});
  put_version("0.9.0-rc.1");
  EXPECT_EQ(latest(), ver("0.9.0-rc.1"));
  put_version("1.0.0-rc.1");
  EXPECT_EQ(latest(), ver("1.0.0-rc.1"));
  put_version("0.2.0");
  EXPECT_EQ(latest(), ver("0.2.0"));
  put_version("0.10.0");
  put_version("0.3.0");
  EXPECT_EQ(latest(), ver("0.10.0"));
  put_version("2.0.0", SchemaState::PendingApproval);
  put_version("3.0.0", SchemaState::Rejected);
  EXPECT_EQ(latest(), ver("0.10.0"));
  EXPECT_EQ(store().schema(kId)->revision, 1U);
}

TEST_P(StoreSchemas, latest_moves_when_a_version_becomes_approved) {
  put({change::InsertSchema{sample_schema()}});
  put_version("1.0.0");
  put_version("2.0.0", SchemaState::PendingApproval);
  auto version = store().schema_version(kId, ver("2.0.0")).value();
  version.state = SchemaState::Rejected;
  put({change::UpdateSchemaVersion{version}});
  EXPECT_EQ(latest(), ver("1.0.0"));
  version.state = SchemaState::Approved;
  version.revision = 2;
  put({change::UpdateSchemaVersion{version}});
  EXPECT_EQ(latest(), ver("2.0.0"));
}

TEST_P(StoreSchemas, a_change_set_that_fails_leaves_nothing_and_latest_where_it_was) {
  put({change::InsertSchema{sample_schema()}});
  put_version("1.0.0");
  put_version("1.1.0", SchemaState::PendingApproval);
  auto approved = store().schema_version(kId, ver("1.1.0")).value();
  approved.state = SchemaState::Approved;
  auto edited = store().schema(kId).value();
  edited.description = "never";
  refused({change::InsertSchema{sample_schema("other")},
           change::InsertSchemaVersion{sample_schema_version("other", "1.0.0")},
           change::InsertSchemaVersion{sample_schema_version("payments", "2.0.0")},
           change::UpdateSchemaVersion{approved}, change::UpdateSchema{edited},
           change::AppendEvent{sample_event("schema.registered")},
           change::InsertSchema{sample_schema()}},
          ErrorCode::Conflict, "schema.exists");
  EXPECT_EQ(latest(), ver("1.0.0"));
  EXPECT_EQ(store().schema(SchemaId("other")).error().reason, "schema.not_found");
  EXPECT_EQ(numbers(std::nullopt), (Texts{"1.0.0", "1.1.0"}));
  EXPECT_EQ(store().schema_version(kId, ver("1.1.0"))->state, SchemaState::PendingApproval);
  EXPECT_EQ(store().schema_version(kId, ver("1.1.0"))->revision, 1U);
  EXPECT_EQ(store().schema(kId)->description, sample_schema().description);
  EXPECT_EQ(store().schema_versions(SchemaId("other"), {})->items.size(), 0U);
  EXPECT_TRUE(store().events({}, 0, 10)->empty());
}

TEST_P(StoreSchemas, numbers_are_those_of_a_state_in_their_order) {
  put({change::InsertSchema{sample_schema()}, change::InsertSchema{sample_schema("other")}});
  put_version("1.10.0");
  put_version("1.2.0");
  put_version("1.9.0-rc.1", SchemaState::PendingApproval);
  put_version("1.3.0", SchemaState::Rejected);
  put_version("5.0.0", SchemaState::Approved, "other");
  EXPECT_EQ(numbers(std::nullopt), (Texts{"1.2.0", "1.3.0", "1.9.0-rc.1", "1.10.0"}));
  EXPECT_EQ(numbers(SchemaState::Approved), (Texts{"1.2.0", "1.10.0"}));
  EXPECT_EQ(numbers(SchemaState::PendingApproval), Texts{"1.9.0-rc.1"});
  EXPECT_EQ(numbers(SchemaState::Rejected), Texts{"1.3.0"});
}

TEST_P(StoreSchemas, a_uri_names_the_highest_approved_version) {
  const std::string uri = "https://example.com/payments.json";
  put({change::InsertSchema{sample_schema()}, change::InsertSchema{sample_schema("alias")}});
  put_version("1.9.0");
  put_version("1.10.0");
  put_version("2.0.0-rc.1");
  put_version("2.0.0", SchemaState::PendingApproval);
  EXPECT_EQ(*store().schema_by_uri(uri), (SchemaRef{kId, ver("1.10.0")}));
  auto moved = sample_schema_version("alias", "1.10.0");
  moved.uri = uri;
  put({change::InsertSchemaVersion{moved}});
  EXPECT_EQ(*store().schema_by_uri(uri), (SchemaRef{SchemaId("alias"), ver("1.10.0")}));
  auto nameless = sample_schema_version("alias", "9.0.0");
  nameless.uri.clear();
  put({change::InsertSchemaVersion{nameless}});
  EXPECT_EQ(*store().schema_by_uri(""), std::nullopt);
  EXPECT_EQ(*store().schema_by_uri("https://example.com/"), std::nullopt);
}

TEST_P(StoreSchemas, schemas_are_listed_by_id_page_by_page) {
  for (const auto* id : {"c", "a", "e", "b", "d"}) {
    put({change::InsertSchema{sample_schema(id)}});
  }
  Texts seen;
  PageRequest request{.limit = 2};
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = store().schemas({}, request).value();
    for (const auto& schema : page.items) seen.push_back(schema.id.str());
    EXPECT_EQ(page.next_cursor.empty(), pages == 2);
    request.cursor = page.next_cursor;
  }
  EXPECT_EQ(seen, (Texts{"a", "b", "c", "d", "e"}));
}

TEST_P(StoreSchemas, versions_are_listed_newest_first_page_by_page_without_their_bulk) {
  put({change::InsertSchema{sample_schema()}, change::InsertSchema{sample_schema("other")}});
  put_version("2.0.0", SchemaState::PendingApproval);
  put_version("9.0.0", SchemaState::Approved, "other");
  put_version("1.0.0");
  put_version("1.1.0");
  auto first = store().schema_version(kId, ver("2.0.0")).value();
  first.decision = SchemaDecision{"olga", at(20), "no", first.hash};
  first.state = SchemaState::Rejected;
  put({change::UpdateSchemaVersion{first}});
  const auto page = store().schema_versions(kId, {.limit = 2}).value();
  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_EQ(page.items[0].number, ver("1.1.0"));
  EXPECT_EQ(page.items[1].number, ver("1.0.0"));
  const auto rest = store().schema_versions(kId, {2, page.next_cursor}).value();
  ASSERT_EQ(rest.items.size(), 1U);
  EXPECT_TRUE(rest.next_cursor.empty());
  auto expected = first;
  expected.content.clear();
  expected.compared.clear();
  expected.references.clear();
  expected.revision = 2;
  expect_same(rest.items[0], expected);
}

TEST_P(StoreSchemas, a_page_goes_on_where_it_was_though_rows_come_meanwhile) {
  for (const auto* id : {"b", "d", "f"}) put({change::InsertSchema{sample_schema(id)}});
  const auto page = store().schemas({}, {.limit = 2}).value();
  for (const auto* id : {"a", "e"}) put({change::InsertSchema{sample_schema(id)}});
  const auto rest = store().schemas({}, {2, page.next_cursor}).value();
  ASSERT_EQ(rest.items.size(), 2U);
  EXPECT_EQ(rest.items[0].id.str(), "e");
}

TEST_P(StoreSchemas, a_cursor_of_another_list_is_refused) {
  put({change::InsertSchema{sample_schema()}, change::InsertSchema{sample_schema("q")},
       change::InsertProfile{sample_profile()}, change::InsertProfile{sample_profile("q")}});
  const auto profiles = store().profiles({}, {.limit = 1})->next_cursor;
  EXPECT_EQ(store().schemas({}, {1, profiles}).error().reason, "cursor.invalid");
  EXPECT_EQ(store().schema_versions(kId, {1, "zz"}).error().reason, "cursor.invalid");
  const auto schemas = store().schemas({}, {.limit = 1})->next_cursor;
  EXPECT_EQ(store().schema_versions(kId, {1, schemas}).error().reason, "cursor.invalid");
}

TEST_P(StoreSchemas, are_filtered_by_text_and_by_a_version_in_a_state) {
  auto plain = sample_schema("limits");
  plain.description = "of PAYments_1";
  put({change::InsertSchema{sample_schema()}, change::InsertSchema{plain},
       change::InsertSchema{sample_schema("zone")}});
  put_version("1.0.0");
  put_version("2.0.0", SchemaState::PendingApproval);
  put_version("1.0.0", SchemaState::PendingApproval, "zone");
  EXPECT_EQ(ids({.text = "PAYments", .any = {}}), (Texts{"limits", "payments"}));
  EXPECT_EQ(ids({.text = "s_1", .any = {}}), Texts{"limits"});
  EXPECT_EQ(ids({.text = "%", .any = {}}), (Texts{"payments", "zone"}));
  EXPECT_EQ(ids({.text = "", .any = SchemaState::PendingApproval}), (Texts{"payments", "zone"}));
  EXPECT_EQ(ids({.text = "zo", .any = SchemaState::Approved}), Texts());
  EXPECT_EQ(ids({.text = "", .any = SchemaState::Approved}), Texts{"payments"});
}

TEST_P(StoreSchemas, know_the_profiles_whose_link_names_them) {
  const auto linked = [](const std::string& name, const std::string& link) {
    auto profile = sample_profile(name);
    profile.schema_id = link;
    return change::InsertProfile{profile};
  };
  put({linked("d", "payments"), linked("b", "payments@1.2.0"), linked("c", "payments@^1"),
       linked("a", "payments-other"), linked("e", ""), linked("f", "pay")});
  Texts names;
  for (const auto& profile : store().profiles_linked(kId).value()) {
    names.push_back(profile.name.str());
  }
  EXPECT_EQ(names, (Texts{"b", "c", "d"}));
  EXPECT_TRUE(store().profiles_linked(SchemaId())->empty());
  auto moved = store().profile(ProfileName("b")).value();
  moved.schema_id = "limits@>=1 <3";
  put({change::UpdateProfile{moved}});
  EXPECT_EQ(store().profiles_linked(kId)->size(), 2U);
  ASSERT_EQ(store().profiles_linked(SchemaId("limits"))->size(), 1U);
  EXPECT_EQ(store().profile(ProfileName("b"))->schema_id, "limits@>=1 <3");
}

TEST_P(StoreSchemas, stay_when_a_profile_that_follows_them_goes) {
  auto profile = sample_profile();
  profile.schema_id = "payments@^1";
  put({change::InsertSchema{sample_schema()}, change::InsertProfile{profile}});
  put_version("1.0.0");
  put({change::DeleteProfile{profile.name}});
  EXPECT_EQ(latest(), ver("1.0.0"));
  EXPECT_TRUE(store().schema_version(kId, ver("1.0.0")).has_value());
  EXPECT_TRUE(store().profiles_linked(kId)->empty());
}

TEST_P(StoreSchemas, of_many_who_decide_at_once_one_does) {
  put({change::InsertSchema{sample_schema()}});
  put_version("1.0.0", SchemaState::PendingApproval);
  const auto seen = store().schema_version(kId, ver("1.0.0")).value();
  std::atomic<int> won = 0;
  std::atomic<int> told = 0;
  {
    std::vector<std::jthread> admins;
    for (int i = 0; i < 8; ++i) {
      admins.emplace_back([&, i] {
        auto decided = seen;
        decided.state = i % 2 == 0 ? SchemaState::Approved : SchemaState::Rejected;
        decided.decision = SchemaDecision{"admin-" + std::to_string(i), at(30), "ok", seen.hash};
        const auto done = store().commit({change::UpdateSchemaVersion{decided}});
        if (done) ++won;
        if (!done && done.error().reason == "schema.changed") ++told;
      });
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(told, 7);
  const auto stored = store().schema_version(kId, ver("1.0.0")).value();
  EXPECT_EQ(stored.revision, 2U);
  EXPECT_EQ(latest().has_value(), stored.state == SchemaState::Approved);
}

TEST_P(StoreSchemas, no_edit_is_lost_when_many_write) {
  put({change::InsertSchema{sample_schema()}});
  constexpr int kWriters = 4;
  constexpr int kEdits = 10;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&] {
        for (int made = 0; made < kEdits;) {
          auto schema = store().schema(kId).value();
          schema.description += "+";
          if (store().commit({change::UpdateSchema{schema}})) ++made;
        }
      });
    }
  }
  const auto schema = store().schema(kId).value();
  EXPECT_EQ(schema.revision, 1U + kWriters * kEdits);
  EXPECT_EQ(schema.description, sample_schema().description + std::string(kWriters * kEdits, '+'));
}

TEST_P(StoreSchemas, registered_side_by_side_leave_latest_at_the_highest) {
  put({change::InsertSchema{sample_schema()}});
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 8; ++i) {
      writers.emplace_back([&, i] { put_version("1." + std::to_string(i) + ".0"); });
    }
  }
  EXPECT_EQ(latest(), ver("1.7.0"));
  EXPECT_EQ(numbers(SchemaState::Approved).size(), 8U);
}

}  // namespace
}  // namespace hotswap::contract
