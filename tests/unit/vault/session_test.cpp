#include "domain/secret/secret_base64.hpp"
#include "unit/vault/world.hpp"

namespace hotswap::vault {
namespace {

using namespace std::chrono_literals;

/// Vault's clock and ours.
void pass(World& world, std::chrono::seconds time) {
  world.clock.advance(time);
  vault_server().set("{\"clock\":" + std::to_string(time.count()) + '}');
}

struct AppRole {
  std::string role_id;
  std::string file;
};

AppRole has_approle(const std::string& name, const std::string& options,
                    const std::string& secret_options = {}) {
  auto& server = vault_server();
  server.has_policy("read-app", kReadApp);
  server.has_secret("secret/data/app", R"({"a":"value"})");
  const auto id = server.has_approle(name, R"("token_policies":"read-app",)" + options);
  const auto file =
      server.file(name + ".secret-id", server.makes_secret_id(name, secret_options) + '\n');
  return {id, file};
}

Login login_of(const AppRole& role) {
  return AppRoleLogin{.role_id = role.role_id, .secret_id_file = role.file};
}

TEST(VaultSession, an_approle_logs_in_once_and_renews_in_time) {
  World world(login_of(has_approle("renews", R"("token_ttl":"90m","token_max_ttl":"24h")")));
  EXPECT_EQ(world.read("secret/app#a"), "value");
  EXPECT_EQ(world.read("secret/app#a"), "value");
  EXPECT_EQ(world.session.tend(), 60min);
  pass(world, 61min);
  EXPECT_GT(world.session.tend(), 50min);
  EXPECT_EQ(world.sessions("renewal", "ok"), 1);
  pass(world, 61min);
  world.session.tend();
  EXPECT_EQ(world.read("secret/app#a"), "value") << "it would have run out twice by now";
  EXPECT_EQ(world.sessions("login", "ok"), 1);
}

TEST(VaultSession, a_new_token_is_fetched_when_the_longest_life_comes_near) {
  World world(login_of(has_approle("worn", R"("token_ttl":"60m","token_max_ttl":"90m")")));
  world.session.tend();
  for (int i = 0; i < 12; ++i) {
    pass(world, 15min);
    world.session.tend();
    ASSERT_EQ(world.read("secret/app#a"), "value") << i;
  }
  EXPECT_GE(world.sessions("login", "ok"), 2);
  EXPECT_EQ(world.sessions("login", "failed"), 0);
}

TEST(VaultSession, a_token_that_vault_forgot_is_replaced_at_the_next_read) {
  World world(login_of(has_approle("forgotten", R"("token_ttl":"1h")")));
  EXPECT_EQ(world.read("secret/app#a"), "value");
  vault_server().set(R"({"forgetAll":true})");
  EXPECT_EQ(world.read("secret/app#a"), "value");
  EXPECT_EQ(world.sessions("login", "ok"), 2);
}

TEST(VaultSession, a_used_up_secret_id_is_told_and_a_new_one_in_the_file_is_taken) {
  const auto role = has_approle("limited", R"("token_ttl":"10m")", R"("num_uses":1)");
  World world(login_of(role));
  EXPECT_EQ(world.read("secret/app#a"), "value");
  pass(world, 11min);
  const auto refused = world.refusal("secret/app#a");
  EXPECT_TRUE(refused.starts_with("secret.unavailable: Vault at ")) << refused;
  EXPECT_TRUE(refused.contains("the secret id is wrong, used up or expired")) << refused;
  vault_server().file("limited.secret-id", vault_server().makes_secret_id("limited"));
  world.clock.advance(3s);
  EXPECT_EQ(world.read("secret/app#a"), "value");
  EXPECT_EQ(world.sessions("login", "failed"), 1) << "those who wait do not all try";
}

TEST(VaultSession, a_pods_token_logs_in_and_is_read_anew) {
  auto& server = vault_server();
  server.has_policy("read-app", kReadApp);
  server.has_secret("secret/data/app", R"({"a":"value"})");
  server.post("sys/auth/k8s-eu", R"({"type":"kubernetes"})");
  server.post("auth/k8s-eu/role/hotswap",
              R"({"bound_service_account_names":"hotswap","bound_service_account_namespaces":"ops",
                  "policies":["read-app"],"ttl":"10m"})");
  const auto jwt = [](const std::string& account) {
    const auto claims = R"({"sub":"system:serviceaccount:ops:)" + account + "\"}";
    return "e30." + std::string(to_base64(claims).view()) + ".c2ln";
  };
  const auto file = server.file("pod.jwt", jwt("stranger"));
  World world(KubernetesLogin{.mount = "k8s-eu", .role = "hotswap", .jwt_file = file});
  const auto refused = world.refusal("secret/app#a");
  EXPECT_TRUE(refused.contains("is not bound to this pod's service account")) << refused;
  server.file("pod.jwt", jwt("hotswap"));
  world.clock.advance(3s);
  EXPECT_EQ(world.read("secret/app#a"), "value");
  World wrong(KubernetesLogin{.mount = "nowhere", .role = "hotswap", .jwt_file = file});
  EXPECT_EQ(wrong.read("secret/app#a").error().code, ErrorCode::Unavailable);
}

TEST(VaultSession, a_tokens_file_is_read_again_when_the_token_is_refused) {
  auto& server = vault_server();
  server.has_policy("read-app", kReadApp);
  server.has_secret("secret/data/app", R"({"a":"value"})");
  const auto file = server.file("token", server.makes_token("read-app", R"("ttl":"10m")") + "\n");
  World world(TokenLogin{.file = file});
  EXPECT_EQ(world.read("secret/app#a"), "value");
  vault_server().set(R"({"forgetAll":true})");
  EXPECT_TRUE(world.refusal("secret/app#a").contains("refuses the token"));
  server.file("token", server.makes_token("read-app"));
  world.clock.advance(3s);
  EXPECT_EQ(world.read("secret/app#a"), "value");
}

TEST(VaultSession, a_renewal_that_fails_is_repeated_and_logged_without_the_token) {
  World world(login_of(has_approle("hindered", R"("token_ttl":"90m")")));
  world.session.tend();
  pass(world, 61min);
  vault_server().fault(R"({"path":"/v1/auth/token/renew-self","status":500,"times":3})");
  EXPECT_EQ(world.session.tend(), 30s);
  EXPECT_TRUE(world.logger.has(LogLevel::Warning, "the token could not be renewed"));
  EXPECT_EQ(world.read("secret/app#a"), "value") << "it still lives";
  pass(world, 30s);
  EXPECT_GT(world.session.tend(), 30min);
  EXPECT_EQ(world.sessions("renewal", "failed"), 1);
  for (const auto& entry : world.logger.entries())
    for (const auto& [name, value] : entry.fields)
      if (const auto* text = std::get_if<std::string>(&value.value()))
        EXPECT_FALSE(text->contains("hvs.")) << name << '=' << *text;
}

TEST(VaultSession, its_own_token_is_revoked_at_the_end_and_a_given_one_is_not) {
  auto& server = vault_server();
  {
    World world(login_of(has_approle("leaves", R"("token_ttl":"1h")")));
    world.session.start();
    EXPECT_EQ(world.read("secret/app#a"), "value");
    static_cast<void>(server.calls(""));
    world.session.stop();
    EXPECT_EQ(server.calls("POST /v1/auth/token/revoke-self"), 1U);
  }
  World given(with_token(server.makes_token("read-app")));
  EXPECT_EQ(given.read("secret/app#a"), "value");
  given.session.stop();
  EXPECT_EQ(server.calls("POST /v1/auth/token/revoke-self"), 0U);
}

TEST(VaultSession, a_token_that_may_not_look_itself_up_does_not_log_in_again_and_again) {
  World world(login_of(has_approle("blind", R"("token_ttl":"1h","token_no_default_policy":true)")));
  EXPECT_EQ(world.read("secret/data/app#a"), "value");
  EXPECT_EQ(world.read("secret/data/denied#a").error().reason, "secret.denied");
  EXPECT_EQ(world.sessions("login", "ok"), 2) << "the token could have been to blame";
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(world.read("secret/data/denied#a").error().reason, "secret.denied");
  EXPECT_TRUE(world.session.check());
  EXPECT_EQ(world.sessions("login", "ok"), 2);
  EXPECT_TRUE(world.logger.has(LogLevel::Warning, "may not look itself up"));
  vault_server().set(R"({"forgetAll":true})");
  world.clock.advance(2min);
  EXPECT_EQ(world.read("secret/data/app#a"), "value") << "and still it is replaced when it must";
}

TEST(VaultSession, a_revoked_token_is_replaced_when_its_renewal_is_denied) {
  World world(login_of(has_approle("revoked", R"("token_ttl":"90m")")));
  world.session.tend();
  pass(world, 61min);
  vault_server().set(R"({"forgetAll":true})");
  EXPECT_EQ(world.session.tend(), 60min);
  EXPECT_EQ(world.sessions("login", "ok"), 2);
  EXPECT_EQ(world.sessions("renewal", "failed"), 0);
}

TEST(VaultSession, a_login_is_not_repeated_after_a_lost_answer) {
  World world(login_of(has_approle("lost", R"("token_ttl":"1h")", R"("num_uses":2)")));
  vault_server().fault(R"({"path":"/v1/auth/approle/login","break":true})");
  static_cast<void>(vault_server().calls(""));
  EXPECT_EQ(world.read("secret/app#a").error().reason, "secret.unavailable");
  EXPECT_EQ(vault_server().calls("POST /v1/auth/approle/login"), 1U);
}

}  // namespace
}  // namespace hotswap::vault
