// Instances that show a certificate instead of a bootstrap token.
#include <gtest/gtest.h>

#include <fstream>

#include "domain/json/parse.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/wait.hpp"
#include "hotswap/client.hpp"

namespace hotswap::e2e {
namespace {

struct Mtls : ::testing::Test {
  cli::TempFolder folder{"hotswap-mtls"};

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder.path() / name).string();
  }
  static void openssl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "openssl");
    const auto made = run_program(arguments);
    ASSERT_EQ(made.code, 0) << made.err;
  }
  /// NAME.pem and NAME.key; self-signed, or by the authority of that name.
  void make_certificate(const std::string& name, const std::string& subject,
                        const std::string& alternative, const std::string& authority = {}) const {
    std::vector<std::string> make{"req",
                                  "-x509",
                                  "-newkey",
                                  "ec",
                                  "-pkeyopt",
                                  "ec_paramgen_curve:P-256",
                                  "-nodes",
                                  "-days",
                                  "2",
                                  "-subj",
                                  "/CN=" + subject,
                                  "-keyout",
                                  path(name + ".key"),
                                  "-out",
                                  path(name + ".pem")};
    if (!alternative.empty()) {
      make.insert(make.end(), {"-addext", "subjectAltName=" + alternative});
    }
    if (!authority.empty()) {
      make.insert(make.end(), {"-CA", path(authority + ".pem"), "-CAkey", path(authority + ".key"),
                               "-addext", "basicConstraints=critical,CA:FALSE"});
    }
    openssl(make);
  }
  void SetUp() override {
    make_certificate("server", "localhost", "IP:127.0.0.1");
    make_certificate("ca", "Instances", {});
    make_certificate("other-ca", "Somebody", {});
    make_certificate("pay", "x", "URI:spiffe://acme/ns/production/sa/payment-service", "ca");
    make_certificate("forged", "x", "URI:spiffe://acme/ns/production/sa/payment-service",
                     "other-ca");
    make_certificate("shop", "x", "URI:spiffe://acme/ns/production/sa/shop", "ca");
  }
  [[nodiscard]] std::vector<std::string> arguments(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--tls-cert", path("server.pem"), "--tls-key", path("server.key"),
                               "--tls-client-ca", path("ca.pem")});
    return more;
  }
  [[nodiscard]] sdk::ClientOptions options(const Server& server, const std::string& name) const {
    sdk::ClientOptions options;
    options.servers = {server.url()};
    options.service = kService;
    options.environment = kEnvironment;
    options.ca_file = path("server.pem");
    if (!name.empty()) {
      options.cert_file = path(name + ".pem");
      options.key_file = path(name + ".key");
    }
    options.backoff_min = 10ms;
    options.backoff_max = 100ms;
    return options;
  }
  static bool registers(const sdk::ClientOptions& options) {
    sdk::Client client(options);
    EXPECT_TRUE(client.start());
    return eventually([&] { return client.status().registered; });
  }
  /// Why it does not.
  static std::string refusal(const sdk::ClientOptions& options) {
    sdk::Client client(options);
    EXPECT_TRUE(client.start());
    EXPECT_TRUE(eventually([&] { return !client.status().last_error.empty(); }));
    EXPECT_FALSE(client.status().registered);
    return client.status().last_error;
  }
};

TEST_F(Mtls, AnInstanceRegistersByItsCertificateAlone) {
  const Server server(arguments({"--tls-client-trust-domain", "acme"}), "https");
  EXPECT_TRUE(registers(options(server, "pay")));
}

TEST_F(Mtls, ACertificateRegistersItsOwnServiceOnly) {
  const Server server(arguments(), "https");
  EXPECT_TRUE(refusal(options(server, "shop")).contains("403"));
}

TEST_F(Mtls, WithoutACertificateATokenWillDoAndNothingWillNot) {
  const Server server(arguments(), "https");
  EXPECT_TRUE(refusal(options(server, "")).contains("401"));
  auto with_token = options(server, "");
  with_token.token_file = server.token_file();
  EXPECT_TRUE(registers(with_token));
}

TEST_F(Mtls, AnotherAuthoritysCertificateIsTurnedAwayInTheHandshake) {
  const Server server(arguments(), "https");
  const auto why = refusal(options(server, "forged"));
  EXPECT_FALSE(why.contains("HTTP")) << why;
}

TEST_F(Mtls, AnotherTrustDomainIsNobody) {
  const Server server(arguments({"--tls-client-trust-domain", "other"}), "https");
  EXPECT_TRUE(refusal(options(server, "pay")).contains("401"));
}

TEST_F(Mtls, WhereTheyAreRequiredNobodyComesInWithoutOne) {
  const Server server(arguments({"--tls-client-certificates", "required"}), "https");
  auto with_token = options(server, "");
  with_token.token_file = server.token_file();
  EXPECT_FALSE(refusal(with_token).contains("HTTP"));
  EXPECT_TRUE(registers(options(server, "pay")));
}

TEST_F(Mtls, SettingsThatMeanNothingAreRefused) {
  const auto start = [&](std::vector<std::string> more) {
    more.insert(more.begin(),
                {"server", "--dev", "--listen", "127.0.0.1:0", "--data-dir", path("data")});
    return hotswap(more);
  };
  EXPECT_TRUE(start({"--tls-client-ca", path("ca.pem")}).err.contains("--tls-cert"));
  std::ofstream(path("empty.pem")) << "nothing\n";
  const auto empty = start({"--tls-cert", path("server.pem"), "--tls-key", path("server.key"),
                            "--tls-client-ca", path("empty.pem")});
  EXPECT_TRUE(empty.err.contains("holds no PEM certificate")) << empty.err;
}

}  // namespace
}  // namespace hotswap::e2e
