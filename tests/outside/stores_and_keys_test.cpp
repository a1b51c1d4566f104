// The real binary with secrets in a Vault and a Kubernetes, and with keys in Vault's Transit and
// behind a command. The two services are those of tests/servers.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/wait.hpp"
#include "servers/written_server.hpp"

namespace hotswap::e2e {
namespace {

using testing::KubernetesServer;
using testing::VaultServer;

constexpr auto kPolicy = R"(path "secret/data/hotswap/*" { capabilities = ["read"] } )"
                         R"(path "transit/encrypt/hotswap" { capabilities = ["update"] } )"
                         R"(path "transit/decrypt/hotswap" { capabilities = ["update"] } )"
                         R"(path "transit/keys/hotswap" { capabilities = ["read"] })";

/// The text at `path` of what an instance is to run, empty if it gets nothing.
std::string given(ScriptedInstance& instance, const std::string& path) {
  const auto answer = instance.api().get("/api/v1/instances/" + instance.id() + "/configs");
  if (!answer) return {};
  for (const auto& item : cli::items_at(*answer, "configs"))
    if (const auto text = cli::text_at(item, "data." + path); !text.empty()) return text;
  return {};
}

void deploys(Server& server, ScriptedInstance& instance, const std::string& version) {
  const auto id = server.deploys(version, kDirect);
  EXPECT_TRUE(eventually([&] {
    instance.applies();
    return server.state_of(id) == "Succeeded";
  })) << server.state_of(id);
}

std::string store_health(Server& server, const std::string& scheme) {
  const auto ready = server.api().get("/health/ready");
  return ready ? cli::text_at(*ready, "secrets." + scheme) : ready.error().detail;
}

/// Whether a file below the folder holds the text.
bool is_anywhere(const std::filesystem::path& folder, const std::string& text) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    if (bytes.contains(text)) return true;
  }
  return false;
}

std::vector<std::string> approle_arguments(VaultServer& vault) {
  vault.has_policy("hotswap", kPolicy);
  const auto role = vault.has_approle("hotswap", R"("token_policies":"hotswap","token_ttl":"1h")");
  const auto file = vault.file("secret-id", vault.makes_secret_id("hotswap"));
  return {"--vault-address",        vault.url(), "--vault-auth",   "approle", "--vault-role", role,
          "--vault-secret-id-file", file,        "--secret-fresh", "1s"};
}

TEST(OutsideSecrets, of_a_vault_reach_instances_follow_changes_and_survive_its_absence) {
  VaultServer vault;
  vault.has_secret("secret/data/hotswap/db", R"({"password":"k4n4ry-one"})");
  Server server(approle_arguments(vault));
  server.has_profile();
  server.has_version(
      "1.0.0", R"({"password":{"type":"secret","ref":"vault:secret/data/hotswap/db#password"}})");
  ScriptedInstance instance(server.options(), kService, "pay-1");
  deploys(server, instance, "1.0.0");
  EXPECT_EQ(given(instance, "password"), "k4n4ry-one");
  EXPECT_TRUE(eventually([&] { return store_health(server, "vault") == "ok"; }));

  vault.has_secret("secret/data/hotswap/db", R"({"password":"k4n4ry-two"})");
  EXPECT_TRUE(eventually([&] { return given(instance, "password") == "k4n4ry-two"; }));

  vault.set(R"({"sealed":true})");
  EXPECT_TRUE(eventually([&] { return store_health(server, "vault") == "unusable"; }));
  EXPECT_EQ(given(instance, "password"), "k4n4ry-two") << "the old value goes on";
  ScriptedInstance late(server.options(), kService, "pay-2");
  EXPECT_TRUE(eventually([&] { return given(late, "password") == "k4n4ry-two"; }));
  vault.set(R"({"sealed":false})");
  EXPECT_TRUE(eventually([&] { return store_health(server, "vault") == "ok"; }));

  const auto read = server.api().get(cli::config_path(kProfile, {"versions", "1.0.0"}));
  ASSERT_TRUE(read);
  EXPECT_FALSE(json::write(*read).contains("k4n4ry"));
  EXPECT_EQ(server.terminate(), 0);
  EXPECT_FALSE(server.process().output().contains("k4n4ry"));
  EXPECT_FALSE(server.process().output().contains("hvs."));
  EXPECT_FALSE(is_anywhere(server.data(), "k4n4ry"));
  EXPECT_EQ(vault.calls("POST /v1/auth/token/revoke-self"), 1U) << "it leaves no token behind";
}

TEST(OutsideSecrets, are_asked_for_once_for_all_instances) {
  constexpr int kInstances = 25;
  VaultServer vault;
  vault.has_secret("secret/data/hotswap/db", R"({"password":"shared"})");
  auto arguments = approle_arguments(vault);
  arguments.back() = "1h";
  Server server(arguments);
  server.has_profile();
  server.has_version("1.0.0",
                     R"({"password":{"type":"secret","ref":"vault:secret/hotswap/db#password"}})");
  std::vector<std::unique_ptr<ScriptedInstance>> instances;
  for (int i = 0; i < kInstances; ++i)
    instances.push_back(
        std::make_unique<ScriptedInstance>(server.options(), kService, "pay-" + std::to_string(i)));
  static_cast<void>(vault.calls(""));
  const auto id = server.deploys("1.0.0", kDirect);
  EXPECT_TRUE(eventually([&] {
    for (auto& instance : instances) instance->applies();
    return server.state_of(id) == "Succeeded";
  })) << server.state_of(id)
      << server.process().output();
  for (auto& instance : instances) EXPECT_EQ(given(*instance, "password"), "shared");
  EXPECT_EQ(vault.calls("GET /v1/secret/data/hotswap/db"), 1U);
}

TEST(OutsideSecrets, of_kubernetes_reach_instances) {
  KubernetesServer cluster({.tls = true});
  cluster.set(R"({"account":{"token":"t","user":"hotswap","rules":[{"namespace":"payments"}]}})");
  cluster.set(R"({"secret":{"namespace":"payments","name":"provider","data":{"key":"k-1"}}})");
  Server server({"--kubernetes-secrets", "--kubernetes-url", cluster.url(),
                 "--kubernetes-token-file", cluster.file("token", "t\n"), "--kubernetes-ca-file",
                 cluster.ca_file(), "--secret-fresh", "1s"});
  server.has_profile();
  server.has_version("1.0.0", R"({"apiKey":{"type":"secret","ref":"k8s:payments/provider#key"}})");
  ScriptedInstance instance(server.options(), kService, "pay-1");
  deploys(server, instance, "1.0.0");
  EXPECT_EQ(given(instance, "apiKey"), "k-1");
  cluster.set(R"({"secret":{"namespace":"payments","name":"provider","data":{"key":"k-2"}}})");
  EXPECT_TRUE(eventually([&] { return given(instance, "apiKey") == "k-2"; }));
}

TEST(OutsideSecrets, of_another_service_are_never_delivered) {
  VaultServer vault;
  vault.has_secret("secret/data/hotswap/payment-service/db", R"({"password":"its own"})");
  vault.has_secret("secret/data/hotswap/orders/db", R"({"password":"k4n4ry-of-another"})");
  auto arguments = approle_arguments(vault);
  arguments.insert(arguments.end(),
                   {"--secret-references", "vault:secret/data/hotswap/{service}/*"});
  Server server(arguments);
  server.has_profile();
  const auto document = [](const std::string& service) {
    return R"({"password":{"type":"secret","ref":"vault:secret/data/hotswap/)" + service +
           R"(/db#password"}})";
  };
  server.has_version("1.0.0", document("orders"));
  ScriptedInstance instance(server.options(), kService, "pay-1");
  static_cast<void>(server.deploys("1.0.0", kDirect));
  EXPECT_TRUE(eventually([&] {
    static_cast<void>(given(instance, "password"));
    return server.process().output().contains("--secret-references does not list it");
  }));
  EXPECT_EQ(given(instance, "password"), "");
  EXPECT_EQ(vault.calls("GET /v1/secret/data/hotswap/orders"), 0U);

  server.has_profile("own.production", kService);
  server.has_version("1.0.0", document(kService), "own.production");
  const auto id = server.deploys("1.0.0", kDirect, "own.production");
  EXPECT_TRUE(eventually([&] { return given(instance, "password") == "its own"; }))
      << server.state_of(id);
}

/// `hotswap secrets status` as a person reads it.
std::string key_status(const Server& server) {
  const auto run = hotswap(server, {"secrets", "status"});
  EXPECT_EQ(run.code, 0) << run.err;
  return run.out;
}

constexpr auto kPlain = R"({"password":{"type":"secret","value":"k4n4ry-in-the-document"}})";

TEST(OutsideKeys, in_transit_wrap_and_turn_and_take_over_from_the_servers_own) {
  VaultServer vault;
  vault.post("sys/mounts/transit", R"({"type":"transit"})");
  vault.post("transit/keys/hotswap", "{}");
  Server server;
  server.has_profile();
  server.has_version("1.0.0", kPlain);
  ScriptedInstance instance(server.options(), kService, "pay-1");
  deploys(server, instance, "1.0.0");
  EXPECT_TRUE(key_status(server).contains("local:")) << key_status(server);

  EXPECT_EQ(server.terminate(), 0);
  auto arguments = approle_arguments(vault);
  arguments.insert(arguments.end(), {"--vault-transit-key", "hotswap"});
  server.start_again_with(arguments);
  EXPECT_EQ(given(instance, "password"), "k4n4ry-in-the-document") << "by the key of before";
  auto run = hotswap(server, {"secrets", "rotate"});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_TRUE(run.out.contains("vault-transit:transit/hotswap:v1")) << run.out;
  EXPECT_FALSE(key_status(server).contains("local:")) << key_status(server);

  vault.post("transit/keys/hotswap/rotate", "{}");
  EXPECT_TRUE(
      eventually([&] { return key_status(server).contains("vault-transit:transit/hotswap:v2"); }));
  run = hotswap(server, {"secrets", "rotate"});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_FALSE(key_status(server).contains(":v1")) << key_status(server);
  vault.post("transit/keys/hotswap/config", R"({"min_decryption_version":2})");

  EXPECT_EQ(server.terminate(), 0);
  std::filesystem::remove(server.data() / "secret.keys");
  server.start_again();
  EXPECT_EQ(given(instance, "password"), "k4n4ry-in-the-document") << "by Vault alone";
  EXPECT_FALSE(std::filesystem::exists(server.data() / "secret.keys"));
  EXPECT_FALSE(is_anywhere(server.data(), "k4n4ry-in-the-document"));

  vault.kill();
  const auto refused =
      server.api().post(cli::config_path(kProfile, {"versions"}),
                        json::Object{{"version", "1.1.0"}, {"data", *json::parse(kPlain)}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "secret.unavailable") << refused.error().detail;
  EXPECT_TRUE(server.api().post(cli::config_path(kProfile, {"versions"}),
                                json::Object{{"version", "1.2.0"}, {"data", json::Object{}}}))
      << "documents without secrets need nobody";
}

TEST(OutsideKeys, behind_a_command_wrap_as_well) {
  cli::TempFolder keys("hotswap-command-keys");
  const auto make_key = [&](const std::string& name) {
    EXPECT_EQ(
        run_program({"openssl", "genrsa", "-out", (keys.path() / (name + ".pem")).string(), "2048"})
            .code,
        0);
  };
  make_key("2026-01");
  const auto script = source_folder() + "/examples/key_command/openssl.sh";
  Server server({"--key-command", json::write(json::Array{script, keys.path().string()})});
  server.has_profile();
  server.has_version("1.0.0", kPlain);
  ScriptedInstance instance(server.options(), kService, "pay-1");
  deploys(server, instance, "1.0.0");
  EXPECT_EQ(given(instance, "password"), "k4n4ry-in-the-document");
  EXPECT_TRUE(key_status(server).contains("command:2026-01")) << key_status(server);
  make_key("2026-02");
  EXPECT_TRUE(eventually([&] { return key_status(server).contains("command:2026-02"); }));
  const auto run = hotswap(server, {"secrets", "rotate"});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  std::filesystem::remove(keys.path() / "2026-01.pem");
  EXPECT_EQ(server.terminate(), 0);
  server.start_again();
  EXPECT_EQ(given(instance, "password"), "k4n4ry-in-the-document");
}

}  // namespace
}  // namespace hotswap::e2e
