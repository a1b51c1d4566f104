#include "unit/vault/world.hpp"

namespace hotswap::vault {
namespace {

TEST(VaultSecrets, are_read_by_both_forms_with_their_version) {
  vault_server().has_secret("secret/data/both", R"({"password":"one"})");
  vault_server().has_secret("secret/data/both", R"({"password":"two","port":5432,"on":true})");
  World world(with_token("root"));
  EXPECT_EQ(world.read("secret/data/both#password"), "two");
  EXPECT_EQ(world.version, "2");
  EXPECT_EQ(world.read("secret/both#password"), "two");
  EXPECT_EQ(world.read("secret/both?version=1#password"), "one");
  EXPECT_EQ(world.version, "1");
  EXPECT_EQ(world.read("secret/both#port"), "5432");
  EXPECT_EQ(world.read("secret/both#on"), "true");
}

TEST(VaultSecrets, where_a_mount_ends_is_asked_once) {
  auto& server = vault_server();
  server.post("sys/mounts/kv/eu", R"({"type":"kv","options":{"version":"2"}})");
  server.has_secret("kv/eu/data/team/app", R"({"key":"deep"})");
  World world(with_token("root"));
  static_cast<void>(server.calls(""));
  EXPECT_EQ(world.read("kv/eu/team/app#key"), "deep");
  EXPECT_EQ(world.read("kv/eu/team/app#key"), "deep");
  EXPECT_EQ(server.calls("GET /v1/sys/internal/ui/mounts/"), 1U);
  world.clock.advance(std::chrono::minutes(6));
  EXPECT_EQ(world.read("kv/eu/team/app#key"), "deep");
  EXPECT_EQ(server.calls("GET /v1/sys/internal/ui/mounts/"), 1U) << "engines may move";
}

TEST(VaultSecrets, the_first_version_of_the_engine_works_as_well) {
  vault_server().post("sys/mounts/old", R"({"type":"kv"})");
  vault_server().post("old/team/app", R"({"user":"u","password":"p"})");
  World world(with_token("root"));
  EXPECT_EQ(world.read("old/team/app#password"), "p");
  EXPECT_EQ(world.version, "");
  EXPECT_EQ(world.refusal("old/team/app?version=2#password"),
            "secret.invalid: old/team/app is in a KV engine of version 1, which keeps no versions");
}

TEST(VaultSecrets, without_a_key_the_secret_must_have_one_only) {
  vault_server().has_secret("secret/data/single", R"({"value":"alone"})");
  vault_server().has_secret("secret/data/many", R"({"a":"1","b":"2"})");
  World world(with_token("root"));
  EXPECT_EQ(world.read("secret/single"), "alone");
  EXPECT_EQ(world.refusal("secret/many"),
            "secret.invalid: secret/data/many has 2 keys: name one behind a #, as in #password");
}

TEST(VaultSecrets, what_is_missing_is_named_and_no_value_is) {
  auto& server = vault_server();
  server.has_secret("secret/data/words", R"({"a":"canary-value","deep":{"b":"canary-value"}})");
  World world(with_token("root"));
  EXPECT_EQ(world.refusal("secret/words#b"),
            "secret.not_found: Vault has no key b at secret/data/words");
  EXPECT_EQ(world.refusal("secret/nothing-here#b"),
            "secret.not_found: Vault has nothing at secret/data/nothing-here");
  EXPECT_EQ(world.refusal("secret/words?version=9#a"),
            "secret.not_found: Vault has nothing at secret/data/words");
  EXPECT_EQ(world.refusal("secret/words#deep"),
            "secret.invalid: The key deep at secret/data/words is object: only text, a number, "
            "true or false can stand for a secret");
  EXPECT_TRUE(world.refusal("nomount/app#a").starts_with("secret.denied: "))
      << world.refusal("nomount/app#a");
  server.post("sys/mounts/machines", R"({"type":"transit"})");
  EXPECT_TRUE(world.refusal("machines/keys/a#b")
                  .starts_with("secret.invalid: vault:machines/keys/a lies in no KV engine"));
}

TEST(VaultSecrets, deleted_and_destroyed_versions_are_told_apart) {
  auto& server = vault_server();
  server.has_secret("secret/data/gone", R"({"a":"1"})");
  server.has_secret("secret/data/gone", R"({"a":"2"})");
  server.remove("secret/data/gone");
  World world(with_token("root"));
  EXPECT_EQ(world.refusal("secret/gone#a"),
            "secret.not_found: Version 2 of secret/data/gone was deleted in Vault: undelete it, "
            "or write a new version there");
  server.post("secret/destroy/gone", R"({"versions":[2]})");
  EXPECT_EQ(world.refusal("secret/gone#a"),
            "secret.not_found: Version 2 of secret/data/gone was destroyed in Vault: write a new "
            "version there");
  server.post("secret/undelete/gone", R"({"versions":[1]})");
  EXPECT_EQ(world.read("secret/gone?version=1#a"), "1");
}

TEST(VaultSecrets, denial_says_what_the_policy_needs) {
  auto& server = vault_server();
  server.has_policy("read-app", kReadApp);
  server.has_secret("secret/data/other", R"({"a":"1"})");
  World world(with_token(server.makes_token("read-app")));
  EXPECT_EQ(world.refusal("secret/other#a"),
            "secret.denied: Vault at " + server.url() +
                " denies access: its policy needs path \"secret/data/other\" { capabilities = "
                "[\"read\"] }");
  EXPECT_EQ(world.sessions("login", "ok"), 1) << "the token is good: nobody logs in again";
  server.has_secret("secret/data/team/x", R"({"a":"1"})");
  EXPECT_EQ(world.read("secret/team/x#a"), "1");
}

TEST(VaultSecrets, of_a_namespace_are_read_there) {
  auto& server = vault_server();
  server.post("sys/namespaces/tenant", "{}");
  server.post("sys/mounts/secret", R"({"type":"kv-v2"})", "tenant");
  server.post("secret/data/app", R"({"data":{"a":"of the tenant"}})", "tenant");
  server.has_secret("secret/data/app", R"({"a":"of the root"})");
  World tenant(with_token("root"), {.name_space = "tenant"});
  World root(with_token("root"));
  EXPECT_EQ(tenant.read("secret/app#a"), "of the tenant");
  EXPECT_EQ(root.read("secret/app#a"), "of the root");
}

}  // namespace
}  // namespace hotswap::vault
