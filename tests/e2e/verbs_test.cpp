// Everything that the API can do has a verb, or a reason why it has none.
#include <gtest/gtest.h>

#include <map>

#include "api/formats/yaml.hpp"
#include "cli/answer.hpp"
#include "cli/session.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::e2e {
namespace {

/// By operation of the OpenAPI document: words of the verb; in brackets why there is none.
const std::map<std::string, std::string> kVerbs = {
      {"health", "health"},
      {"healthLive", "(for probes of a platform)"},
      {"healthReady", "health"},
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
      {"registerInstance", "agent"},
      {"listInstances", "instances"},
      {"getInstance", "instances get"},
      {"removeInstance", "instances delete"},
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
      {"verifyAudit", "audit verify"}};

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

}  // namespace
}  // namespace hotswap::e2e
