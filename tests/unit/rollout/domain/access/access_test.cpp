#include "domain/access/access.hpp"

#include "../../support.hpp"
#include "domain/access/access_change.hpp"

namespace hotswap {
namespace {

struct Row {
  Action action;
  std::string_view slug;
  std::string_view may;  ///< Admin Operator Developer Viewer Instance
};

// api.md, column "who", written out once more by hand.
constexpr Row kContract[] = {
    {Action::ConfigCreate, "config.create", "A-D--"},
    {Action::ConfigRead, "config.read", "AODV-"},
    {Action::ConfigUpdate, "config.update", "A-D--"},
    {Action::ConfigDelete, "config.delete", "A----"},
    {Action::VersionUpload, "version.upload", "A-D--"},
    {Action::VersionRead, "version.read", "AODV-"},
    {Action::VersionTag, "version.tag", "A-D--"},
    {Action::ConfigRollback, "config.rollback", "AO---"},
    {Action::DeploymentStart, "deployment.start", "AO---"},
    {Action::DeploymentRead, "deployment.read", "AODV-"},
    {Action::DeploymentCommand, "deployment.command", "AO---"},
    {Action::DeploymentApprove, "deployment.approve", "AO---"},
    {Action::DeploymentBreakGlass, "deployment.breakGlass", "AO---"},
    {Action::InstanceRegister, "instance.register", "AO--I"},
    {Action::InstanceRead, "instance.read", "AODV-"},
    {Action::InstanceReport, "instance.report", "----I"},
    {Action::InstanceRemove, "instance.remove", "AO--I"},
    {Action::InstanceRevoke, "instance.revoke", "AO---"},
    {Action::SchemaRegister, "schema.register", "A-D--"},
    {Action::SchemaRead, "schema.read", "AODV-"},
    {Action::SchemaDecide, "schema.decide", "A----"},
    {Action::CalendarRead, "calendar.read", "AODV-"},
    {Action::CalendarWrite, "calendar.write", "AO---"},
    {Action::ChannelRead, "channel.read", "AO---"},
    {Action::ChannelWrite, "channel.write", "AO---"},
    {Action::TrafficRead, "traffic.read", "AODVI"},
    {Action::TrafficWrite, "traffic.write", "AO---"},
    {Action::EventsRead, "events.read", "AODV-"},
    {Action::ClusterRead, "cluster.read", "AODV-"},
    {Action::RetentionRead, "retention.read", "AO---"},
    {Action::RetentionRun, "retention.run", "A----"},
    {Action::AuditRead, "audit.read", "AO---"},
    {Action::AuditCheckpoint, "audit.checkpoint", "A----"},
    {Action::ErasureRead, "erasure.read", "AO---"},
    {Action::ErasureWrite, "erasure.write", "A----"},
    {Action::SecretRead, "secret.read", "A----"},
    {Action::SecretRotate, "secret.rotate", "A----"},
    {Action::DebugRead, "debug.read", "A----"},
    {Action::LogLevelWrite, "log.level", "A----"},
    {Action::MetricsRead, "metrics.read", "AODV-"},
};

Principal person(std::vector<Role> roles) {
  Principal who;
  who.subject = "pat";
  who.roles = std::move(roles);
  return who;
}
Principal person(Role role) { return person(std::vector{role}); }

TEST(AccessMatrix, AnswersEveryRoleAndActionAsTheContractSays) {
  ASSERT_EQ(std::size(kContract), static_cast<std::size_t>(kActionCount));
  for (const auto& row : kContract) {
    EXPECT_EQ(to_string(row.action), row.slug);
    for (std::size_t i = 0; i < std::size(kRoles); ++i) {
      EXPECT_EQ(allowed(kRoles[i], row.action), row.may[i] != '-')
          << row.slug << " for " << to_string(kRoles[i]);
    }
  }
}

TEST(AccessMatrix, IsWhatAuthorizeDecidesOnRolesAlone) {
  const InstanceId own("i-1");
  for (const auto& row : kContract) {
    for (std::size_t i = 0; i < std::size(kRoles); ++i) {
      auto principal = person(kRoles[i]);
      principal.instance = own;
      const auto verdict = authorize(principal, row.action, nullptr, &own);
      EXPECT_EQ(verdict.has_value(), row.may[i] != '-') << row.slug << to_string(kRoles[i]);
      if (!verdict) {
        EXPECT_EQ(verdict.error().code, ErrorCode::Forbidden);
        EXPECT_EQ(verdict.error().reason, "access.forbidden");
      }
    }
  }
}

TEST(Authorize, SaysWhichRoleIsNeededAndWhichOnesYouHave) {
  const auto verdict = authorize(person(Role::Viewer), Action::DeploymentStart);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().detail,
            "deployment.start needs the role Admin or Operator; you have Viewer");
}

TEST(Authorize, RefusesSomebodyWithoutAnyRole) {
  const auto verdict = authorize(person(std::vector<Role>()), Action::ConfigRead);
  ASSERT_FALSE(verdict);
  EXPECT_NE(verdict.error().detail.find("no role"), std::string::npos);
}

TEST(Authorize, AddsUpSeveralRoles) {
  const auto both = person({Role::Viewer, Role::Operator});
  EXPECT_TRUE(authorize(both, Action::DeploymentStart));
}

TEST(Authorize, LetsAnInstanceReportOnlyForItself) {
  auto principal = person(Role::Instance);
  principal.instance = InstanceId("i-1");
  const InstanceId own("i-1");
  const InstanceId other("i-2");
  EXPECT_TRUE(authorize(principal, Action::InstanceReport, nullptr, &own));
  EXPECT_FALSE(authorize(principal, Action::InstanceReport, nullptr, &other));
  EXPECT_FALSE(authorize(principal, Action::InstanceReport));
  EXPECT_TRUE(authorize(principal, Action::InstanceRemove, nullptr, &own));
  EXPECT_FALSE(authorize(principal, Action::InstanceRemove, nullptr, &other));
}

TEST(Authorize, LetsAnOperatorRemoveAnyInstance) {
  const InstanceId other("i-2");
  EXPECT_TRUE(authorize(person(Role::Operator), Action::InstanceRemove, nullptr, &other));
}

TEST(Authorize, RefusesABootstrapTokenToReport) {
  auto principal = person(Role::Instance);
  principal.service = ServiceName("payment-service");
  const InstanceId any("i-1");
  EXPECT_TRUE(authorize(principal, Action::InstanceRegister));
  EXPECT_FALSE(authorize(principal, Action::InstanceReport, nullptr, &any));
}

TEST(ProfileAccess, NarrowsNothingWhenItsListsAreEmpty) {
  const Access open;
  EXPECT_TRUE(authorize(person(Role::Developer), Action::VersionUpload, &open));
  EXPECT_TRUE(authorize(person(Role::Viewer), Action::ConfigRead, &open));
}

TEST(ProfileAccess, KeepsAStrangerFromUpdatingWhatHasOwners) {
  const Access access{{"alex", "team:payments"}, {}, {}};
  for (const auto action : {Action::ConfigUpdate, Action::VersionUpload, Action::VersionTag}) {
    EXPECT_FALSE(authorize(person(Role::Developer), action, &access));
  }
  EXPECT_TRUE(authorize(person(Role::Operator), Action::DeploymentStart, &access));
}

TEST(ProfileAccess, KnowsSubjectsAndTeams) {
  const Access access{{"alex", "team:payments"}, {}, {}};
  auto pat = person(Role::Developer);
  pat.teams = {"payments"};
  EXPECT_TRUE(authorize(pat, Action::ConfigUpdate, &access));
  pat.teams = {"search"};
  EXPECT_FALSE(authorize(pat, Action::ConfigUpdate, &access));
  pat.subject = "alex";
  EXPECT_TRUE(authorize(pat, Action::ConfigUpdate, &access));
}

TEST(ProfileAccess, DoesNotTakeASubjectCalledLikeATeamForTheTeam) {
  const Access access{{"team:payments"}, {}, {}};
  auto pat = person(Role::Developer);
  pat.subject = "payments";
  EXPECT_FALSE(authorize(pat, Action::ConfigUpdate, &access));
}

TEST(ProfileAccess, LetsOwnersAndOperatorsReadWhatHasViewers) {
  const Access access{{"olga"}, {"otto"}, {"vera"}};
  for (const auto* name : {"olga", "otto", "vera"}) {
    auto principal = person(Role::Viewer);
    principal.subject = name;
    EXPECT_TRUE(authorize(principal, Action::ConfigRead, &access)) << name;
  }
  EXPECT_FALSE(authorize(person(Role::Viewer), Action::ConfigRead, &access));
}

TEST(ProfileAccess, NeverKeepsAnAdminOut) {
  const Access access{{"olga"}, {"otto"}, {"vera"}};
  for (const auto& row : kContract) {
    if (!allowed(Role::Admin, row.action)) continue;
    EXPECT_TRUE(authorize(person(Role::Admin), row.action, &access)) << row.slug;
  }
}

TEST(Roles, AreReadInAnyCase) {
  EXPECT_EQ(role_from_string("admin"), Role::Admin);
  EXPECT_EQ(role_from_string("OPERATOR"), Role::Operator);
  EXPECT_EQ(role_from_string("root"), std::nullopt);
  EXPECT_EQ(role_from_string(""), std::nullopt);
}

TEST(AccessJson, ReadsWhatItWrites) {
  const Access access{{"olga", "team:pay"}, {"otto"}, {}};
  const auto read = access_from_json(to_json(access), "$.access");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, access);
}

TEST(AccessJson, NamesEveryMistake) {
  const auto read = access_from_json(
      parsed(R"({"owners":["", "team:", 5],"operators":"pat","watchers":[]})"), "$.access");
  EXPECT_EQ(mistakes(read), (Mistakes{"$.access.owners[2] type", "$.access.owners[0] format",
                                      "$.access.owners[1] format", "$.access.operators type",
                                      "$.access.watchers unknown"}));
  EXPECT_EQ(read.error().reason, "access.invalid");
}

TEST(AccessLists, AnEmptyListOfOperatorsLetsNobodyBreakTheGlassButAnAdmin) {
  Access access;
  const auto may = [&](Role role) {
    return authorize(person(role), Action::DeploymentBreakGlass, &access).has_value();
  };
  EXPECT_TRUE(authorize(person(Role::Operator), Action::DeploymentStart, &access));
  EXPECT_FALSE(may(Role::Operator));
  EXPECT_TRUE(may(Role::Admin));
  access.operators = {"pat"};
  EXPECT_TRUE(may(Role::Operator));
  EXPECT_FALSE(may(Role::Developer));
}

TEST(AccessLists, WhoseNameLooksLikeATeamsIsNotThatTeam) {
  auto impostor = person(Role::Operator);
  impostor.subject = "team:pay";
  const Access access{{}, {"team:pay"}, {}};
  EXPECT_FALSE(authorize(impostor, Action::DeploymentStart, &access));
  EXPECT_FALSE(is_listed(impostor, access.operators));
}

TEST(AccessChange, WhoeverIsNoAdminStaysAmongTheOwners) {
  Access after;
  EXPECT_TRUE(may_take_back(person(Role::Developer), after));
  after.owners = {"sam"};
  EXPECT_EQ(may_take_back(person(Role::Developer), after).error().reason, "access.lockout");
  EXPECT_TRUE(may_take_back(person(Role::Admin), after));
  auto member = person(Role::Developer);
  member.teams = {"pay"};
  after.owners = {"team:pay"};
  EXPECT_TRUE(may_take_back(member, after));
}

TEST(AccessChange, IsToldByWhatCameAndWent) {
  const Access before{{"ann"}, {"pat"}, {}};
  Access after{{"ann", "team:pay"}, {}, {}};
  after.approval = ApprovalWish::Required;
  EXPECT_EQ(access_difference(before, after),
            "owners +team:pay; operators -pat; approval required");
  EXPECT_EQ(access_difference(before, before), "");
  EXPECT_EQ(access_difference(after, before),
            "owners -team:pay; operators +pat; approval as the server has it");
}

}  // namespace
}  // namespace hotswap
