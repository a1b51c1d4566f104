// Answers that no Vault gives. The one that gives them holds a secret and must not see it leak, nor
// make the server wait, grow or go elsewhere.
#include <atomic>
#include <thread>

#include "infrastructure/kubernetes/secrets.hpp"
#include "unit/vault/world.hpp"

namespace hotswap::vault {
namespace {

using namespace std::chrono_literals;

constexpr auto kCanary = "hvs.canary-token-of-the-server";

/// Whose token is the canary, at both kinds of stores.
class HostileVaultAnswers : public ::testing::Test {
 protected:
  HostileVaultAnswers() {
    server().post("auth/token/create",
                  std::string(R"({"policies":["root"],"id":")") + kCanary + "\"}");
    server().has_secret("secret/data/app", R"({"a":"value"})");
    world_.emplace(with_token(kCanary),
                   ConnectionOptions{.addresses = {server().url()}, .timeout = 400ms, .rounds = 1});
    EXPECT_EQ(world_->read("secret/data/app#a"), "value");
  }
  static testing::VaultServer& server() {
    static testing::VaultServer server;
    return server;
  }
  /// The reason of the read's refusal when this comes instead; nothing in it or in the log shows
  /// the token.
  std::string reason(const std::string& fault) {
    server().fault(R"({"path":"/v1/secret/data/app",)" + fault + '}');
    const auto value = world_->read("secret/data/app#a");
    if (value) return "none: " + *value;
    const auto& error = value.error();
    for (const auto& text : {error.detail, error.internal, error.reason})
      EXPECT_FALSE(text.contains("canary-token")) << text;
    EXPECT_LE(error.internal.size(), 1000U);
    EXPECT_EQ(error.internal.find_first_of("\r\n\x1b"), std::string::npos);
    EXPECT_EQ(world_->read("secret/data/app#a"), "value") << "and the next answer is good again";
    return error.reason;
  }

  std::optional<World> world_;
};

TEST_F(HostileVaultAnswers, that_are_huge_are_cut_off) {
  EXPECT_EQ(reason(R"("status":200,"body":"{\"data\":{\"x\":\"yyyyyyyyyyyyyyyy\"}}  ",
                      "repeat":2000000)"),
            "secret.unavailable");
  EXPECT_EQ(reason(R"("raw":"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{")"),
            "secret.unavailable");
  EXPECT_EQ(reason(R"("raw":"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                      "more":"8\r\n{\"a\":\"b\"\r\n","repeat":300000)"),
            "secret.unavailable");
}

TEST_F(HostileVaultAnswers, with_too_many_or_too_long_headers_are_cut_off) {
  EXPECT_EQ(reason(R"("raw":"HTTP/1.1 200 OK\r\n","more":"X-Bomb: yyyyyyyyyyyyyyyyyyyyyyyy\r\n",
                      "repeat":200000)"),
            "secret.unavailable");
  EXPECT_EQ(reason(R"("raw":"HTTP/1.1 200 OK\r\nX-Bomb: ","more":"yyyyyyyyyyyyyyyy",
                      "repeat":200000)"),
            "secret.unavailable");
}

TEST_F(HostileVaultAnswers, that_come_slowly_or_never_are_not_waited_for) {
  EXPECT_EQ(reason(R"("status":200,"delay":2)"), "secret.unavailable");
  EXPECT_EQ(reason(R"("raw":"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"data\":",
                      "trickle":0.05)"),
            "secret.unavailable");
}

TEST_F(HostileVaultAnswers, that_are_no_json_or_another_json_are_refused) {
  for (const auto* body :
       {R"("<html>502 Bad Gateway</html>")", R"("")", R"("[]")", R"("null")", R"("{")",
        R"("{\"data\":{\"data\":{\"a\":\"x\"}},\"data\":{}}")", R"("\"text\"")",
        R"("{\"data\":\"text\"}")", R"("{\"data\":{\"data\":[\"a\"]}}")", R"("{\"data\":null}")",
        R"("{\"data\":{\"data\":{\"a\":{\"b\":1}}}}")", R"("{\"errors\":[\"x\"]}")"}) {
    const auto refused = reason(std::string(R"("status":200,"body":)") + body);
    EXPECT_TRUE(refused.starts_with("secret.")) << body << ": " << refused;
  }
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += R"({\"data\":)";
  EXPECT_EQ(reason(R"("status":200,"body":")" + deep + '"'), "secret.unavailable");
}

TEST_F(HostileVaultAnswers, of_another_type_are_refused_even_if_they_read_well) {
  for (const auto* type : {"text/html", "text/plain", "application/javascript", "application/jsonp",
                           "text/html; a=application/json"})
    EXPECT_EQ(reason(std::string(R"("status":200,"body":"{\"data\":{\"data\":{\"a\":\"x\"}}}",
                                    "type":")") +
                     type + '"'),
              "secret.unavailable")
        << type;
}

TEST_F(HostileVaultAnswers, that_send_elsewhere_are_not_followed) {
  testing::VaultServer thief;
  for (const auto* status : {"301", "302", "303", "307", "308"})
    EXPECT_EQ(reason(std::string(R"("status":)") + status + R"(,"headers":{"Location":")" +
                     thief.url() + R"(/v1/secret/data/app"})"),
              "secret.unavailable")
        << status;
  EXPECT_EQ(thief.calls(""), 0U) << "nobody else sees the token";
}

TEST_F(HostileVaultAnswers, that_are_no_http_are_refused) {
  for (const auto* raw : {"garbage", "SSH-2.0-OpenSSH_9.2\\r\\n", "HTTP/1.1 \\r\\n\\r\\n",
                          "HTTP/1.1 999999 OK\\r\\n\\r\\n", "\\u0000\\u0000\\u0000"})
    EXPECT_TRUE(reason(std::string(R"("raw":")") + raw + '"').starts_with("secret.")) << raw;
  // curl asks once more where a kept connection breaks; so it breaks twice.
  EXPECT_EQ(reason(R"("break":true,"times":2)"), "secret.unavailable");
}

TEST_F(HostileVaultAnswers, that_repeat_the_token_in_their_errors_do_not_reach_people) {
  const auto words = std::string(R"("body":"{\"errors\":[\"bad token \u001b[31m\r\nFAKE )") +
                     R"(line \u0007\"]}")";
  EXPECT_EQ(reason(R"("status":400,)" + words), "secret.invalid");
  EXPECT_EQ(reason(R"("status":500,)" + words), "secret.unavailable");
}

TEST_F(HostileVaultAnswers, about_mounts_cannot_lead_a_reference_elsewhere) {
  for (const auto* path : {"", "/", "other/", "secret/app/", "secret/app/deeper/", "../sys/",
                           "secret/../sys/", "sec", "secret/a"}) {
    World fresh(with_token(kCanary), {.addresses = {server().url()}});
    server().fault(std::string(R"({"path":"/v1/sys/internal/ui/mounts","status":200,
        "body":"{\"data\":{\"type\":\"kv\",\"options\":{\"version\":\"2\"},\"path\":\")") +
                   path + R"(\"}}"})");
    static_cast<void>(server().calls(""));
    EXPECT_EQ(fresh.read("secret/app#a").error().reason, "secret.invalid") << path;
    EXPECT_EQ(server().calls("GET /v1/secret"), 0U) << path;
    EXPECT_EQ(server().calls("GET /v1/sys/"), 0U) << path;
  }
}

TEST_F(HostileVaultAnswers, to_a_login_give_no_token_that_breaks_the_next_request) {
  server().post("sys/auth/approle", R"({"type":"approle"})");
  World world(AppRoleLogin{.role_id = "x"}, {.addresses = {server().url()}, .rounds = 1});
  for (const auto* auth :
       {"null", R"({\"client_token\":\"\"})", R"({\"client_token\":7})",
        R"({\"client_token\":\"a\\r\\nX-Evil: 1\",\"lease_duration\":60})", R"(\"text\")"}) {
    server().fault(std::string(R"({"path":"/v1/auth/approle/login","status":200,
                                   "body":"{\"auth\":)") +
                   auth + "}\"}");
    world.clock.advance(3s);
    EXPECT_EQ(world.read("secret/data/app#a").error().reason, "secret.unavailable") << auth;
  }
}

TEST_F(HostileVaultAnswers, with_a_lease_beyond_all_bounds_are_taken_for_a_long_one) {
  server().post("sys/auth/approle", R"({"type":"approle"})");
  World world(AppRoleLogin{.role_id = "x"}, {.addresses = {server().url()}, .rounds = 1});
  for (const auto* lease : {"9223372036854775807", "-1", "1e300", "0.5"}) {
    server().fault(std::string(R"({"path":"/v1/auth/approle/login","status":200,
        "body":"{\"auth\":{\"client_token\":\"t\",\"renewable\":true,\"lease_duration\":)") +
                   lease + "}}\"}");
    world.clock.advance(std::chrono::hours(24 * 400));
    EXPECT_GE(world.session.tend(), 1s) << lease;
  }
}

TEST(HostileVaultAnswersOverTls, of_a_server_with_anothers_certificate_are_never_heard) {
  testing::VaultServer real({.tls = true});
  testing::VaultServer thief({.tls = true});
  testing::VaultServer other_name({.tls = true, .host_in_certificate = "vault.example.com"});
  World world(with_token(kCanary), {.addresses = {thief.url()}, .ca_file = real.ca_file()});
  EXPECT_EQ(world.read("secret/data/app#a").error().reason, "secret.unavailable");
  World named(with_token(kCanary),
              {.addresses = {other_name.url()}, .ca_file = other_name.ca_file()});
  EXPECT_EQ(named.read("secret/data/app#a").error().reason, "secret.unavailable");
  EXPECT_EQ(thief.calls(""), 0U) << "the token was not shown";
  EXPECT_EQ(other_name.calls(""), 0U);
}

TEST(HostileVaultAnswersOfKubernetes, are_refused_as_well) {
  testing::KubernetesServer server;
  testing::KubernetesServer thief;
  const auto token = server.file("token", kCanary);
  kubernetes::KubernetesSecrets secrets(
      {.url = server.url(), .token_file = token, .timeout = 400ms, .attempts = 1});
  for (const auto* fault :
       {R"("status":200,"body":"{\"kind\":\"Secret\",\"data\":{\"a\":\"not base64!\"}}")",
        R"("status":200,"body":"{\"kind\":\"Pod\",\"data\":{\"a\":\"YQ==\"}}")",
        R"("status":200,"body":"{\"kind\":\"Secret\",\"data\":{\"a\":7}}")",
        R"("status":200,"body":"<html></html>")", R"("status":200,"body":"yyyyyyyyyyyyyyyy",
           "repeat":500000)",
        R"("status":200,"delay":2)", R"("break":true)", R"("raw":"garbage")"}) {
    server.fault(std::string(R"({"path":"/api",)") + fault + '}');
    const auto read = secrets.read({"k8s", "payments/db", "a"});
    ASSERT_FALSE(read) << fault;
    EXPECT_EQ(read.error().reason, "secret.unavailable") << fault;
    EXPECT_FALSE((read.error().detail + read.error().internal).contains("canary")) << fault;
  }
  server.fault(R"({"path":"/api","status":302,"headers":{"Location":")" + thief.url() + R"(/"}})");
  EXPECT_FALSE(secrets.read({"k8s", "payments/db", "a"}));
  EXPECT_EQ(thief.calls(""), 0U);
}

}  // namespace
}  // namespace hotswap::vault
