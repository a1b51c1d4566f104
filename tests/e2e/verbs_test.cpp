// Everything that the API can do has a verb, or a reason why it has none.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "api/formats/yaml.hpp"
#include "cli/answer.hpp"
#include "cli/session.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::e2e {
namespace {

/// By operation of the OpenAPI document: words of the verb; in brackets why there is none.
const std::map<std::string, std::string> kVerbs = {
    {"health", "health"},
    {"healthLive", "(for probes of a platform)"},
    {"healthReady", "health"},
    {"getLogLevels", "log-level"},
    {"putLogLevels", "log-level"},
    {"getLogLines", "debug log"},
    {"getDiagnostics", "debug bundle"},
    {"openapi", "(for programs; a browser shows /docs)"},
    {"docs", "(for a browser)"},
    {"docsErrors", "(for a browser)"},
    {"metrics", "(for Prometheus)"},
    {"createConfig", "config create"},
    {"listConfigs", "config list"},
    {"getConfig", "config get"},
    {"putConfig", "apply"},
    {"patchConfig", "config update"},
    {"deleteConfig", "config delete"},
    {"uploadVersion", "version upload"},
    {"listVersions", "version list"},
    {"getVersion", "version get"},
    {"putTag", "tag set"},
    {"deleteTag", "tag remove"},
    {"diffVersions", "diff"},
    {"rollbackConfig", "rollback"},
    {"configHistory", "history"},
    {"registerSchema", "schema register"},
    {"listSchemas", "schema list"},
    {"getSchema", "schema get"},
    {"patchSchema", "schema update"},
    {"listSchemaVersions", "schema versions"},
    {"getSchemaVersion", "schema get"},
    {"schemaImpact", "schema impact"},
    {"diffSchemas", "schema diff"},
    {"validateAgainstSchema", "schema validate"},
    {"approveSchema", "schema approve"},
    {"rejectSchema", "schema reject"},
    {"startDeployment", "deploy"},
    {"listDeployments", "deployment list"},
    {"getDeployment", "deployment get"},
    {"deploymentEvents", "deployment watch"},
    {"deploymentReport", "report"},
    {"explainDeployment", "explain"},
    {"replayDeployment", "replay"},
    {"pauseDeployment", "deployment pause"},
    {"resumeDeployment", "deployment resume"},
    {"promoteDeployment", "deployment promote"},
    {"cancelDeployment", "deployment cancel"},
    {"rollbackDeployment", "deployment rollback"},
    {"approveDeployment", "approve"},
    {"rejectDeployment", "reject"},
    {"registerInstance", "agent"},
    {"listInstances", "instances"},
    {"getInstance", "instances get"},
    {"removeInstance", "instances delete"},
    {"revokeInstance", "instances revoke"},
    {"heartbeat", "agent"},
    {"instanceStream", "agent"},
    {"instanceConfigs", "agent"},
    {"listCalendar", "calendar list"},
    {"addCalendarEntry", "freeze"},
    {"deleteCalendarEntry", "calendar delete"},
    {"getTraffic", "traffic get"},
    {"putTraffic", "traffic set"},
    {"switchTraffic", "traffic switch"},
    {"listChannels", "notify channel list"},
    {"createChannel", "notify channel add"},
    {"putChannel", "notify channel update"},
    {"deleteChannel", "notify channel delete"},
    {"testChannel", "notify channel test"},
    {"listDeadLetters", "notify dead-letters list"},
    {"replayDeadLetter", "notify dead-letters replay"},
    {"deleteDeadLetter", "notify dead-letters delete"},
    {"events", "events"},
    {"listAudit", "audit list"},
    {"verifyAudit", "audit verify"},
    {"listAuditCheckpoints", "audit export"},
    {"makeAuditCheckpoint", "audit checkpoint"},
    {"getRetention", "retention status"},
    {"runRetention", "retention run"},
    {"rotateSecrets", "secrets rotate"},
    {"secretRotation", "secrets status"},
    {"erase", "erase"},
    {"listErasures", "erase list"},
    {"getErasure", "erase get"},
    {"cluster", "cluster status"}};

bool is_verb(const std::string& words) {
  std::vector<std::string> command;
  std::istringstream in(words);
  for (std::string word; in >> word;) command.push_back(word);
  command.emplace_back("--help");
  return hotswap(command).code == 0;
}

TEST(Verbs, EveryOperationOfTheApiHasOne) {
  const auto text = cli::read_file(source_folder() + "/src/api/openapi.yaml");
  const auto document = api::yaml_to_json(text.value());
  ASSERT_TRUE(document);
  std::size_t operations = 0;
  for (const auto& [path, methods] : *document->find("paths")->as_object()) {
    for (const auto& [method, operation] : *methods.as_object()) {
      const auto id = cli::text_at(operation, "operationId");
      if (id.empty()) continue;
      ++operations;
      const auto found = kVerbs.find(id);
      ASSERT_NE(found, kVerbs.end()) << std::string(path) << ": which verb does " << id << "?";
      if (!found->second.starts_with('(')) {
        EXPECT_TRUE(is_verb(found->second)) << found->second;
      }
    }
  }
  EXPECT_GE(operations, 60U);
}

TEST(ShortIds, AreTakenWhereTheyArePrintedAndAmbiguousOnesNamed) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", R"({"a":1})");
  ScriptedInstance one(server.options(), kService, "pay-1");
  ScriptedInstance two(server.options(), kService, "pay-2");
  const auto id = server.deploys("1.0.0", kDirect);
  const auto listed = hotswap(server, {"deployment", "list"});
  EXPECT_TRUE(listed.out.contains(id.substr(0, 8))) << listed.out;
  EXPECT_FALSE(listed.out.contains(id)) << listed.out;
  for (const auto& verb : {std::vector<std::string>{"deployment", "get"}, {"explain"}}) {
    auto command = verb;
    command.push_back(id.substr(0, 8));
    const auto shown = hotswap(server, command);
    EXPECT_EQ(shown.code, 0) << shown.err;
  }
  const auto instance = hotswap(server, {"instances", "get", one.id().substr(0, 8)});
  EXPECT_TRUE(instance.out.contains("pay-1")) << instance.out << instance.err;
  EXPECT_FALSE(instance.out.contains("pay-2")) << instance.out;
  // No id begins with nothing, and all of them do.
  const auto unknown = hotswap(server, {"deployment", "get", "zzzz"});
  EXPECT_EQ(unknown.code, 3);
  EXPECT_TRUE(unknown.err.contains("hotswap deployment list")) << unknown.err;
  // Seventeen ids have two that begin alike.
  std::vector<std::unique_ptr<ScriptedInstance>> many;
  std::map<char, int> beginnings{{one.id()[0], 1}};
  ++beginnings[two.id()[0]];
  for (int i = 3; i <= 17; ++i) {
    many.push_back(
        std::make_unique<ScriptedInstance>(server.options(), kService, "pay-" + std::to_string(i)));
    ++beginnings[many.back()->id()[0]];
  }
  const auto twice = std::ranges::find_if(beginnings, [](const auto& b) { return b.second > 1; });
  ASSERT_NE(twice, beginnings.end());
  const auto ambiguous = hotswap(server, {"instances", "get", std::string(1, twice->first)});
  EXPECT_EQ(ambiguous.code, 5);
  EXPECT_TRUE(ambiguous.err.contains("could be any of") && ambiguous.err.contains("pay-"))
      << ambiguous.err;
}

TEST(Help, OfAVerbComesHoweverOneAsks) {
  const auto asked = hotswap({"help", "deployment", "get"});
  EXPECT_EQ(asked.code, 0) << asked.err;
  EXPECT_EQ(asked.out, hotswap({"deployment", "get", "--help"}).out);
  EXPECT_EQ(hotswap({"help", "frobnicate"}).code, 2);
}

TEST(Help, AMistypedWordIsAnsweredWithTheOneThatWasMeant) {
  EXPECT_TRUE(hotswap({"depoly"}).err.contains("did you mean deploy?"));
  EXPECT_TRUE(hotswap({"config", "creat"}).err.contains("did you mean create?"));
  const auto option = hotswap({"config", "list", "--serivce", "x"});
  EXPECT_EQ(option.code, 2);
  EXPECT_TRUE(option.err.contains("did you mean --service?")) << option.err;
  EXPECT_EQ(std::ranges::count(option.err, '\n'), 1) << option.err;
}

TEST(History, ShowsTheTimelineAndWhatWasLiveThen) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", R"({"a":1})");
  const auto shown = hotswap(server, {"history", kProfile});
  EXPECT_TRUE(shown.out.contains("config.created") && shown.out.contains("version.uploaded"))
      << shown.out << shown.err;
  const auto then = hotswap(server, {"history", kProfile, "--at", "1h"});
  EXPECT_TRUE(then.out.contains("nothing was live")) << then.out << then.err;
  EXPECT_EQ(hotswap(server, {"history", kProfile, "--at", "soon"}).code, 2);
  const auto idle = hotswap(server, {"watch", kProfile});
  EXPECT_EQ(idle.code, 3);
  EXPECT_TRUE(idle.err.contains("hotswap deploy")) << idle.err;
}

TEST(AuditExport, IsTheWholeTrailInEitherForm) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", R"({"a":1})");
  const auto lines = hotswap(server, {"audit", "export"});
  EXPECT_EQ(lines.code, 0) << lines.err;
  EXPECT_TRUE(lines.out.starts_with("{") && lines.out.contains("version.upload")) << lines.out;
  const auto file = (server.folder() / "audit.csv").string();
  EXPECT_EQ(hotswap(server, {"audit", "export", "--format", "csv", "--file", file}).code, 0);
  const auto table = cli::read_file(file).value();
  EXPECT_TRUE(table.starts_with("sequence,")) << table;
  std::istringstream each(lines.out);
  int entries = 0;
  for (std::string line; std::getline(each, line);) entries += line.starts_with("{\"sequence\"");
  EXPECT_EQ(std::ranges::count(table, '\n'), entries + 1);
  EXPECT_EQ(hotswap(server, {"audit", "export", "--file", "/nowhere/x"}).code, 5);
}

TEST(DiffOfFiles, ComparesHereAndShowsNoSecret) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", R"({"a":1,"key":{"type":"secret","value":"old-secret"}})");
  const auto file = (server.folder() / "new.yaml").string();
  std::ofstream(file) << "a: 2\nkey:\n  type: secret\n  value: new-secret\n";
  const auto shown = hotswap(server, {"diff", kProfile, "latest", file, "--exit-code"});
  EXPECT_EQ(shown.code, 9) << shown.err;
  EXPECT_TRUE(shown.out.contains("~ $.a  1 → 2")) << shown.out;
  EXPECT_TRUE(shown.out.contains("~ $.key  (secret) changed")) << shown.out;
  EXPECT_FALSE(shown.out.contains("-secret")) << shown.out;
  const auto unified = hotswap(server, {"diff", "-u", kProfile, "latest", file});
  EXPECT_TRUE(unified.out.contains("+  \"a\": 2")) << unified.out;
  EXPECT_FALSE(unified.out.contains("-secret")) << unified.out;
  EXPECT_EQ(hotswap(server, {"diff", kProfile, "latest", "latest", "--exit-code"}).code, 0);
}

}  // namespace
}  // namespace hotswap::e2e
