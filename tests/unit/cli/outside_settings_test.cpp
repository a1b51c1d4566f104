#include "app/outside_settings.hpp"

#include <gtest/gtest.h>

#include "app/settings.hpp"

namespace hotswap {
namespace {

using Words = std::map<std::string, std::string>;

Result<Settings> load(Words flags, const Words& environment = {}) {
  flags.emplace("dev", "true");
  SettingSources sources;
  sources.flags = std::move(flags);
  sources.file_path = "settings.json";
  sources.environment = [&environment](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  };
  return load_settings(sources);
}

/// The first mistake's place, or nothing.
std::string mistake(Words flags, const Words& environment = {}) {
  const auto settings = load(std::move(flags), environment);
  return settings ? "" : settings.error().fields.front().path;
}

Words vault(Words more) {
  more.emplace("vault-address", "https://vault:8200");
  more.emplace("vault-token-file", "/token");
  return more;
}

TEST(OutsideSettings, vaults_own_variables_are_taken_where_nothing_else_is_said) {
  const Words environment = {{"VAULT_ADDR", "https://a:8200"},
                             {"VAULT_TOKEN", "t"},
                             {"VAULT_NAMESPACE", "team"},
                             {"VAULT_CACERT", "/ca"}};
  const auto taken = load({}, environment);
  ASSERT_TRUE(taken) << taken.error().detail;
  EXPECT_EQ(taken->outside.vault.addresses, "https://a:8200");
  EXPECT_EQ(taken->outside.vault.token, "t");
  EXPECT_EQ(taken->outside.vault.name_space, "team");
  EXPECT_EQ(taken->outside.vault.ca_file, "/ca");
  auto both = environment;
  both["HOTSWAP_VAULT_NAMESPACE"] = "ours";
  const auto ours = load({{"vault-address", "https://b:8200"}}, both);
  ASSERT_TRUE(ours) << ours.error().detail;
  EXPECT_EQ(ours->outside.vault.addresses, "https://b:8200");
  EXPECT_EQ(ours->outside.vault.name_space, "ours");
}

TEST(OutsideSettings, somebodys_vault_in_the_environment_hinders_nobody) {
  const auto settings = load({}, {{"VAULT_ADDR", "https://a:8200"}});
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(settings->outside.vault.addresses, "");
  EXPECT_EQ(mistake({{"vault-address", "https://a:8200"}}), "--vault-token-file")
      << "but one that was asked for needs a login";
}

TEST(OutsideSettings, addresses_come_with_commas_and_without_paths) {
  EXPECT_EQ(read_addresses("https://a:8200/, https://b:8200"),
            (std::vector<std::string>{"https://a:8200", "https://b:8200"}));
  for (const auto* bad : {"a:8200", "ftp://a", "https://", "https://a/v1", "https://u:p@a", ",",
                          "https://a?x", "https://a b"})
    EXPECT_EQ(mistake(vault({{"vault-address", bad}})), "--vault-address") << bad;
}

TEST(OutsideSettings, secrets_go_over_tls_or_stay_on_the_machine) {
  EXPECT_EQ(mistake(vault({{"vault-address", "http://127.0.0.1:8200"}})), "");
  EXPECT_EQ(mistake(vault({{"vault-address", "http://[::1]:8200"}})), "");
  EXPECT_EQ(mistake(vault({{"vault-address", "http://localhost:8200"}})), "");
  EXPECT_EQ(mistake(vault({{"vault-address", "http://vault:8200"}})), "--vault-address");
  EXPECT_EQ(mistake(vault({{"vault-address", "http://127.0.0.1.evil.example"}})),
            "--vault-address");
  EXPECT_EQ(mistake(vault({{"vault-address", "http://vault:8200"}, {"insecure", "true"}})), "");
  EXPECT_EQ(mistake({{"kubernetes-secrets", "true"}, {"kubernetes-url", "http://api:8080"}}),
            "--kubernetes-url");
}

TEST(OutsideSettings, each_login_says_what_it_needs) {
  EXPECT_EQ(mistake(vault({{"vault-auth", "approle"}})), "--vault-role");
  EXPECT_EQ(mistake(vault({{"vault-auth", "kubernetes"}})), "--vault-role");
  EXPECT_EQ(mistake(vault({{"vault-auth", "ldap"}})), "--vault-auth");
  EXPECT_EQ(mistake(vault({{"vault-auth", "approle"}, {"vault-role", "id"}})), "");
  EXPECT_EQ(mistake(vault({{"vault-secret-id-file", "/s"}})), "--vault-auth");
  EXPECT_EQ(mistake(vault({{"vault-auth-mount", "a/../sys"}})), "--vault-auth-mount");
  EXPECT_EQ(mistake({{"vault-role", "id"}}), "--vault-address");
  EXPECT_EQ(mistake({{"vault-transit-key", "k"}}), "--vault-address");
}

TEST(OutsideSettings, one_place_wraps_keys) {
  EXPECT_EQ(mistake(vault({{"vault-transit-key", "a/b"}})), "");
  EXPECT_EQ(mistake(vault({{"vault-transit-key", "a//b"}})), "--vault-transit-key");
  EXPECT_EQ(mistake({{"key-command", "kms"}}), "--key-command");
  EXPECT_EQ(mistake({{"key-command", R"(["/usr/bin/kms","--key","a"])"}}), "");
  EXPECT_EQ(mistake(vault({{"vault-transit-key", "k"}, {"key-command", "/kms"}})), "--key-command");
}

TEST(OutsideSettings, a_pod_knows_its_cluster_and_others_must_be_told) {
  EXPECT_EQ(mistake({{"kubernetes-secrets", "true"}}), "--kubernetes-url");
  EXPECT_EQ(mistake({{"kubernetes-secrets", "true"}}, {{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}}),
            "");
  EXPECT_EQ(mistake({{"kubernetes-token-file", "/t"}}), "--kubernetes-secrets");
}

TEST(OutsideSettings, times_and_references_have_their_bounds) {
  EXPECT_EQ(mistake({{"secret-fresh", "0s"}}), "--secret-fresh");
  EXPECT_EQ(mistake({{"secret-fresh", "2h"}}), "--secret-fresh");
  EXPECT_EQ(mistake({{"secret-stale", "0s"}}), "");
  EXPECT_EQ(mistake({{"secret-stale", "1000h"}}), "--secret-stale");
  EXPECT_EQ(mistake({{"secret-references", "vault"}}), "--secret-references");
}

TEST(OutsideSettings, tokens_are_no_flags) {
  for (const auto& key : setting_keys())
    if (key.name == "vault-token") EXPECT_FALSE(key.flag);
}

}  // namespace
}  // namespace hotswap
