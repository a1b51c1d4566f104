#include <gtest/gtest.h>

#include "e2e/support/command.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

struct Tls : ::testing::Test {
  cli::TempFolder folder{"hotswap-tls"};
  std::string certificate = (folder.path() / "cert.pem").string();
  std::string key = (folder.path() / "key.pem").string();

  void SetUp() override {
    auto made = cli::ChildProcess::start(
        {.command = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                     "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate},
         .log = folder.path() / "log"});
    ASSERT_TRUE(made);
    ASSERT_EQ(made->wait(20s), 0) << made->output();
  }
  /// Arguments after the verb.
  static CommandResult health(const std::string& url, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"health", "--server", url});
    return hotswap(more);
  }
};

TEST_F(Tls, TheCommandLineTrustsTheGivenAuthorityOnly) {
  // The support speaks TLS only with the authority at hand, so this server is asked by the command.
  Server server({"--tls-cert", certificate, "--tls-key", key}, "https");
  const auto good = health(server.url(), {"--ca-file", certificate});
  EXPECT_EQ(good.code, 0) << good.err;
  const auto stranger = health(server.url());
  EXPECT_EQ(stranger.code, 7);
  EXPECT_NE(stranger.err.find("certificate"), std::string::npos) << stranger.err;
}

TEST_F(Tls, PlainHttpOnATlsPortIsRefusedAndTheServerLivesOn) {
  Server server({"--tls-cert", certificate, "--tls-key", key}, "https");
  const auto plain = health("http" + server.url().substr(5));
  EXPECT_NE(plain.code, 0);
  EXPECT_EQ(health(server.url(), {"--ca-file", certificate}).code, 0);
}

TEST_F(Tls, ACertificateWithoutItsKeyIsAWrongUsage) {
  const auto refused = hotswap(std::vector<std::string>{"server", "--dev", "--data-dir",
                                                        (folder.path() / "data").string(),
                                                        "--tls-cert", certificate});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("--tls-key"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace hotswap::e2e
