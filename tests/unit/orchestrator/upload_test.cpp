// An upload in three steps: no thread waits for the store.
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

class UploadTest : public World {
 protected:
  UploadTest() { create_profile(); }
  const ProfileName name_{"pay.production"};

  static Upload version(const std::string& number, int value) {
    Upload upload;
    upload.number = SemVer::parse(number).value();
    upload.data = json::Object{{"value", value}};
    return upload;
  }
  std::shared_ptr<UploadUnderWay> prepared(const Upload& upload) {
    return node().configs.prepare(kAdmin, name_, std::make_shared<const Upload>(upload));
  }
  /// As the server does it.
  Result<Uploaded> done(const Upload& upload) {
    const auto it = prepared(upload);
    EXPECT_TRUE(it);
    return done(*it);
  }
  Result<Uploaded> done(UploadUnderWay& it) {
    int ready = 0;
    node().configs.begin(it, [&] { ++ready; });
    EXPECT_EQ(ready, 1);
    return node().configs.end(it);
  }
  /// The first one of a profile reads it.
  void first() { ASSERT_TRUE(node().configs.upload(kAdmin, name_, version("0.1.0", 0))); }
};

TEST_F(UploadTest, GoesTheLongWayUntilItsProfileWasRead) {
  EXPECT_FALSE(prepared(version("1.0.0", 1)));
  first();
  EXPECT_TRUE(prepared(version("1.0.0", 1)));
}

TEST_F(UploadTest, IsStoredWithItsEvent) {
  first();
  const auto uploaded = done(version("1.0.0", 1));
  ASSERT_TRUE(uploaded);
  EXPECT_TRUE(uploaded->created);
  EXPECT_EQ(store_.version(name_, SemVer(1, 0, 0))->content, R"({"value":1})");
  EXPECT_EQ(node().configs.history(kAdmin, name_, 0, 10)->back().message, "Version 1.0.0 uploaded");
}

TEST_F(UploadTest, IsNotPreparedByWhoMayNotOrWithWhatIsNone) {
  first();
  Caller nobody = kAdmin;
  nobody.principal.roles = {Role::Viewer};
  EXPECT_FALSE(
      node().configs.prepare(nobody, name_, std::make_shared<const Upload>(version("1.0.0", 1))));
  Upload list = version("1.0.0", 1);
  list.data = json::Array{};
  EXPECT_FALSE(prepared(list));
  Upload dry = version("1.0.0", 1);
  dry.dry_run = true;
  EXPECT_FALSE(prepared(dry));
}

TEST_F(UploadTest, OfAnExistingVersionIsAnsweredAsItWas) {
  first();
  ASSERT_TRUE(done(version("1.0.0", 1))->created);
  EXPECT_FALSE(done(version("1.0.0", 1))->created);
  EXPECT_EQ(done(version("1.0.0", 2)).error().reason, "version.exists");
}

TEST_F(UploadTest, IsJudgedAnewByAProfileThatHasChangedMeanwhile) {
  first();
  const auto it = prepared(version("1.0.0", 1));
  ASSERT_TRUE(it);
  ASSERT_TRUE(
      node().configs.update(kAdmin, name_, json::Object{{"description", "other"}}, true, {}));
  EXPECT_TRUE(done(*it)->created);
}

TEST_F(UploadTest, ToAProfileThatIsGoneIsRefused) {
  first();
  const auto it = prepared(version("1.0.0", 1));
  ASSERT_TRUE(it);
  ASSERT_TRUE(node().configs.remove(kAdmin, name_, false));
  EXPECT_EQ(done(*it).error().reason, "config.not_found");
}

TEST_F(UploadTest, IsNotTriedAgainWhileTheStoreIsAway) {
  first();
  const auto it = prepared(version("1.0.0", 1));
  store_.fail_before_commit();
  const int before = store_.commits();
  EXPECT_EQ(done(*it).error().code, ErrorCode::Unavailable);
  EXPECT_EQ(store_.commits(), before + 1);
}

}  // namespace
}  // namespace hotswap::testing
