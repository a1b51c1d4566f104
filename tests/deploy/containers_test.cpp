// deploy/compose and deploy/container: against the Compose Specification, the program, and each
// other.
#include <gtest/gtest.h>

#include "deploy/support/rules.hpp"
#include "deploy/support/schemas.hpp"
#include "e2e/support/command.hpp"

namespace hotswap::deploy {
namespace {

json::Value compose() { return yaml_file(deploy_path("compose/compose.yaml")); }
std::string dockerfile() { return text_of(deploy_path("container/Dockerfile")); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto found = text.find(from);
  EXPECT_NE(found, std::string::npos) << from;
  return text.replace(found, from.size(), to);
}

TEST(Compose, satisfies_the_compose_specification) {
  EXPECT_EQ(joined(compose_findings(compose())), "");
}

TEST(Compose, is_refused_with_what_the_specification_does_not_have) {
  EXPECT_FALSE(compose_findings(changed(compose(), "add", "/services/node/volume", "x")).empty());
  EXPECT_FALSE(compose_findings(changed(compose(), "add", "/services/node/ports", "8400")).empty());
  EXPECT_FALSE(compose_findings(changed(compose(), "add", "/service", json::Object{})).empty());
}

TEST(Compose, is_coherent_and_speaks_to_the_program_in_its_words) {
  EXPECT_EQ(joined(wrong_compose(compose())), "");
}

TEST(Compose, that_does_not_hang_together_is_found) {
  const auto refuses = [](std::string_view operation, const std::string& pointer,
                          const json::Value& value, const std::string& part) {
    const auto findings =
        wrong_compose(changed(compose(), operation, "/services/" + pointer, value));
    EXPECT_TRUE(says(findings, part)) << part << " in\n" << joined(findings);
  };
  refuses("replace", "redis/image", "redis:latest", "redis: image without");
  refuses("replace", "minio/image", "minio/minio", "minio: image without");
  refuses("remove", "node/secrets/1", {}, "not given the secret jwt.key");
  refuses("add", "node/secrets/-", "other", "no such secret: other");
  refuses("replace", "node/environment/HOTSWAP_REDIS", "redis://cache:6379", "nobody: cache");
  refuses("add", "node/environment/HOTSWAP_REDSI", "x", "no HOTSWAP_REDSI");
  refuses("add", "node/command/-", "--liste", "no --liste");
  refuses("replace", "node/healthcheck/test/4", "healthy", "healthcheck: the program is given no");
  refuses("replace", "node/stop_grace_period", "5s", "too short for draining");
  refuses("replace", "node/healthcheck/start_period", "10s", "called ill");
  refuses("replace", "node/deploy/replicas", 2, "fewer than three");
  refuses("add", "haproxy/depends_on/nobody", json::Object{}, "depends on nobody: nobody");
  refuses("remove", "postgres-1/healthcheck", {}, "no healthcheck");
  refuses("replace", "haproxy/volumes/0", "./haproxy.cfg:/x", "not there: ./haproxy.cfg");
  refuses("replace", "minio/volumes/0", "data:/data", "no such volume: data");
  refuses("replace", "prometheus/ports/0", "9090:9090", "reached from outside");
  refuses("remove", "jaeger/mem_limit", {}, "no limit of memory");
}

TEST(Compose, hands_out_exactly_the_secrets_that_prepare_makes) {
  const cli::TempFolder folder("hotswap-prepare");
  const auto made = folder.path() / "secrets";
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(e2e::run_program({deploy_path("compose/prepare").string(), made.string()}).code, 0);
  Names files, declared;
  for (const auto& file : files_below(made, "")) files.insert(file.filename().string());
  const auto secrets = compose();
  for (const auto& secret : *at(secrets, "/secrets")->as_object()) {
    declared.insert(secret.name.str());
    EXPECT_EQ(text_at(secret.value, "/file"), "./secrets/" + secret.name.str());
  }
  EXPECT_EQ(files, declared);
}

TEST(ComposeSecrets, stay_what_they_are_when_prepare_runs_again) {
  const cli::TempFolder folder("hotswap-prepare");
  const auto run = [&] {
    EXPECT_EQ(
        e2e::run_program({deploy_path("compose/prepare").string(), folder.path().string()}).code,
        0);
    return text_of(folder.path() / "jwt.key") + text_of(folder.path() / "server.json");
  };
  const auto first = run();
  EXPECT_EQ(run(), first);
  EXPECT_GE(text_of(folder.path() / "jwt.key").size(), 32U);
  const auto file = yaml(text_of(folder.path() / "server.json"));
  for (const auto& member : *file.as_object())
    EXPECT_TRUE(facts().knows_member(member.name.str())) << member.name.str();
}

TEST(Dockerfile, pins_its_base_drops_root_and_copies_what_is_there) {
  EXPECT_EQ(joined(wrong_dockerfile(dockerfile())), "");
}

TEST(Dockerfile, that_runs_as_root_or_moves_is_found) {
  const auto refuses = [](const std::string& from, const std::string& to, const std::string& part) {
    const auto findings = wrong_dockerfile(replaced(dockerfile(), from, to));
    EXPECT_TRUE(says(findings, part)) << part << " in\n" << joined(findings);
  };
  refuses("FROM debian:12-slim AS", "FROM debian AS", "without a fixed tag");
  refuses("USER 10001:10001", "USER root", "runs as root");
  refuses("USER 10001:10001\n", "", "runs as root");
  refuses("--no-install-recommends ", "", "installs more");
  refuses("/var/lib/apt/lists/*", "/tmp/*", "lists of packages");
  refuses("--from=build", "--from=builder", "no such stage");
  refuses("COPY . .", "COPY nothing .", "copies what is not there");
  refuses("ENTRYPOINT", "ENTRYPOIN", "unknown instruction");
  refuses("HEALTHCHECK", "#", "no HEALTHCHECK");
}

TEST(Dockerfile, has_the_version_and_the_user_that_the_manifests_count_on) {
  const auto text = dockerfile();
  const auto server = yaml_file(deploy_path("kubernetes/base/deployment.yaml"));
  const auto user = text_at(server, "/spec/template/spec/securityContext/runAsUser");
  EXPECT_TRUE(text.contains("USER " + user + ':' + user));
  EXPECT_TRUE(text_at(compose(), "/services/node/tmpfs/0").contains("uid=" + user));
  const auto version = e2e::hotswap({"--version"}).out;
  const auto image = text_at(server, "/spec/template/spec/containers/0/image");
  EXPECT_TRUE(version.contains(image.substr(image.find(':') + 1))) << version;
  EXPECT_EQ(text_at(compose(), "/services/node/image"), image);
  EXPECT_TRUE(text.contains("ARG VERSION=" + image.substr(image.find(':') + 1)));
}

}  // namespace
}  // namespace hotswap::deploy
