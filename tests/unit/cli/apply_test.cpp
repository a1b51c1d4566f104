#include <gtest/gtest.h>

#include "cli/answer.hpp"
#include "cli/apply/plan.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

json::Value value(std::string_view text) { return json::parse(text).value(); }

constexpr auto kProfile = R"({"serviceName":"shop","environment":"Production"})";

Result<Wanted> wanted(std::vector<std::pair<std::string, std::string>> files) {
  std::vector<ManifestFile> out;
  for (const auto& [place, text] : files) out.push_back({"dir/" + place, place, value(text)});
  return wanted_from(std::move(out));
}

TEST(Manifest, the_folder_says_what_a_file_is) {
  const auto out = wanted({{"schemas/shop.json", R"({"type":"object"})"},
                           {"profiles/shop.production.yaml", kProfile},
                           {"versions/shop.production.json", R"({"a":1})"},
                           {"versions/other.dev/1.2.0.toml", R"({"b":2})"}});
  ASSERT_TRUE(out) << out.error().detail;
  EXPECT_EQ(out->schemas.front().name, "shop");
  EXPECT_EQ(out->profiles.front().name, "shop.production");
  EXPECT_EQ(out->profiles.front().draft.service, "shop");
  EXPECT_EQ(out->versions[0].profile, "shop.production");
  EXPECT_EQ(out->versions[0].version, "");
  EXPECT_EQ(out->versions[1].profile, "other.dev");
  EXPECT_EQ(out->versions[1].version, "1.2.0");
}

TEST(Manifest, elsewhere_the_kind_says_it_also_in_a_list) {
  const auto out = wanted({{"all.yaml",
                            R"([{"kind":"schema","name":"s","schema":true},
        {"kind":"profile","name":"p","serviceName":"shop","environment":"Staging"},
        {"kind":"version","profile":"p","bump":"minor","message":"why","data":{"a":1}}])"}});
  ASSERT_TRUE(out) << out.error().detail;
  EXPECT_EQ(out->schemas.size(), 1U);
  EXPECT_EQ(out->profiles.front().draft.environment, "Staging");
  EXPECT_EQ(out->versions.front().bump, "minor");
  EXPECT_EQ(out->versions.front().message, "why");
}

TEST(Manifest, a_schema_with_settings_is_the_envelope) {
  const auto out =
      wanted({{"schemas/s.yaml",
               R"({"schema":{"type":"object"},"compatibility":"FULL","version":"2.0.0"})"}});
  ASSERT_TRUE(out) << out.error().detail;
  EXPECT_EQ(out->schemas.front().version, "2.0.0");
  EXPECT_EQ(text_at(out->schemas.front().settings, "compatibility"), "FULL");
  EXPECT_EQ(out->schemas.front().schema, value(R"({"type":"object"})"));
}

TEST(Manifest, a_kind_that_is_none_is_told_before_what_is_missing) {
  const auto out = wanted({{"all.yaml", R"({"kind":"versoin","profile":"p","data":{}})"}});
  ASSERT_FALSE(out);
  EXPECT_TRUE(out.error().detail.ends_with("did you mean version?")) << out.error().detail;
}

TEST(Manifest, every_mistake_of_every_file_is_told_at_once) {
  const auto out = wanted({{"profiles/a.yaml", R"({"servicName":"shop","environment":"Mars"})"},
                           {"profiles/b.yaml", R"({"name":"c","serviceName":"s"})"},
                           {"versions/p.json", "[1]"},
                           {"versions/p/one.json", "{}"},
                           {"loose.json", R"({"a":1})"},
                           {"kind.json", R"({"kind":"profil","name":"x"})"}});
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().reason, "apply.invalid");
  std::string all;
  for (const auto& field : out.error().fields) all += field.path + ": " + field.message + "\n";
  for (const auto* part :
       {"dir/profiles/a.yaml $.servicName", "did you mean `serviceName`?", "$.environment",
        "dir/profiles/b.yaml $.name: must be b",
        "dir/versions/p.json $: a configuration is an object", "dir/versions/p/one.json",
        "dir/loose.json $.kind", "schema, profile or version"}) {
    EXPECT_TRUE(all.contains(part)) << part << "\nin\n" << all;
  }
}

TEST(Manifest, nothing_is_described_twice) {
  const auto out = wanted({{"profiles/a.yaml", kProfile}, {"profiles/a.json", kProfile}});
  ASSERT_FALSE(out);
  EXPECT_TRUE(out.error().detail.contains("profile a is described twice")) << out.error().detail;
}

TEST(Manifest, a_schema_stands_behind_those_that_it_refers_to) {
  const auto out = wanted({{"schemas/a.json", R"({"$ref":"hotswap:m@1.0.0"})"},
                           {"schemas/m.json", R"({"properties":{"x":{"$ref":"hotswap:z@^1"}}})"},
                           {"schemas/z.json", "true"}});
  ASSERT_TRUE(out) << out.error().detail;
  EXPECT_EQ(out->schemas[0].name, "z");
  EXPECT_EQ(out->schemas[1].name, "m");
  EXPECT_EQ(out->schemas[2].name, "a");
}

const auto kOneProfile = wanted({{"profiles/p.yaml", kProfile}}).value().profiles.front();

TEST(Plan, a_profile_that_is_not_there_is_created) {
  const auto item = plan_profile(kOneProfile, {});
  EXPECT_EQ(item.change, Change::Create);
  EXPECT_EQ(item.note, "shop in Production");
}

TEST(Plan, a_profile_as_the_server_gives_it_back_is_unchanged) {
  auto there = description_json(kOneProfile.draft);
  there.set("revision", 7);
  there.set("stable", "1.0.0");
  EXPECT_EQ(plan_profile(kOneProfile, there).change, Change::Same);
}

TEST(Plan, a_changed_profile_says_what_changes) {
  auto there = description_json(kOneProfile.draft);
  there.set("description", "old");
  const auto item = plan_profile(kOneProfile, there);
  EXPECT_EQ(item.change, Change::Update);
  EXPECT_EQ(text_at(items_at(item.diff, "modified").front(), "path"), "$.description");
}

TEST(Plan, a_profile_cannot_move_to_another_service) {
  auto there = description_json(kOneProfile.draft);
  there.set("serviceName", "other");
  const auto item = plan_profile(kOneProfile, there);
  EXPECT_EQ(item.change, Change::Refused);
  EXPECT_TRUE(item.note.contains("serviceName cannot change (it is other)")) << item.note;
}

json::Value stored(const std::string& number, std::string_view data) {
  return json::Object{{"version", number},
                      {"hash", sha256_hex(json::canonical(value(data)))},
                      {"data", value(data)}};
}
WantedVersion version_of(std::string_view data, std::string number = {}) {
  return {"p", "f", value(data), std::move(number), {}, {}};
}

TEST(Plan, the_first_version_is_created) {
  const auto item = plan_version(version_of(R"({"a":1})"), {});
  EXPECT_EQ(item.change, Change::Create);
  EXPECT_EQ(item.note, "1.0.0");
}

TEST(Plan, the_same_content_is_unchanged_however_it_is_written) {
  const KnownVersions known{stored("1.3.0", R"({"a":1,"b":2})"), {}};
  const auto item = plan_version(version_of(R"({"b":2.0,"a":1})"), known);
  EXPECT_EQ(item.change, Change::Same);
  EXPECT_EQ(item.version, "1.3.0");
}

TEST(Plan, another_content_gets_the_next_number_and_shows_its_changes) {
  const KnownVersions known{stored("1.3.0", R"({"a":1})"), {}};
  const auto item = plan_version(version_of(R"({"a":2})"), known);
  EXPECT_EQ(item.change, Change::Update);
  EXPECT_EQ(item.note, "next patch after 1.3.0");
  EXPECT_EQ(items_at(item.diff, "modified").size(), 1U);
}

TEST(Plan, a_secret_shows_that_it_changed_and_not_what_it_is) {
  const KnownVersions known{stored("1.0.0", R"({"k":{"type":"secret","value":"old-one"}})"), {}};
  const auto item = plan_version(version_of(R"({"k":{"type":"secret","value":"new-one"}})"), known);
  EXPECT_EQ(item.change, Change::Update);
  const auto text = plan_text({item}, Terminal(false, false, 120));
  EXPECT_TRUE(text.contains("~ $.k  (secret) changed")) << text;
  EXPECT_FALSE(text.contains("new-one")) << text;
  EXPECT_FALSE(text.contains("old-one")) << text;
  EXPECT_FALSE(json::write(plan_json({item})).contains("-one"));
}

TEST(Plan, an_exact_number_is_never_given_another_content) {
  const auto there = stored("1.2.0", R"({"a":1})");
  EXPECT_EQ(plan_version(version_of(R"({"a":1})", "1.2.0"), {there, there}).change, Change::Same);
  EXPECT_EQ(plan_version(version_of(R"({"a":2})", "1.2.0"), {there, there}).change,
            Change::Refused);
  EXPECT_EQ(plan_version(version_of(R"({"a":2})", "1.3.0"), {there, {}}).change, Change::Update);
}

const WantedSchema kSchema{"s", "f", json::Value(true), {}, {}};
json::Value trial(const std::string& state) {
  return json::Object{{"version", "1.1.0"}, {"hash", "h"}, {"state", state}};
}

TEST(Plan, a_schema_is_created_changed_or_there) {
  const auto there = value(R"({"compatibility":"BACKWARD"})");
  EXPECT_EQ(plan_schema(kSchema, {{}, trial("Approved"), {}}).change, Change::Create);
  EXPECT_EQ(plan_schema(kSchema, {there, trial("Approved"), {}}).change, Change::Update);
  EXPECT_EQ(plan_schema(kSchema, {there, trial("Approved"), "h"}).change, Change::Same);
  // Applied again it waits still.
  const auto again = plan_schema(kSchema, {there, trial("PendingApproval"), "h"});
  EXPECT_EQ(again.change, Change::Same);
  EXPECT_TRUE(again.waits);
  EXPECT_EQ(plan_schema(kSchema, {there, trial("Approved"), "other"}).change, Change::Update);
}

TEST(Plan, a_schema_that_breaks_says_that_it_will_wait) {
  const auto item = plan_schema(kSchema, {value("{}"), trial("PendingApproval"), {}});
  EXPECT_TRUE(item.waits);
  EXPECT_TRUE(item.note.contains("approval")) << item.note;
}

TEST(Plan, settings_of_a_schema_change_without_a_new_version) {
  auto one = kSchema;
  one.settings.set("compatibility", "FULL");
  const auto there = value(R"({"compatibility":"BACKWARD"})");
  const auto item = plan_schema(one, {there, trial("Approved"), "h"});
  EXPECT_EQ(item.change, Change::Update);
  EXPECT_EQ(items_at(item.diff, "modified").size(), 1U);
}

TEST(PlanText, one_line_for_each_thing_and_the_sums) {
  const auto text = plan_text(
      {{.kind = "schema", .name = "s", .file = "f", .change = Change::Create, .note = "1.0.0"},
       {.kind = "profile", .name = "p.dev", .file = "g", .change = Change::Same, .note = ""},
       {.kind = "profile", .name = "p", .file = "g", .change = Change::Refused, .note = "no"}},
      Terminal(false, false, 80));
  EXPECT_EQ(text,
            "schemas\n  + s      1.0.0\nprofiles\n  = p.dev\n  ! p      no (g)\n\n"
            "1 to create, 1 unchanged, 1 refused\n");
}

}  // namespace
}  // namespace hotswap::cli
