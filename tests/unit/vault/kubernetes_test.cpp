#include <gtest/gtest.h>

#include "infrastructure/kubernetes/place.hpp"
#include "infrastructure/kubernetes/secrets.hpp"
#include "servers/written_server.hpp"
#include "testing/trace_of_tests.hpp"

namespace hotswap::kubernetes {
namespace {

class Kubernetes : public ::testing::Test {
 protected:
  Kubernetes() {
    server().set(R"({"account":{"token":"good-token","user":"system:serviceaccount:ops:hotswap",
                     "rules":[{"namespace":"payments"}]}})");
    server().set(R"({"secret":{"namespace":"payments","name":"db",
                     "data":{"user":"u","password":"päss word"}}})");
    token_ = server().file("token", "good-token\n");
  }
  static testing::KubernetesServer& server() {
    static testing::KubernetesServer server({.tls = true});
    return server;
  }
  KubernetesSecrets secrets() {
    return KubernetesSecrets({.url = server().url(),
                              .token_file = token_,
                              .ca_file = server().ca_file(),
                              .pause = std::chrono::milliseconds(1)});
  }
  std::string read(const std::string& reference) {
    const auto parsed = parse_secret_reference("k8s:" + reference);
    if (!parsed) return parsed.error().reason;
    auto secrets = this->secrets();
    const auto value = secrets.read(*parsed);
    if (!value) return value.error().reason + ": " + value.error().detail;
    version_ = value->version;
    return std::string(value->value.view());
  }
  std::string token_, version_;
};

TEST_F(Kubernetes, secrets_are_decoded_and_have_the_clusters_version) {
  EXPECT_EQ(read("payments/db#password"), "päss word");
  const auto before = version_;
  EXPECT_FALSE(before.empty());
  server().set(R"({"secret":{"namespace":"payments","name":"db","data":{"password":"new"}}})");
  EXPECT_EQ(read("payments/db#password"), "new");
  EXPECT_NE(version_, before);
  EXPECT_EQ(read("payments/db"), "new") << "the only key";
}

TEST_F(Kubernetes, what_is_missing_is_named) {
  EXPECT_EQ(read("payments/db#nothing"),
            "secret.not_found: The Secret payments/db has no key nothing");
  EXPECT_EQ(read("payments/nothing#a"),
            "secret.not_found: Kubernetes has no Secret nothing in the namespace payments");
  EXPECT_EQ(read("payments/db"),
            "secret.invalid: The Secret payments/db has 2 keys: name one behind a #, as in "
            "#password");
  EXPECT_EQ(read("other/db#a"),
            "secret.denied: The API server of Kubernetes denies access to the Secret other/db: "
            "the service account needs a Role in the namespace other with the verb get on "
            "secrets");
}

TEST_F(Kubernetes, a_token_that_was_replaced_is_read_anew) {
  auto secrets = this->secrets();
  const SecretReference user{"k8s", "payments/db", "user"};
  ASSERT_TRUE(secrets.read(user));
  server().set(R"({"forget":["good-token"]})");
  const auto refused = secrets.read(user);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(refused.error().detail.contains("refuses the token")) << refused.error().detail;
  EXPECT_FALSE(secrets.check());
  server().set(R"({"account":{"token":"next-token","user":"x",
                   "rules":[{"namespace":"payments"}]}})");
  server().file("token", "next-token");
  EXPECT_TRUE(secrets.read(user));
  EXPECT_TRUE(secrets.check());
  server().file("token", "");
  EXPECT_EQ(secrets.read(user).error().reason, "secret.unavailable");
}

TEST_F(Kubernetes, what_may_pass_is_tried_again) {
  server().fault(R"({"path":"/api/v1/namespaces/payments","status":429,"times":1})");
  server().fault(R"({"path":"/api/v1/namespaces/payments","status":503,"times":1})");
  EXPECT_EQ(read("payments/db#user"), "u");
}

TEST_F(Kubernetes, a_server_with_another_certificate_is_not_believed) {
  KubernetesSecrets strange({.url = server().url(), .token_file = token_});
  EXPECT_EQ(strange.read({"k8s", "payments/db", "user"}).error().reason, "secret.unavailable");
}

TEST_F(Kubernetes, names_follow_its_rules) {
  for (const auto* bad : {"payments", "/db", "payments/", "pay/db/x", "Payments/db", "../db",
                          "payments/..", "payments/.db", "payments/db%2f..", "pay ments/db",
                          "payments/db?x=1", "-a/db", "payments/a..b"})
    EXPECT_FALSE(read_place({"k8s", bad, "a"})) << bad;
  for (const auto* key : {"a/b", "..", "..a", "a b", "ä"})
    EXPECT_FALSE(read_place({"k8s", "payments/db", key})) << key;
  EXPECT_TRUE(read_place({"k8s", "payments/db.prod-1", "tls.crt_A"}));
}

TEST_F(Kubernetes, a_pods_own_environment_suffices) {
  EXPECT_EQ(in_cluster("10.0.0.1", "443").url, "https://10.0.0.1:443");
  EXPECT_EQ(in_cluster("fd00::1", "6443").url, "https://[fd00::1]:6443");
  EXPECT_TRUE(in_cluster("10.0.0.1", "443").token_file.ends_with("/serviceaccount/token"));
}

TEST_F(Kubernetes, is_asked_in_the_trace_of_what_it_is_asked_for) {
  constexpr auto kAsked = "GET /api/v1/namespaces/payments/secrets/db";
  testing::TraceOfTests trace;
  static_cast<void>(server().traces(""));
  EXPECT_EQ(read("payments/db#user"), "u");
  EXPECT_EQ(server().traces(kAsked), std::vector<std::string>{""});
  {
    const TraceScope scope(&trace.tracer, trace.context);
    EXPECT_EQ(read("payments/db#user"), "u");
  }
  EXPECT_EQ(server().traces(kAsked), std::vector{trace.of_the_call("GET")});
  EXPECT_FALSE(testing::attribute(trace.tracer.spans().at(0), "url.full").contains("payments"));
}

}  // namespace
}  // namespace hotswap::kubernetes
