#include "domain/semver/version.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

SemVer version(std::string_view text) {
  const auto parsed = SemVer::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(SemVer());
}

std::string why(std::string_view text) {
  const auto parsed = SemVer::parse(text);
  return parsed ? "" : parsed.error().detail.substr(parsed.error().detail.find(": ") + 2);
}

// The lists that semver.org links to (regex101.com/r/vkijKf). Its valid list also has
// 99999999999999999999999.999999999999999999.99999999999999999, which is beyond our 63 bits.
TEST(SemVer, AcceptsTheOfficialValidList) {
  for (const auto* text : {"0.0.4",
                           "1.2.3",
                           "10.20.30",
                           "1.1.2-prerelease+meta",
                           "1.1.2+meta",
                           "1.1.2+meta-valid",
                           "1.0.0-alpha",
                           "1.0.0-beta",
                           "1.0.0-alpha.beta",
                           "1.0.0-alpha.beta.1",
                           "1.0.0-alpha.1",
                           "1.0.0-alpha0.valid",
                           "1.0.0-alpha.0valid",
                           "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay",
                           "1.0.0-rc.1+build.1",
                           "2.0.0-rc.1+build.123",
                           "1.2.3-beta",
                           "10.2.3-DEV-SNAPSHOT",
                           "1.2.3-SNAPSHOT-123",
                           "1.0.0",
                           "2.0.0",
                           "1.1.7",
                           "2.0.0+build.1848",
                           "2.0.1-alpha.1227",
                           "1.0.0-alpha+beta",
                           "1.2.3----RC-SNAPSHOT.12.9.1--.12+788",
                           "1.2.3----R-S.12.9.1--.12+meta",
                           "1.2.3----RC-SNAPSHOT.12.9.1--.12",
                           "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
                           "1.0.0-0A.is.legal"}) {
    EXPECT_EQ(version(text).str(), text);
  }
}

TEST(SemVer, RefusesTheOfficialInvalidList) {
  for (const auto* text : {"1",
                           "1.2",
                           "1.2.3-0123",
                           "1.2.3-0123.0123",
                           "1.1.2+.123",
                           "+invalid",
                           "-invalid",
                           "-invalid+invalid",
                           "-invalid.01",
                           "alpha",
                           "alpha.beta",
                           "alpha.beta.1",
                           "alpha.1",
                           "alpha+beta",
                           "alpha_beta",
                           "alpha.",
                           "alpha..",
                           "beta",
                           "1.0.0-alpha_beta",
                           "-alpha.",
                           "1.0.0-alpha..",
                           "1.0.0-alpha..1",
                           "1.0.0-alpha...1",
                           "1.0.0-alpha....1",
                           "1.0.0-alpha.....1",
                           "1.0.0-alpha......1",
                           "1.0.0-alpha.......1",
                           "01.1.1",
                           "1.01.1",
                           "1.1.01",
                           "1.2",
                           "1.2.3.DEV",
                           "1.2-SNAPSHOT",
                           "1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788",
                           "1.2-RC-SNAPSHOT",
                           "-1.0.3-gamma+b7718",
                           "+justmeta",
                           "9.8.7+meta+meta",
                           "9.8.7-whatever+meta+meta",
                           "99999999999999999999999.999999999999999999.99999999999999999----RC-"
                           "SNAPSHOT.12.09.1--------"
                           "------------------------..12",
                           "",
                           " 1.2.3",
                           "1.2.3 ",
                           "v1.2.3",
                           "1.2.3-",
                           "1.2.3+",
                           "1.2.3-é",
                           "1..3",
                           "1.2.",
                           ".2.3"}) {
    const auto parsed = SemVer::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().reason, "version.invalid");
  }
}

TEST(SemVer, SaysWhatIsWrong) {
  EXPECT_EQ(why("1.02.3"), "leading zero in minor");
  EXPECT_EQ(why("1.2"), "patch is missing; write MAJOR.MINOR.PATCH");
  EXPECT_EQ(why("1"), "minor is missing; write MAJOR.MINOR.PATCH");
  EXPECT_EQ(why("v1.2.3"), "major is no number");
  EXPECT_EQ(why("1.2.3-a..b"), "empty identifier in pre-release");
  EXPECT_EQ(why("1.2.3+a_b"), "only letters, digits and '-' may stand in build metadata");
  EXPECT_EQ(why("1.2.3-01"), "leading zero in a number of the pre-release");
  EXPECT_EQ(why("9223372036854775808.0.0"), "major is too large");
  EXPECT_EQ(why("1.0.0-" + std::string(128, 'a')), "it is longer than 128 bytes");
  EXPECT_EQ(why(""), "it is empty");
}

TEST(SemVer, TakesItsPartsApart) {
  const auto v = version("9223372036854775807.2.3-rc.1+build.5");
  EXPECT_EQ(v.major(), 9'223'372'036'854'775'807U);
  EXPECT_EQ(v.minor(), 2U);
  EXPECT_EQ(v.patch(), 3U);
  EXPECT_EQ(v.prerelease(), (std::vector<std::string>{"rc", "1"}));
  EXPECT_EQ(v.build(), "build.5");
  EXPECT_TRUE(v.is_prerelease());
  EXPECT_EQ(SemVer().str(), "0.0.0");
}

// §11: "Example: 1.0.0 < 2.0.0 < 2.1.0 < 2.1.1", "1.0.0-alpha < 1.0.0", "1.0.0-alpha <
// 1.0.0-alpha.1 < 1.0.0-alpha.beta < 1.0.0-beta < 1.0.0-beta.2 < 1.0.0-beta.11 < 1.0.0-rc.1
// < 1.0.0"
TEST(SemVer, OrdersAsTheSpecificationsExamples) {
  const std::vector<const char*> ascending{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                           "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
                                           "1.0.0-rc.1",  "1.0.0",         "2.0.0",
                                           "2.1.0",       "2.1.1",         "2.10.0"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(version(ascending[i]).precedence(version(ascending[j])), i <=> j)
          << ascending[i] << " " << ascending[j];
      EXPECT_EQ(version(ascending[i]) < version(ascending[j]), i < j);
    }
  }
}

TEST(SemVer, ComparesIdentifiersByTheRules) {
  EXPECT_LT(version("1.0.0-999"), version("1.0.0-a"));
  EXPECT_LT(version("1.0.0-A"), version("1.0.0-a"));
  EXPECT_LT(version("1.0.0-9"), version("1.0.0-10"));
  EXPECT_LT(version("1.0.0-99999999999999999999"), version("1.0.0-100000000000000000000"));
  EXPECT_LT(version("1.0.0-a"), version("1.0.0-a.0"));
}

TEST(SemVer, BuildMetadataHasNoPrecedenceButAnOrder) {
  EXPECT_EQ(version("1.0.0+a").precedence(version("1.0.0+b")), std::weak_ordering::equivalent);
  EXPECT_LT(version("1.0.0+a"), version("1.0.0+b"));
  EXPECT_FALSE(version("1.0.0+a") == version("1.0.0+b"));
  EXPECT_EQ(version("1.0.0-x+a"), version("1.0.0-x+a"));
}

std::string next(const char* text, Bump bump) { return version(text).next(bump).str(); }

TEST(SemVer, GivesTheNextVersion) {
  EXPECT_EQ(next("1.2.3", Bump::Major), "2.0.0");
  EXPECT_EQ(next("1.2.3", Bump::Minor), "1.3.0");
  EXPECT_EQ(next("1.2.3", Bump::Patch), "1.2.4");
  EXPECT_EQ(next("1.2.3", Bump::Prerelease), "1.2.4-0");
  EXPECT_EQ(next("1.2.3+build", Bump::Patch), "1.2.4");
}

TEST(SemVer, ReleasesWhatAPrereleaseStoodFor) {
  EXPECT_EQ(next("2.0.0-rc.1", Bump::Major), "2.0.0");
  EXPECT_EQ(next("1.2.0-rc.1", Bump::Major), "2.0.0");
  EXPECT_EQ(next("1.2.0-rc.1", Bump::Minor), "1.2.0");
  EXPECT_EQ(next("1.2.3-rc.1", Bump::Minor), "1.3.0");
  EXPECT_EQ(next("1.2.3-rc.1", Bump::Patch), "1.2.3");
}

TEST(SemVer, CountsPrereleasesUp) {
  EXPECT_EQ(next("1.2.3-rc.1", Bump::Prerelease), "1.2.3-rc.2");
  EXPECT_EQ(next("1.2.3-rc.9.x", Bump::Prerelease), "1.2.3-rc.10.x");
  EXPECT_EQ(next("1.2.3-rc", Bump::Prerelease), "1.2.3-rc.0");
  EXPECT_EQ(next("1.2.3-99999999999999999999", Bump::Prerelease), "1.2.3-100000000000000000000");
}

}  // namespace
}  // namespace hotswap
