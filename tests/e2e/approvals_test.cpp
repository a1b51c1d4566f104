// Four eyes, from the command line of two people.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

struct FourEyes : ::testing::Test {
  Server server{{"--require-approval", "environment=production"}};

  FourEyes() {
    server.has_profile();
    server.has_version("1.0.0", R"({"a":1})");
    const auto joined = server.api().post(
        "/api/v1/instances",
        json::parse(R"({"serviceName":"payment-service","environment":"Production"})").value());
    EXPECT_TRUE(joined);
  }
  CommandResult as(const std::string& who, const std::string& role,
                   std::vector<std::string> words) {
    const auto file = server.folder() / (who + ".token");
    const auto made = hotswap({"token", "--role", role, "--subject", who, "--ttl", "1h",
                               "--key-file", (server.data() / "jwt.key").string()});
    EXPECT_EQ(made.code, 0) << made.err;
    std::ofstream(file) << made.out.substr(0, made.out.find('\n'));
    words.insert(words.end(), {"--server", server.url(), "--token-file", file.string()});
    return hotswap(words);
  }
  std::string asked() {
    const auto done = as("ann", "Operator", {"deploy", kProfile, "1.0.0", "-o", "json"});
    EXPECT_EQ(done.code, 0) << done.err;
    return cli::text_at(json::parse(done.out).value(), "id");
  }
  std::string audited(const std::string& action) {
    return hotswap(server, {"audit", "list", "--action", action}).out;
  }
};

TEST_F(FourEyes, NobodyDeploysToProductionAlone) {
  const auto told = as("ann", "Operator", {"deploy", kProfile, "1.0.0"});
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_TRUE(told.out.starts_with("planned")) << told.out;
  EXPECT_TRUE(told.out.contains("hotswap approve ")) << told.out;
  const auto id = cli::text_at(server.api().list("/api/v1/deployments", 1)->front(), "id");
  const auto own = as("ann", "Operator", {"approve", id});
  EXPECT_EQ(own.code, 6) << own.err;
  EXPECT_TRUE(own.err.contains("somebody else")) << own.err;
  EXPECT_NE(as("eve", "Developer", {"approve", id}).code, 0);
  EXPECT_NE(as("ann", "Operator", {"deployment", "promote", id}).code, 0);
  EXPECT_EQ(server.state_of(id), "Planned");
  const auto explained = hotswap(server, {"explain", id});
  EXPECT_TRUE(explained.out.contains("somebody else than ann")) << explained.out;
  const auto done = as("bob", "Operator", {"approve", id, "--reason", "seen it"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(eventually([&] { return server.state_of(id) == "Running"; }));
  EXPECT_TRUE(audited("approval.granted").contains("approved by bob: seen it"));
  EXPECT_TRUE(hotswap(server, {"explain", id}).out.contains("bob approved it"));
}

TEST_F(FourEyes, ARefusalCancels) {
  const auto id = asked();
  const auto done = as("bob", "Operator", {"reject", id, "--reason", "not on a Friday"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(server.state_of(id), "Cancelled");
  EXPECT_TRUE(audited("approval.rejected").contains("not on a Friday"));
  EXPECT_NE(as("bob", "Operator", {"approve", id}).code, 0);
}

TEST_F(FourEyes, TheGlassIsBrokenByThoseWhoAreNamedAndItAlarms) {
  const std::vector<std::string> breaking = {"deploy", kProfile, "1.0.0", "--break-glass",
                                             "prices are wrong"};
  const auto unnamed = as("ann", "Operator", breaking);
  EXPECT_EQ(unnamed.code, 6) << unnamed.err;
  ASSERT_EQ(
      hotswap(server, {"config", "access", "grant", kProfile, "operators", "ann", "bob"}).code, 0);
  const auto done = as("ann", "Operator", breaking);
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(done.out.starts_with("started")) << done.out;
  EXPECT_TRUE(audited("deployment.breakGlass").contains("prices are wrong"));
  EXPECT_TRUE(eventually([&] { return server.process().output().contains("broke the glass"); }))
      << server.process().output();
}

TEST_F(FourEyes, WhoMayBeListedIsKeptByTheCommandLine) {
  const auto shown = hotswap(server, {"config", "access", "show", kProfile});
  EXPECT_TRUE(shown.out.contains("every Operator")) << shown.out << shown.err;
  const auto set = hotswap(server, {"config", "access", "set", kProfile, "--owner", "ann",
                                    "--operator", "team:pay", "--approval", "required"});
  EXPECT_EQ(set.code, 0) << set.err;
  EXPECT_TRUE(set.out.contains("ann is the only one in owners")) << set.out;
  EXPECT_EQ(as("bob", "Developer", {"config", "update", kProfile, "--description", "x"}).code, 6);
  // Nobody locks themselves out, and nobody but an Admin lets a profile off.
  const auto away = as("ann", "Developer", {"config", "access", "set", kProfile, "--owner", "bob"});
  EXPECT_NE(away.code, 0);
  EXPECT_TRUE(away.err.contains("only an Admin could")) << away.err;
  const auto off =
      as("ann", "Developer", {"config", "access", "set", kProfile, "--approval", "none"});
  EXPECT_EQ(off.code, 6) << off.err;
  EXPECT_EQ(as("ann", "Developer", {"config", "access", "grant", kProfile, "owners", "bob"}).code,
            0);
  EXPECT_EQ(as("bob", "Developer", {"config", "access", "revoke", kProfile, "owners", "ann"}).code,
            0);
  EXPECT_NE(as("bob", "Developer", {"config", "access", "revoke", kProfile, "owners", "bob"}).code,
            0);
  EXPECT_TRUE(audited("config.update").contains("access: owners +bob")) << audited("config.update");
  EXPECT_EQ(hotswap(server, {"config", "access", "set", kProfile, "--approval", "none"}).code, 0);
  EXPECT_EQ(as("ann", "Operator", {"deploy", kProfile, "1.0.0"}).code, 6);
}

}  // namespace
}  // namespace hotswap::e2e
