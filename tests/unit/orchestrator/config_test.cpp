#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

class ConfigTest : public World {
 protected:
  ConfigTest() { create_profile(); }
  const ProfileName name_{"pay.production"};

  Result<Uploaded> put(std::optional<std::string> number, std::optional<Bump> bump, int value) {
    Upload upload;
    if (number) upload.number = SemVer::parse(*number).value();
    upload.bump = bump;
    upload.data = json::Object{{"value", value}};
    return node().configs.upload(kAdmin, name_, std::move(upload));
  }
  std::string resolved(const std::string& selector) {
    auto number = node().configs.resolve(name_, selector);
    return number ? number->str() : number.error().reason;
  }
};

TEST_F(ConfigTest, TheSameContentUnderTheSameNumberIsNoConflict) {
  ASSERT_TRUE(put("1.0.0", {}, 1)->created);
  EXPECT_FALSE(put("1.0.0", {}, 1)->created);
  const auto other = put("1.0.0", {}, 2);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().reason, "version.exists");
}

TEST_F(ConfigTest, TheServerChoosesTheNextNumber) {
  EXPECT_EQ(put({}, Bump::Minor, 1)->version.number.str(), "1.0.0");
  EXPECT_EQ(put({}, Bump::Minor, 2)->version.number.str(), "1.1.0");
  EXPECT_EQ(put({}, Bump::Patch, 3)->version.number.str(), "1.1.1");
  EXPECT_EQ(put({}, Bump::Major, 4)->version.number.str(), "2.0.0");
}

TEST_F(ConfigTest, SelectorsFindVersions) {
  for (const char* number : {"1.0.0", "1.2.0", "2.0.0-rc.1", "1.3.0"})
    ASSERT_TRUE(put(number, {}, 1));
  ASSERT_TRUE(node().configs.tag(kAdmin, name_, SemVer(1, 2, 0), "beta"));
  EXPECT_EQ(resolved("latest"), "1.3.0");
  EXPECT_EQ(resolved("^1.0"), "1.3.0");
  EXPECT_EQ(resolved("~1.2"), "1.2.0");
  EXPECT_EQ(resolved("beta"), "1.2.0");
  EXPECT_EQ(resolved("stable"), "version.not_found");
  EXPECT_EQ(resolved(">=3"), "version.not_found");
  EXPECT_EQ(resolved("!!"), "version.invalid");
}

TEST_F(ConfigTest, StableIsMovedByDeploymentsOnly) {
  ASSERT_TRUE(put("1.0.0", {}, 1));
  const auto refused = node().configs.tag(kAdmin, name_, SemVer(1, 0, 0), "stable");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "tag.reserved");
}

TEST_F(ConfigTest, RollingContentBackMakesANewVersion) {
  ASSERT_TRUE(put("1.0.0", {}, 1));
  ASSERT_TRUE(put("1.1.0", {}, 2));
  const auto again = node().configs.roll_back_content(kAdmin, name_, "1.0.0", false);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->number.str(), "1.1.1");
  EXPECT_EQ(again->content, R"({"value":1})");
}

TEST_F(ConfigTest, BadContentDoesNotComeBackUnderANewNumberUnlessForced) {
  ASSERT_TRUE(put("1.0.0", {}, 1));
  ASSERT_TRUE(put("1.1.0", {}, 2));
  ASSERT_TRUE(node().configs.tag(kAdmin, name_, SemVer(1, 0, 0), "deprecated"));
  const auto refused = node().configs.roll_back_content(kAdmin, name_, "1.0.0", false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "deployment.version_deprecated");
  EXPECT_TRUE(node().configs.roll_back_content(kAdmin, name_, "1.0.0", true));
}

TEST_F(ConfigTest, TheViewSaysWhatIsLiveBesideWhatWasUploadedLast) {
  ASSERT_TRUE(put("1.0.0", {}, 1));
  const auto view = node().configs.get(kAdmin, name_);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->latest->number.str(), "1.0.0");
  EXPECT_TRUE(view->notice.contains("is not deployed"));
  register_instances(3);
  ASSERT_TRUE(start("1.0.0", json::Value("Direct")));
  EXPECT_TRUE(node().configs.get(kAdmin, name_)->notice.contains("is being deployed"));
  node().runner.run_due();
  round();
  EXPECT_EQ(node().configs.get(kAdmin, name_)->notice, "");
}

TEST_F(ConfigTest, ProfileAccessNarrowsTheRole) {
  const auto patch = json::Object{{"access", json::Object{{"owners", json::Array{"grace"}}}}};
  ASSERT_TRUE(node().configs.update(kAdmin, name_, patch, true, std::nullopt));
  const auto ada = caller_with(Role::Developer, "ada");
  const auto grace = caller_with(Role::Developer, "grace");
  Upload upload;
  upload.number = SemVer(1, 0, 0);
  upload.data = json::Object{};
  EXPECT_EQ(node().configs.upload(ada, name_, upload).error().code, ErrorCode::Forbidden);
  EXPECT_TRUE(node().configs.upload(grace, name_, upload));
}

TEST_F(ConfigTest, AnOutdatedRevisionIsRefused) {
  const auto patch = json::Object{{"description", "new"}};
  ASSERT_TRUE(node().configs.update(kAdmin, name_, patch, true, 1));
  const auto refused = node().configs.update(kAdmin, name_, patch, true, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::PreconditionFailed);
}

TEST_F(ConfigTest, PutReplacesTheWholeDescriptionButNotTheIdentity) {
  const auto whole = json::Object{{"name", "pay.production"},
                                  {"serviceName", "pay"},
                                  {"environment", "Production"},
                                  {"description", "second"}};
  const auto done = node().configs.update(kAdmin, name_, whole, false, std::nullopt);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(done->description, "second");
  const auto other = json::Object{
      {"name", "pay.production"}, {"serviceName", "other"}, {"environment", "Production"}};
  EXPECT_FALSE(node().configs.update(kAdmin, name_, other, false, std::nullopt));
}

TEST_F(ConfigTest, PutReplacesLabelsAndRetentionAsAWholeAndPatchMergesThem) {
  const auto whole = [](json::Object labels, json::Object retention) {
    return json::Object{{"name", "pay.production"},
                        {"serviceName", "pay"},
                        {"environment", "Production"},
                        {"labels", std::move(labels)},
                        {"retention", std::move(retention)}};
  };
  auto& configs = node().configs;
  ASSERT_TRUE(configs.update(kAdmin, name_, whole({{"a", "1"}}, {{"days", 7}}), false, {}));
  auto done = configs.update(kAdmin, name_, whole({{"b", "2"}}, {{"versions", 5}}), false, {});
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(done->labels, (std::map<std::string, std::string>{{"b", "2"}}));
  EXPECT_EQ(done->retention, (RetentionWish{.versions = 5, .days = {}}));
  const auto patch = json::Object{{"retention", json::Object{{"days", 30}}}};
  done = configs.update(kAdmin, name_, patch, true, {});
  EXPECT_EQ(done->retention, (RetentionWish{.versions = 5, .days = 30}));
  const auto bad = json::Object{{"retention", json::Object{{"days", -1}, {"weeks", 1}}}};
  const auto refused = configs.update(kAdmin, name_, bad, true, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.size(), 2U);
}

TEST_F(ConfigTest, AStoreThatFailsIsToldButARefusedChangeIsNot) {
  int failures = 0;
  node().committer.on_failure([&](const Error&) { ++failures; });
  ASSERT_TRUE(put("1.0.0", {}, 1));
  EXPECT_FALSE(put("1.0.0", {}, 2));
  EXPECT_EQ(failures, 0);
  store_.fail_before_commit();
  const auto failed = put("1.1.0", {}, 2);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(failures, 1);
  EXPECT_FALSE(store_.version(name_, SemVer(1, 1, 0)));
}

TEST_F(ConfigTest, TheAuditChainVerifies) {
  ASSERT_TRUE(put("1.0.0", {}, 1));
  const auto checked = node().audit.verify(kAdmin);
  ASSERT_TRUE(checked);
  EXPECT_GE(checked->entries, 2u);
}

}  // namespace
}  // namespace hotswap::testing
