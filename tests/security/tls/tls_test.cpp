// The server's TLS before OpenSSL's own client: what it speaks, and what it does when its
// certificate changes or is none.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"
#include "infrastructure/http_client/http_client.hpp"
#include "security/support/certificates.hpp"

namespace hotswap::security {
namespace {

using namespace std::chrono_literals;
using e2e::CommandResult;
using e2e::eventually;
using e2e::Server;

struct Tls : ::testing::Test {
  cli::TempFolder folder{"hotswap-security-tls"};
  Pair pair = make_pair(folder.path(), "first");
  std::string certificate = (folder.path() / "cert.pem").string();
  std::string key = (folder.path() / "key.pem").string();
  std::optional<Server> server;

  void serve(const Pair& with, std::vector<std::string> more = {}) {
    put(with);
    more.insert(more.end(), {"--tls-cert", certificate, "--tls-key", key});
    server.emplace(std::move(more), "https");
  }
  /// As deployments of certificates do it: whole files, by renaming.
  void put(const Pair& with) const {
    for (const auto& [from, to] : {std::pair(with.certificate, certificate), {with.key, key}}) {
      std::filesystem::copy_file(from, to + ".new");
      std::filesystem::rename(to + ".new", to);
    }
  }
  [[nodiscard]] std::string address() const {
    return server->url().substr(std::string("https://").size());
  }
  /// A handshake with these arguments; its end is the end of the input.
  [[nodiscard]] CommandResult handshake(std::vector<std::string> more) const {
    std::vector<std::string> command{"openssl", "s_client", "-connect",
                                     address(), "-CAfile",  pair.certificate};
    command.insert(command.end(), more.begin(), more.end());
    return e2e::run_program(command);
  }
  /// Whether it came about; OpenSSL's client must not refuse by itself what it shall offer.
  [[nodiscard]] bool shakes(std::vector<std::string> more) const {
    more.insert(more.end(), {"-cipher", "ALL:@SECLEVEL=0"});
    const auto done = handshake(std::move(more));
    return done.out.contains("Cipher is") && !done.out.contains("Cipher is (NONE)");
  }
  [[nodiscard]] std::string log() { return server->process().output(); }
  [[nodiscard]] std::string metrics() {
    HttpClient client;
    const auto got =
        client.request({.url = server->url() + "/metrics",
                        .headers = {{"Authorization", "Bearer " + server->options().token}},
                        .ca_file = served_authority()});
    return got ? got->body : got.error().detail;
  }
  /// Of whatever is served now.
  [[nodiscard]] std::string served_authority() const { return certificate; }
  /// Name of the certificate that is served.
  [[nodiscard]] std::string served() const {
    const auto out = handshake({}).out;
    const auto at = out.find("subject=CN = ");
    return at == std::string::npos ? out : out.substr(at + 13, out.find('\n', at) - at - 13);
  }
};

TEST_F(Tls, SpeaksOnlyNewProtocols) {
  serve(pair);
  EXPECT_TRUE(shakes({"-tls1_3"}));
  EXPECT_TRUE(shakes({"-tls1_2"}));
  EXPECT_FALSE(shakes({"-tls1_1"}));
  EXPECT_FALSE(shakes({"-tls1"}));
}

TEST_F(Tls, OffersForwardSecrecyAndAuthenticatedCiphersOnly) {
  serve(make_pair(folder.path(), "rsa", 60, "rsa:2048"));
  for (const auto* good : {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384",
                           "ECDHE-RSA-CHACHA20-POLY1305"})
    EXPECT_TRUE(handshake({"-tls1_2", "-cipher", good}).out.contains(good)) << good;
  for (const auto* bad :
       {"AES128-GCM-SHA256", "AES256-SHA", "AES128-SHA256", "ECDHE-RSA-AES128-SHA",
        "ECDHE-RSA-AES256-SHA384", "NULL-SHA256", "DHE-RSA-AES128-GCM-SHA256",
        "ADH-AES128-GCM-SHA256", "AECDH-NULL-SHA", "CAMELLIA128-SHA", "PSK-AES128-GCM-SHA256"}) {
    const auto done = handshake({"-tls1_2", "-cipher", std::string(bad) + ":@SECLEVEL=0"});
    EXPECT_FALSE(done.out.contains("Cipher is " + std::string(bad))) << bad;
  }
  for (const auto* suite :
       {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"})
    EXPECT_TRUE(handshake({"-tls1_3", "-ciphersuites", suite}).out.contains(suite)) << suite;
  EXPECT_FALSE(shakes({"-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256"}));
}

TEST_F(Tls, TheServerChoosesTheCipher) {
  serve(pair);
  const auto done = handshake(
      {"-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"});
  EXPECT_TRUE(done.out.contains("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256")) << done.out;
}

TEST_F(Tls, AgreesOnGoodCurvesOnly) {
  serve(pair);
  for (const auto* good : {"X25519", "P-256", "P-384"})
    EXPECT_TRUE(shakes({"-groups", good})) << good;
  for (const auto* bad : {"P-521", "brainpoolP256r1", "secp256k1"})
    EXPECT_FALSE(shakes({"-tls1_2", "-groups", bad})) << bad;
}

TEST_F(Tls, NeitherRenegotiatesNorCompresses) {
  serve(pair);
  const auto done = e2e::run_program(
      {"openssl", "s_client", "-connect", address(), "-tls1_2", "-CAfile", pair.certificate},
      {.input = "R\n"});
  EXPECT_TRUE(done.out.contains("Compression: NONE")) << done.out;
  EXPECT_TRUE(done.err.contains("no renegotiation") || done.err.contains("renegotiat")) << done.err;
}

TEST_F(Tls, OnlyHttp11IsNegotiated) {
  serve(pair);
  EXPECT_TRUE(handshake({"-alpn", "h2,http/1.1"}).out.contains("ALPN protocol: http/1.1"));
  EXPECT_FALSE(shakes({"-alpn", "h2"}));
}

TEST_F(Tls, ASessionIsResumedAndSurvivesAChangeOfCertificates) {
  serve(pair);
  const auto session = (folder.path() / "session").string();
  for (const auto* version : {"-tls1_2", "-tls1_3"}) {
    const std::string request = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const auto first = e2e::run_program(
        {"openssl", "s_client", "-connect", address(), version, "-ign_eof", "-sess_out", session},
        {.input = request});
    ASSERT_TRUE(first.out.contains("200 OK")) << first.out << first.err;
    ASSERT_TRUE(std::filesystem::exists(session)) << version;
    EXPECT_TRUE(handshake({version, "-sess_in", session}).out.contains("Reused, TLS")) << version;
  }
}

TEST_F(Tls, HstsIsSaidOverTlsAlone) {
  serve(pair);
  HttpClient client;
  const auto secure =
      client.request({.url = server->url() + "/health/live", .ca_file = certificate});
  ASSERT_TRUE(secure);
  EXPECT_EQ(secure->header("strict-transport-security"), "max-age=31536000");
  Server plain;
  const auto open = client.request({.url = plain.url() + "/health/live"});
  ASSERT_TRUE(open);
  EXPECT_EQ(open->header("strict-transport-security"), std::nullopt);
}

TEST_F(Tls, NewCertificatesAreTakenUnderLoadWithoutAFailedRequest) {
  const auto next = make_pair(folder.path(), "second");
  const auto both = (folder.path() / "both.pem").string();
  for (const auto& one : {pair, next})
    std::ofstream(both, std::ios::app) << std::ifstream(one.certificate).rdbuf();
  serve(pair);
  std::atomic<int> failed{0};
  std::atomic<int> answered{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&, i] {
      HttpClient client;
      while (!done) {
        // Half of them with a handshake for every request.
        const auto got = client.request(
            {.url = server->url() + "/health/live", .ca_file = both, .once = i % 2 == 0});
        ++(got && got->status == 200 ? answered : failed);
      }
    });
  EXPECT_TRUE(eventually([&] { return answered > 50; }));
  for (int round = 0; round < 3; ++round) {
    put(round % 2 == 0 ? next : pair);
    EXPECT_TRUE(eventually([&] { return served() == (round % 2 == 0 ? "second" : "first"); }));
  }
  const int before = answered;
  EXPECT_TRUE(eventually([&] { return answered > before + 50; }));
  done = true;
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(failed, 0);
  EXPECT_TRUE(log().contains("certificate taken")) << log();
}

TEST_F(Tls, SighupTakesTheFilesAtOnce) {
  serve(pair);
  server->process().send(SIGHUP);
  EXPECT_TRUE(eventually([&] { return log().contains("certificate taken"); })) << log();
  EXPECT_EQ(served(), "first");
}

TEST_F(Tls, ABrokenNewPairKeepsTheOldOneAndIsSaid) {
  serve(pair);
  const auto other = make_pair(folder.path(), "other");
  const auto expired = make_pair(folder.path(), "expired", -1);
  const std::vector<std::pair<Pair, std::string>> bad = {
      {{other.certificate, pair.key}, "does not belong to the certificate"},
      {{pair.key, pair.key}, "is not a readable PEM chain"},
      {expired, "has expired"}};
  for (const auto& [with, words] : bad) {
    put(with);
    EXPECT_TRUE(eventually([&] { return log().contains(words); })) << words << log();
    EXPECT_EQ(served(), "first") << words;
  }
  EXPECT_TRUE(log().contains("the old one stays"));
  put(pair);
  EXPECT_TRUE(eventually([&] { return log().contains("certificate taken"); }));
  const auto shown = metrics();
  EXPECT_TRUE(shown.contains("hotswap_tls_reloads_total{outcome=\"refused\"} ")) << shown;
  EXPECT_TRUE(shown.contains("hotswap_tls_reload_failing 0")) << shown;
  EXPECT_TRUE(shown.contains("hotswap_tls_certificate_expires_timestamp_seconds 1")) << shown;
}

TEST_F(Tls, ACertificateThatSoonExpiresIsWarnedOf) {
  const auto says = [&](const std::string& words) {
    return eventually([&] { return log().contains(words); });
  };
  serve(make_pair(folder.path(), "short", 13));
  EXPECT_TRUE(says("the certificate expires soon")) << log();
  serve(make_pair(folder.path(), "gone", -1));
  EXPECT_TRUE(says("the certificate has expired")) << log();
  serve(make_pair(folder.path(), "long", 30));
  server->process().send(SIGTERM);
  EXPECT_TRUE(says("draining")) << log();
  EXPECT_FALSE(log().contains("the certificate")) << log();
}

/// What `hotswap server` says when it does not start.
struct Refused : Tls {
  CommandResult start(const std::string& with, const std::string& key_of) const {
    return e2e::hotswap({"server", "--dev", "--listen", "127.0.0.1:0", "--data-dir",
                         (folder.path() / "data").string(), "--tls-cert", with, "--tls-key",
                         key_of});
  }
};

TEST_F(Refused, KeysThatCannotBeUsedAreSaidInWords) {
  const auto encrypted = (folder.path() / "encrypted.key").string();
  openssl({"pkey", "-in", pair.key, "-aes256", "-passout", "pass:word", "-out", encrypted});
  const auto other = make_pair(folder.path(), "other");
  const auto weak = make_pair(folder.path(), "weak", 60, "rsa:1024");
  const auto secret = (folder.path() / "unreadable.key").string();
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {pair.certificate, encrypted, "is encrypted; store it without a passphrase"},
      {pair.certificate, other.key, "does not belong to the certificate"},
      {pair.certificate, secret, "cannot be read: No such file"},
      {secret, pair.key, "cannot be read: No such file"},
      {pair.certificate, pair.certificate, "is not the PEM key"},
      {pair.key, pair.key, "is not a readable PEM chain"},
      {weak.certificate, weak.key, "too weak"}};
  for (const auto& [with, key_of, words] : cases) {
    const auto refused = start(with, key_of);
    EXPECT_NE(refused.code, 0) << words;
    EXPECT_TRUE(refused.err.contains(words)) << words << ": " << refused.err;
  }
}

TEST_F(Refused, PlainHttpBeyondLoopbackMustBeSaid) {
  for (const auto* address : {"0.0.0.0:0", "[::]:0"}) {
    const auto refused = e2e::hotswap(
        {"server", "--dev", "--listen", address, "--data-dir", (folder.path() / "data").string()});
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(refused.err.contains("--insecure")) << refused.err;
  }
}

}  // namespace
}  // namespace hotswap::security
