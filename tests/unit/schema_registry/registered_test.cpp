#include "domain/schema/registry/registered.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

using Mode = CompatibilityMode;
using schema::Effect;

SemVer ver(const std::string& text) { return SemVer::parse(text).value(); }

std::vector<SemVer> versions(std::initializer_list<const char*> texts) {
  std::vector<SemVer> all;
  for (const auto* text : texts) all.push_back(ver(text));
  return all;
}

schema::Comparison found(Effect backward, Effect forward) {
  schema::Comparison comparison;
  comparison.backward = backward;
  comparison.forward = forward;
  return comparison;
}

TEST(CompatibilityModes, ReadBackTheirWords) {
  const std::pair<Mode, const char*> words[] = {
      {Mode::None, "NONE"},
      {Mode::Backward, "BACKWARD"},
      {Mode::Forward, "FORWARD"},
      {Mode::Full, "FULL"},
      {Mode::BackwardTransitive, "BACKWARD_TRANSITIVE"},
      {Mode::ForwardTransitive, "FORWARD_TRANSITIVE"},
      {Mode::FullTransitive, "FULL_TRANSITIVE"},
  };
  for (const auto& [mode, word] : words) {
    EXPECT_EQ(to_string(mode), word);
    EXPECT_EQ(compatibility_from_string(word), mode);
  }
  for (const auto* other : {"", "backward", "BACKWARDS", "FULL "}) {
    EXPECT_EQ(compatibility_from_string(other), std::nullopt) << other;
  }
}

TEST(SchemaStates, ReadBackTheirWords) {
  const std::pair<SchemaState, const char*> words[] = {
      {SchemaState::Approved, "Approved"},
      {SchemaState::PendingApproval, "PendingApproval"},
      {SchemaState::Rejected, "Rejected"},
  };
  for (const auto& [state, word] : words) {
    EXPECT_EQ(to_string(state), word);
    EXPECT_EQ(schema_state_from_string(word), state);
  }
  EXPECT_EQ(schema_state_from_string("approved"), std::nullopt);
}

TEST(Latest, IsTheHighestReleaseOrElseTheHighestPreRelease) {
  EXPECT_EQ(latest_of({}), std::nullopt);
  EXPECT_EQ(latest_of(versions({"1.9.0", "1.10.0", "1.2.0"})), ver("1.10.0"));
  EXPECT_EQ(latest_of(versions({"1.0.0", "2.0.0-rc.1"})), ver("1.0.0"));
  EXPECT_EQ(latest_of(versions({"2.0.0-rc.1", "1.0.0"})), ver("1.0.0"));
  EXPECT_EQ(latest_of(versions({"1.0.0-rc.2", "1.0.0-rc.10"})), ver("1.0.0-rc.10"));
}

TEST(ComparedVersions, AreTheLastApprovedOneOrAllOfThem) {
  const auto approved = versions({"1.10.0", "1.2.0", "2.0.0-rc.1"});
  const auto all = versions({"1.2.0", "1.10.0", "2.0.0-rc.1"});
  for (const auto mode : {Mode::Backward, Mode::Forward, Mode::Full}) {
    EXPECT_EQ(compared_versions(mode, approved), versions({"1.10.0"})) << to_string(mode);
    EXPECT_TRUE(compared_versions(mode, {}).empty());
  }
  for (const auto mode :
       {Mode::BackwardTransitive, Mode::ForwardTransitive, Mode::FullTransitive}) {
    EXPECT_EQ(compared_versions(mode, approved), all) << to_string(mode);
    EXPECT_TRUE(compared_versions(mode, {}).empty());
  }
  EXPECT_TRUE(compared_versions(Mode::None, approved).empty());
}

TEST(Breaks, AsksTheDirectionsThatTheModeGuards) {
  struct Row {
    Mode mode;
    bool backward;
    bool forward;
  };
  const Row rows[] = {
      {Mode::None, false, false},
      {Mode::Backward, true, false},
      {Mode::Forward, false, true},
      {Mode::Full, true, true},
      {Mode::BackwardTransitive, true, false},
      {Mode::ForwardTransitive, false, true},
      {Mode::FullTransitive, true, true},
  };
  for (const auto& row : rows) {
    for (const auto bad : {Effect::Breaking, Effect::Unknown}) {
      EXPECT_EQ(breaks(row.mode, found(bad, Effect::Compatible)), row.backward)
          << to_string(row.mode);
      EXPECT_EQ(breaks(row.mode, found(Effect::Compatible, bad)), row.forward)
          << to_string(row.mode);
      EXPECT_EQ(breaks(row.mode, found(bad, bad)), row.backward || row.forward);
    }
    EXPECT_FALSE(breaks(row.mode, found(Effect::Compatible, Effect::Compatible)));
  }
}

TEST(NextNumber, SaysHowMuchChanged) {
  EXPECT_EQ(next_number({}, false, false), ver("1.0.0"));
  EXPECT_EQ(next_number({}, true, true), ver("1.0.0"));
  const auto all = versions({"1.4.2", "1.10.0", "1.3.0"});
  EXPECT_EQ(next_number(all, false, true), ver("1.10.1"));
  EXPECT_EQ(next_number(all, false, false), ver("1.11.0"));
  EXPECT_EQ(next_number(all, true, false), ver("2.0.0"));
  EXPECT_EQ(next_number(all, true, true), ver("2.0.0"));
}

TEST(NextNumber, IsAlwaysAboveAllThatWasGiven) {
  for (const auto* highest : {"1.0.0", "2.0.0-rc.1", "1.4.0-0", "1.4.2-beta.3", "1.0.0+build.9"}) {
    const auto all = versions({"0.1.0", highest});
    for (const bool breaking : {false, true}) {
      for (const bool words_only : {false, true}) {
        const auto next = next_number(all, breaking, words_only);
        EXPECT_GT(next, ver(highest)) << next.str();
        EXPECT_FALSE(next.is_prerelease()) << next.str();
      }
    }
  }
}

TEST(SchemaUris, ReadBack) {
  const SchemaId id("payments.v-2");
  EXPECT_EQ(schema_uri(id, ver("1.2.0-rc.1+b")), "hotswap:payments.v-2@1.2.0-rc.1+b");
  const auto ref = schema_ref("hotswap:payments.v-2@1.2.0-rc.1+b");
  ASSERT_TRUE(ref.has_value());
  EXPECT_EQ(*ref, (SchemaRef{id, ver("1.2.0-rc.1+b")}));
  EXPECT_EQ(schema_ref_from_string(to_string(*ref)), ref);
}

TEST(SchemaUris, OfOthersAreNotOurs) {
  for (const auto* uri :
       {"", "hotswap:", "hotswap:payments", "hotswap:payments@", "hotswap:@1.0.0",
        "hotswap:payments@1.2", "hotswap:payments@^1", "hotswap:Payments@1.0.0",
        "hotswap:payments@1.0.0#/a", "hotswap:a@b@1.0.0", "HOTSWAP:payments@1.0.0",
        "https://example.com/payments@1.0.0", "payments@1.0.0"}) {
    EXPECT_EQ(schema_ref(uri), std::nullopt) << uri;
  }
  EXPECT_EQ(schema_ref_from_string("hotswap:payments@1.0.0"), std::nullopt);
}

TEST(MayDecide, KeepsTheAuthorOutInProductionOnly) {
  SchemaVersion version;
  version.schema = SchemaId("payments");
  version.number = ver("2.0.0");
  version.author = "ann";
  EXPECT_TRUE(may_decide(version, "ann", false));
  EXPECT_TRUE(may_decide(version, "olga", true));
  EXPECT_TRUE(may_decide(version, "olga", false));
  const auto refused = may_decide(version, "ann", true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Forbidden);
  EXPECT_EQ(refused.error().reason, "schema.own_change");
  EXPECT_NE(refused.error().detail.find("payments@2.0.0"), std::string::npos);
}

}  // namespace
}  // namespace hotswap
