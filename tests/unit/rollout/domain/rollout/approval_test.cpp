#include "domain/rollout/approval.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"

namespace hotswap {
namespace {

TEST(ApprovalRule, names_environments_in_any_case) {
  EXPECT_EQ(approval_rule_from_text("environment=production"), std::set<std::string>{"Production"});
  EXPECT_EQ(approval_rule_from_text("environment=STAGING,environment=Production"),
            (std::set<std::string>{"Production", "Staging"}));
  EXPECT_EQ(approval_rule_from_text(""), std::set<std::string>());
  for (const auto* wrong : {"production", "environment=", "environment=prod", "all", ","})
    EXPECT_FALSE(approval_rule_from_text(wrong)) << wrong;
}

TEST(ApprovalRule, is_the_servers_unless_the_profile_says_otherwise) {
  const ApprovalPolicy policy{{"Production"}};
  Access access;
  EXPECT_TRUE(needs_approval(policy, access, "Production"));
  EXPECT_FALSE(needs_approval(policy, access, "Staging"));
  access.approval = ApprovalWish::Required;
  EXPECT_TRUE(needs_approval(policy, access, "Staging"));
  access.approval = ApprovalWish::None;
  EXPECT_FALSE(needs_approval(policy, access, "Production"));
  EXPECT_FALSE(needs_approval({}, {}, "Production"));
}

TEST(Approval, reads_what_it_wrote) {
  const WallTime now{std::chrono::hours(480'000)};
  for (const Approval& approval : {Approval{Approval::State::Waiting, now, "", "", {}},
                                   Approval{Approval::State::Approved, {}, "bob", "ok", now},
                                   Approval{Approval::State::BreakGlass, {}, "ann", "fire", now}})
    EXPECT_EQ(approval_from_json(to_json(approval)), approval);
  EXPECT_FALSE(approval_from_json(*json::parse(R"({"state":"Maybe"})")));
  EXPECT_FALSE(approval_from_json(*json::parse("{}")));
}

}  // namespace
}  // namespace hotswap
