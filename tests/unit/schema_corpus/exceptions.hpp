#pragma once
// What the corpus test judges differently from the authors of the corpus, each with its reason. An
// entry that is no longer needed fails the test.

#include <map>
#include <string>
#include <string_view>

namespace hotswap::schema {

inline constexpr std::string_view kElsewhere = "SchemaStore has it, the corpus does not";

/// Documents of other repositories or of SchemaStore that schemas refer to and that the corpus does
/// not have. `{}` stands in their place, so that the rest of the schema is judged.
inline const std::map<std::string, std::string_view, std::less<>> kMissing{
    {"https://json.schemastore.org/azure-deviceupdate-manifest-definitions-4.0.json", kElsewhere},
    {"https://json.schemastore.org/azure-iot-edge-deployment-2.0.json", kElsewhere},
    {"https://json.schemastore.org/azure-iot-edgeagent-deployment-1.1.json", kElsewhere},
    {"https://json.schemastore.org/azure-iot-edgehub-deployment-1.1.json", kElsewhere},
    {"https://json.schemastore.org/base-04.json", kElsewhere},
    {"https://json.schemastore.org/base.json", kElsewhere},
    {"https://json.schemastore.org/compilerdefaults.json", kElsewhere},
    {"https://json.schemastore.org/feed-1", kElsewhere},
    {"https://json.schemastore.org/foundryvtt-base-package-manifest.json", kElsewhere},
    {"https://json.schemastore.org/gematik-test-patients.json", kElsewhere},
    {"https://json.schemastore.org/grunt-task", kElsewhere},
    {"https://json.schemastore.org/jekyll.json", kElsewhere},
    {"https://json.schemastore.org/partial-eslint-plugins.json", kElsewhere},
    {"https://json.schemastore.org/partial-fusion-pack-metadata.json", kElsewhere},
    {"https://json.schemastore.org/partial-fusion-texture-metadata.json", kElsewhere},
    {"https://json.schemastore.org/rc3-auth-0.0.3.json", kElsewhere},
    {"https://raw.githubusercontent.com/CircleCI-Public/circleci-yaml-language-server/refs/heads/"
     "main/schema.json",
     "of another repository; SchemaStore's own tests leave the schema out"},
    {"https://www.schemastore.org/ide.host.json", kElsewhere},
    {"https://www.schemastore.org/schema-org-thing.json", kElsewhere},
};

inline constexpr std::string_view kConst =
    "draft 4 has no `const`, so that it is ignored as every unknown keyword; ajv-draft-04 heeds it";
inline constexpr std::string_view kStub =
    "only the part of the schema that the corpus lacks refuses";
inline constexpr std::string_view kNullName = "YAML whose mapping has null as a name: no JSON";
inline constexpr std::string_view kAlias =
    "YAML with anchors and aliases, which uploads may not have";
inline constexpr std::string_view kMark = "a byte order mark within the file is taken as text";
inline constexpr std::string_view kZone =
    "a date-time without zone, against RFC 3339; ajv-formats 2 takes it, 3 does not";

/// Files (`schema/valid/name.yaml`) whose verdict differs.
inline const std::map<std::string, std::string_view, std::less<>> kExceptions{
    {"cheatsheets/invalid/empty-path.yml", kStub},
    {"circleciconfig/invalid/conflicting-resource-class.yml", kStub},
    {"circleciconfig/invalid/invalid-job-name-format.yml", kStub},
    {"circleciconfig/invalid/invalid-machine-executor-1.yml", kStub},
    {"circleciconfig/invalid/invalid-machine-executor-2.yml", kStub},
    {"circleciconfig/invalid/invalid-workflow-job-requires.yml", kStub},
    {"es6importsorterrc/valid/es6importsorterrc-test.json", kConst},
    {"foundryvtt-system-manifest/invalid/CoC7_system.json", kStub},
    {"function/valid/BlobTrigger.json", kConst},
    {"function/valid/EventHubTrigger.json", kConst},
    {"function/valid/ExternalFileTrigger.json", kConst},
    {"function/valid/ExternalTable.json", kConst},
    {"function/valid/FaceLocator.json", kConst},
    {"function/valid/GenericWebHook.json", kConst},
    {"function/valid/GitHubCommenter.json", kConst},
    {"function/valid/GitHubWebHook.json", kConst},
    {"function/valid/HttpGET(CRUD).json", kConst},
    {"function/valid/HttpPOST(CRUD).json", kConst},
    {"function/valid/HttpPUT(CRUD).json", kConst},
    {"function/valid/HttpTrigger.json", kConst},
    {"function/valid/ImageResizer.json", kConst},
    {"function/valid/Kusto.json", kConst},
    {"function/valid/ManualTrigger.json", kConst},
    {"function/valid/MySql.json", kConst},
    {"function/valid/QueueTrigger.json", kConst},
    {"function/valid/SasToken.json", kConst},
    {"function/valid/ScheduledMail.json", kConst},
    {"function/valid/SendGrid.json", kConst},
    {"function/valid/ServiceBusQueueTrigger.json", kConst},
    {"function/valid/ServiceBusTopicTrigger.json", kConst},
    {"function/valid/Sql.json", kConst},
    {"function/valid/TimerTrigger.json", kConst},
    {"function/valid/function.json", kConst},
    {"tmuxinator/valid/nameless_window.yml", kNullName},
    {"tmuxinator/valid/sample_alias.yml", kAlias},
    {"venvironment-schema-v4.0.0/valid/unicode-1.yaml", kMark},
    {"webjob-publish-settings/valid/scheduled.json", kZone},
};

}  // namespace hotswap::schema
