#include "domain/config/profile.hpp"

#include "../../support.hpp"
#include "domain/config/merge_patch.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr const char* kLeast =
    R"({"name":"payment-service.production","serviceName":"payment-service",
        "environment":"Production"})";

Profile profile_of(const ProfileDraft& draft) {
  Profile profile;
  profile.name = ProfileName(draft.name);
  profile.description = draft.description;
  profile.labels = draft.labels;
  profile.service = ServiceName(draft.service);
  profile.environment = draft.environment;
  profile.schema_id = draft.schema_id;
  profile.strategy = draft.strategy;
  profile.health = draft.health;
  profile.access = draft.access;
  return profile;
}

Profile stored() { return profile_of(profile_draft_from_json(parsed(kLeast)).value()); }

TEST(ProfileDraft, NeedsOnlyNameServiceAndEnvironment) {
  const auto draft = profile_draft_from_json(parsed(kLeast));
  ASSERT_TRUE(draft) << draft.error().detail;
  EXPECT_EQ(draft->name, "payment-service.production");
  EXPECT_EQ(draft->service, "payment-service");
  EXPECT_EQ(draft->environment, "Production");
  EXPECT_EQ(draft->strategy, Strategy{});
  EXPECT_EQ(draft->health.criteria, default_criteria());
  EXPECT_EQ(draft->access, Access{});
}

TEST(ProfileDraft, TakesEveryField) {
  const auto draft = profile_draft_from_json(parsed(
      R"({"name":"p","description":"d","labels":{"team":"pay"},"serviceName":"s",
          "environment":"Staging","schemaId":"payments","strategy":"Direct",
          "health":{"minSamples":9},"access":{"owners":["pat"]}})"));
  ASSERT_TRUE(draft) << draft.error().detail;
  EXPECT_EQ(draft->description, "d");
  EXPECT_EQ(draft->labels.at("team"), "pay");
  EXPECT_EQ(draft->schema_id, "payments");
  EXPECT_EQ(kind_name(draft->strategy), "Direct");
  EXPECT_EQ(draft->health.min_samples, 9U);
  EXPECT_EQ(draft->access.owners, std::vector<std::string>{"pat"});
}

TEST(ProfileDraft, NamesEveryMistakeAtOnce) {
  const auto draft = profile_draft_from_json(parsed(
      R"({"name":"Payment Service","labels":{"":"x","ok":5},"environment":"production",
          "strategy":{"type":"Canary","phases":[50]},"health":{"minSamples":0},
          "access":{"owner":[]},"secret":1})"));
  ASSERT_FALSE(draft);
  EXPECT_EQ(draft.error().reason, "config.invalid");
  EXPECT_EQ(
      mistakes(draft),
      (Mistakes{"$.name pattern", "$.labels[''] format", "$.labels.ok format",
                "$.serviceName required", "$.environment enum", "$.strategy.phases format",
                "$.health.minSamples minimum", "$.access.owner unknown", "$.secret unknown"}));
}

TEST(ProfileDraft, NamesTheAllowedEnvironments) {
  const auto missing = profile_draft_from_json(parsed(R"({"name":"p","serviceName":"s"})"));
  ASSERT_EQ(mistakes(missing), Mistakes{"$.environment required"});
  EXPECT_NE(missing.error().detail.find("Development, Staging or Production"), std::string::npos);
  const auto wrong = profile_draft_from_json(
      parsed(R"({"name":"p","serviceName":"s","environment":"Productoin"})"));
  EXPECT_NE(wrong.error().detail.find("did you mean Production?"), std::string::npos);
}

TEST(ProfileDraft, BoundsItsTexts) {
  json::Object object = *parsed(kLeast).as_object();
  object.set("description", std::string(4097, 'x'));
  object.set("schemaId", "payments@1.0.0-" + std::string(129, 'x'));
  json::Object labels;
  for (int i = 0; i < 65; ++i) labels.append("l" + std::to_string(i), "v");
  object.set("labels", labels);
  EXPECT_EQ(
      mistakes(profile_draft_from_json(object)),
      (Mistakes{"$.description maxLength", "$.labels maxProperties", "$.schemaId maxLength"}));
}

TEST(ProfileDraft, TakesALinkToASchema) {
  for (const auto* link : {"", "payments", "payments@1.2.0", "payments@^1.2"}) {
    json::Object object = *parsed(kLeast).as_object();
    object.set("schemaId", link);
    const auto draft = profile_draft_from_json(object);
    ASSERT_TRUE(draft) << draft.error().detail;
    EXPECT_EQ(draft->schema_id, link);
  }
}

TEST(ProfileDraft, RefusesALinkThatCannotBeFollowed) {
  const std::pair<json::Value, const char*> links[] = {{"Our Schema", "$.schemaId pattern"},
                                                       {"payments@", "$.schemaId format"},
                                                       {"payments@newest", "$.schemaId format"},
                                                       {7, "$.schemaId type"}};
  for (const auto& [link, mistake] : links) {
    json::Object object = *parsed(kLeast).as_object();
    object.set("schemaId", link);
    const auto draft = profile_draft_from_json(object);
    EXPECT_EQ(mistakes(draft), Mistakes{mistake});
    if (!draft) EXPECT_EQ(draft.error().reason, "config.invalid");
  }
}

TEST(ProfileDraft, RefusesWhatIsNoObject) {
  EXPECT_FALSE(profile_draft_from_json(parsed("[]")));
  EXPECT_FALSE(profile_draft_from_json(parsed("null")));
}

TEST(Describe, IsWhatTheReaderReads) {
  const auto first = profile_draft_from_json(parsed(
      R"({"name":"p","description":"d","labels":{"team":"pay"},"serviceName":"s",
          "environment":"Staging","schemaId":"payments",
          "strategy":{"type":"Rolling","batchSize":"25%"},
          "health":{"criteria":[{"type":"Custom","metric":"m","threshold":5}]},
          "access":{"owners":["pat"],"operators":["team:ops"]}})"));
  ASSERT_TRUE(first) << first.error().detail;
  const auto second = profile_draft_from_json(describe(profile_of(*first)));
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_EQ(second->strategy, first->strategy);
  EXPECT_EQ(second->health, first->health);
  EXPECT_EQ(second->access, first->access);
  EXPECT_EQ(second->labels, first->labels);
  EXPECT_EQ(second->description, first->description);
  EXPECT_EQ(second->schema_id, first->schema_id);
}

TEST(PatchProfile, ChangesOnlyWhatItNames) {
  auto profile = stored();
  profile.labels = {{"team", "pay"}, {"tier", "gold"}};
  const auto draft =
      patch_profile(profile, parsed(R"({"description":"new","labels":{"team":null,"zone":"eu"}})"));
  ASSERT_TRUE(draft) << draft.error().detail;
  EXPECT_EQ(draft->description, "new");
  EXPECT_EQ(draft->labels, (std::map<std::string, std::string>{{"tier", "gold"}, {"zone", "eu"}}));
  EXPECT_EQ(draft->strategy, profile.strategy);
}

TEST(PatchProfile, MergesParametersOfTheSameStrategy) {
  const auto draft = patch_profile(stored(), parsed(R"({"strategy":{"phaseInterval":"PT10S"}})"));
  ASSERT_TRUE(draft) << draft.error().detail;
  const auto& canary = std::get<Canary>(draft->strategy.kind);
  EXPECT_EQ(canary.phase_interval, Duration(10s));
  EXPECT_EQ(canary.phases, Canary{}.phases);
}

TEST(PatchProfile, LetsEitherOfTwoWordsForTheFirstPhaseWin) {
  const auto by_percentage =
      patch_profile(stored(), parsed(R"({"strategy":{"canaryPercentage":20}})"));
  ASSERT_TRUE(by_percentage) << by_percentage.error().detail;
  EXPECT_EQ(std::get<Canary>(by_percentage->strategy.kind).phases.front(), 20);
  const auto by_phases = patch_profile(stored(), parsed(R"({"strategy":{"phases":[40,100]}})"));
  ASSERT_TRUE(by_phases) << by_phases.error().detail;
  EXPECT_EQ(std::get<Canary>(by_phases->strategy.kind).phases.front(), 40);
}

TEST(PatchProfile, ReplacesAStrategyOfAnotherType) {
  const auto draft =
      patch_profile(stored(), parsed(R"({"strategy":{"type":"Rolling","batchSize":2}})"));
  ASSERT_TRUE(draft) << draft.error().detail;
  EXPECT_EQ(kind_name(draft->strategy), "Rolling");
  EXPECT_EQ(kind_name(patch_profile(stored(), parsed(R"({"strategy":"Direct"})"))->strategy),
            "Direct");
}

TEST(PatchProfile, KeepsNameServiceAndEnvironment) {
  EXPECT_TRUE(patch_profile(stored(), parsed(kLeast)));
  const auto draft =
      patch_profile(stored(), parsed(R"({"name":"q","serviceName":"t","environment":"Staging"})"));
  EXPECT_EQ(mistakes(draft),
            (Mistakes{"$.name immutable", "$.serviceName immutable", "$.environment immutable"}));
  EXPECT_EQ(draft.error().reason, "config.invalid");
}

TEST(PatchProfile, ChecksTheResult) {
  EXPECT_EQ(mistakes(patch_profile(stored(), parsed(R"({"strategy":{"phases":[5]}})"))),
            Mistakes{"$.strategy.phases format"});
  EXPECT_EQ(mistakes(patch_profile(stored(), parsed(R"({"name":null})"))),
            Mistakes{"$.name required"});
  EXPECT_EQ(mistakes(patch_profile(stored(), parsed("[]"))), Mistakes{"$ type"});
}

TEST(MergePatch, FollowsTheExamplesOfRfc7396) {
  struct Case {
    const char* target;
    const char* patch;
    const char* result;
  };
  const Case cases[] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", "{}"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", "null", "null"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {"[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(json::write(json::merge_patch(parsed(each.target), parsed(each.patch))), each.result);
  }
}

TEST(Names, AreLowerCaseAndBeginAndEndWell) {
  for (const auto* good : {"a", "7", "payment-service.production", "a_b", "a..b"}) {
    EXPECT_TRUE(is_name(good)) << good;
  }
  for (const auto* bad : {"", "A", "-a", "a-", ".a", "a b", "a/b", "ä", "../a", "a\n"}) {
    EXPECT_FALSE(is_name(bad)) << bad;
  }
  EXPECT_TRUE(is_name(std::string(128, 'a')));
  EXPECT_FALSE(is_name(std::string(129, 'a')));
}

TEST(Tags, AreNeitherVersionsNorLatest) {
  for (const auto* good : {"stable", "beta", "Release-7", "v1.2.3", "a"}) {
    EXPECT_TRUE(is_tag(good)) << good;
  }
  for (const auto* bad : {"", "latest", "1.2.3", "7up", "-a", "a b", "a/b"}) {
    EXPECT_FALSE(is_tag(bad)) << bad;
  }
  EXPECT_FALSE(is_tag(std::string(129, 'a')));
}

TEST(Environments, AreThree) {
  EXPECT_TRUE(is_environment("Development"));
  EXPECT_TRUE(is_environment("Staging"));
  EXPECT_TRUE(is_environment("Production"));
  EXPECT_FALSE(is_environment("production"));
  EXPECT_FALSE(is_environment(""));
}

}  // namespace
}  // namespace hotswap
