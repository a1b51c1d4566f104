// Who gets in: other issuers' tokens over a real server, forged ones over HTTP, and the tool that
// makes and explains tokens.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/session.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/wait.hpp"
#include "infrastructure/http_client/http_client.hpp"
#include "unit/sdk/fake_server.hpp"

namespace hotswap::e2e {
namespace {

struct Auth : ::testing::Test {
  cli::TempFolder folder{"hotswap-auth"};

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder.path() / name).string();
  }
  std::string write(const std::string& name, const std::string& text) const {
    // At once, as an editor or a mounted secret changes: a server that reads sees one or the other.
    std::ofstream(path(name) + ".new") << text;
    std::filesystem::rename(path(name) + ".new", path(name));
    return path(name);
  }
  /// A private key in PEM, as an operator makes it.
  std::string make_key(const std::string& name, const std::vector<std::string>& kind) const {
    std::vector<std::string> command{"openssl", "genpkey", "-out", path(name)};
    command.insert(command.end(), kind.begin(), kind.end());
    const auto made = run_program(command);
    EXPECT_EQ(made.code, 0) << made.err;
    return path(name);
  }
  std::string public_half(const std::string& key) const {
    const auto made = run_program({"openssl", "pkey", "-in", key, "-pubout", "-out", key + ".pub"});
    EXPECT_EQ(made.code, 0) << made.err;
    return key + ".pub";
  }
  static std::string token(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"token", "--subject", "ann", "--ttl", "1h"});
    const auto made = hotswap(arguments);
    EXPECT_EQ(made.code, 0) << made.err;
    return made.out.substr(0, made.out.find('\n'));
  }
  static int status(const Server& server, const std::string& token,
                    const std::string& target = "/api/v1/configs") {
    return answer(server, token, target).status;
  }
  static HttpResponse answer(const Server& server, const std::string& token,
                             const std::string& target = "/api/v1/configs") {
    HttpRequest request;
    request.url = server.url() + target;
    if (!token.empty()) request.headers = {{"Authorization", "Bearer " + token}};
    HttpClient http;
    auto response = http.request(request);
    EXPECT_TRUE(response) << response.error().detail;
    return response ? *response : HttpResponse();
  }
};

/// The same key by many names.
const std::string kPublicJwk =
    R"({"kty":"OKP","crv":"Ed25519","kid":"KID","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrw)"
    R"(IaaPcHURo"})";
const std::string kPrivateJwk =
    R"({"kty":"OKP","crv":"Ed25519","kid":"KID","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcD)"
    R"(usAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";

std::string named(std::string jwk, const std::string& kid) {
  return jwk.replace(jwk.find("KID"), 3, kid);
}

TEST_F(Auth, AServerThatHoldsOnlyPublicKeysTakesTokensOfEveryKind) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> kinds = {
      {"rsa", {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"}},
      {"ec", {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"}},
      {"ed", {"-algorithm", "ED25519"}}};
  std::string publics;
  std::vector<std::string> tokens;
  for (const auto& [name, kind] : kinds) {
    const auto key = make_key(name, kind);
    publics += *cli::read_file(public_half(key));
    tokens.push_back(token({"--role", "Viewer", "--key-file", key}));
  }
  const Server server({"--jwt-key-file", write("publics.pem", publics)});
  for (const auto& each : tokens) EXPECT_EQ(status(server, each), 200);
  // What signs instances' tokens is made beside, for the server's eyes only.
  const auto rights = std::filesystem::status(server.data() / "instance.key").permissions();
  EXPECT_EQ(rights, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Auth, KeysOfAFileChangeWhileTheServerRuns) {
  const auto keys = write("keys.json", R"({"keys":[)" + named(kPrivateJwk, "old") + "]}");
  const Server server({"--jwt-key-file", keys});
  const auto before = token({"--role", "Viewer", "--key-file", keys});
  EXPECT_EQ(status(server, before), 200);
  write("keys.json", R"({"keys":[)" + named(kPrivateJwk, "new") + "]}");
  const auto after = token({"--role", "Viewer", "--key-file", keys});
  EXPECT_TRUE(eventually([&] { return status(server, after) == 200; }));
  EXPECT_EQ(status(server, before), 401) << "its key is gone";
  write("keys.json", R"({"keys":[{"kty":)");  // cut off: what was read before goes on
  const auto same = [&] { return status(server, after) == 200; };
  EXPECT_TRUE(same());
}

TEST_F(Auth, AnotherIssuersPeopleComeInWithTheRolesThatTheyHaveHere) {
  const auto jwks = write("jwks.json", R"({"keys":[)" + named(kPublicJwk, "k1") + "]}");
  const auto issuers =
      write("issuers.json", R"({"issuers":[{"name":"sso","issuer":"https://sso.example",
      "audiences":["hotswap"],"jwksFile":")" +
                                jwks + R"(","roles":{"Operator":"Viewer"}}]})");
  const Server server({"--jwt-issuers", issuers});
  const auto key = write("k1.json", named(kPrivateJwk, "k1"));
  const auto ann = token({"--role", "Operator", "--key-file", key, "--issuer",
                          "https://sso.example", "--audience", "hotswap"});
  EXPECT_TRUE(eventually([&] { return status(server, ann) == 200; }));
  EXPECT_EQ(status(server, ann, "/api/v1/audit"), 403) << "their Operator is our Viewer";
  const auto elsewhere = token({"--role", "Operator", "--key-file", key, "--issuer",
                                "https://sso.example", "--audience", "shop"});
  EXPECT_EQ(status(server, elsewhere), 401);
  const auto nameless = token({"--role", "Admin", "--key-file", key});
  EXPECT_EQ(status(server, nameless), 401) << "their key proves nothing for us";
  const auto said = hotswap(
      {"token", "inspect", write("t", elsewhere), "--key-file", jwks, "--issuers", issuers});
  EXPECT_EQ(said.code, 9) << said.err;
  EXPECT_TRUE(said.out.contains(R"(refused: its aud is "shop" instead of "hotswap")")) << said.out;
}

TEST_F(Auth, AProvidersKeysAreFoundByDiscoveryAndOutliveIt) {
  const auto keys = R"({"keys":[)" + named(kPublicJwk, "k1") + "]}";
  std::string url;
  sdk::testing::FakeServer provider;
  url = provider.url();
  provider.on_anything = [&](const sdk::testing::Request& request, int socket) {
    const auto body = request.path.ends_with("/.well-known/openid-configuration")
                          ? R"({"issuer":")" + url + R"(","jwks_uri":")" + url + R"(/keys"})"
                          : keys;
    sdk::testing::FakeServer::send_all(socket,
                                       "HTTP/1.1 200 OK\r\nConnection: close\r\n"
                                       "Content-Length: " +
                                           std::to_string(body.size()) + "\r\n\r\n" + body);
    return true;
  };
  const auto issuers =
      write("issuers.json", R"({"issuers":[{"name":"sso","issuer":")" + url +
                                R"(","audiences":["hotswap"],"refresh":"PT1S"}]})");
  const Server server({"--jwt-issuers", issuers});
  const auto ann =
      token({"--role", "Viewer", "--key-file", write("k1.json", named(kPrivateJwk, "k1")),
             "--issuer", url, "--audience", "hotswap"});
  EXPECT_TRUE(eventually([&] { return status(server, ann) == 200; }));
  provider.stop();
  const auto failed = [&] {
    const auto metrics = answer(server, ann, "/metrics").body;
    return metrics.contains(R"(hotswap_jwks_fetches_total{issuer="sso",outcome="failed"} )") &&
           !metrics.contains(R"(hotswap_jwks_fetches_total{issuer="sso",outcome="failed"} 0)");
  };
  EXPECT_TRUE(eventually(failed));
  EXPECT_EQ(status(server, ann), 200) << "its keys of before";
}

TEST_F(Auth, EveryRefusalLooksTheSameOverHttp) {
  const Server server;
  auto honest = *cli::read_file(server.token_file());
  honest.resize(honest.find('\n'));
  const auto first = honest.find('.'), last = honest.rfind('.');
  const auto body = honest.substr(first, last - first + 1);
  std::string detail;
  for (const std::string& forged :
       {std::string("eyJhbGciOiJub25lIn0") + body,
        std::string("eyJhbGciOiJIUzUxMiJ9") + body + "AA", honest.substr(0, last + 1),
        honest.substr(0, last - 1) + honest.substr(last), std::string("a.b.c"),
        std::string(7000, 'a'),
        token({"--role", "Admin", "--key-file", write("other", std::string(32, 'x'))})}) {
    const auto refused = answer(server, forged);
    EXPECT_EQ(refused.status, 401) << forged.substr(0, 60);
    const auto problem = json::parse(refused.body);
    ASSERT_TRUE(problem);
    const auto said = problem->find("detail")->as_string()->str();
    if (detail.empty()) detail = said;
    EXPECT_EQ(said, detail);
    EXPECT_EQ(problem->find("reason")->as_string()->str(), "auth.required");
    EXPECT_EQ(refused.header("www-authenticate").value_or(""),
              answer(server, "").header("www-authenticate").value_or("-"));
  }
  EXPECT_EQ(status(server, honest), 200);
}

TEST_F(Auth, ABootstrapTokenRegistersItsServiceOnlyAndRevokingShutsItOut) {
  Server server;
  const auto made =
      hotswap({"token", "--bootstrap", "--service", "pay", "--environment", "Production", "--ttl",
               "1h", "--key-file", (server.data() / "jwt.key").string(), "-o", "json"});
  ASSERT_EQ(made.code, 0) << made.err;
  const auto said = json::parse(made.out);
  ASSERT_TRUE(said) << made.out;
  EXPECT_EQ(json::write(*said->find("grants")->find("roles")), R"(["Instance"])");
  EXPECT_EQ(said->find("grants")->find("service")->as_string()->str(), "pay");
  const auto bootstrap = said->find("token")->as_string()->str();
  HttpClient http;
  const auto enroll = [&](const std::string& service) {
    HttpRequest request;
    request.method = "POST";
    request.url = server.url() + "/api/v1/instances";
    request.headers = {{"Authorization", "Bearer " + bootstrap},
                       {"Content-Type", "application/json"}};
    request.body = R"({"id":"i-1","serviceName":")" + service + R"(","environment":"Production"})";
    return *http.request(request);
  };
  EXPECT_EQ(enroll("shop").status, 403);
  const auto registered = enroll("pay");
  ASSERT_EQ(registered.status, 201) << registered.body;
  const auto body = json::parse(registered.body);
  const auto own = body->find("token")->as_string()->str();
  EXPECT_EQ(status(server, own, "/api/v1/instances/i-1/configs"), 200);
  const auto revoked = hotswap(server, {"instances", "revoke", "i-1"});
  EXPECT_EQ(revoked.code, 0) << revoked.err;
  EXPECT_EQ(status(server, own, "/api/v1/instances/i-1/configs"), 401);
  EXPECT_EQ(enroll("pay").status, 403);
  server.kill();
  server.start_again();
  EXPECT_EQ(status(server, own, "/api/v1/instances/i-1/configs"), 401) << "also after a restart";
}

TEST_F(Auth, InspectSaysWhatATokenHoldsAndNeverShowsAKey) {
  const auto key = write("secret", "0123456789abcdef0123456789abcdef\n");
  const auto file = write("token", token({"--role", "Viewer", "--key-file", key}));
  const auto good = hotswap({"token", "inspect", file, "--key-file", key});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_TRUE(good.out.contains("accepted: Viewer as ann")) << good.out;
  EXPECT_FALSE((good.out + good.err).contains("0123456789abcdef"));
  const auto forged =
      hotswap({"token", "inspect", file, "--key-file", write("other", std::string(32, 'x'))});
  EXPECT_EQ(forged.code, 9);
  EXPECT_TRUE(forged.out.contains("refused: wrong signature")) << forged.out;
  const auto unknown = hotswap({"token", "inspect", file});
  EXPECT_TRUE(unknown.out.contains("not checked")) << unknown.out;
  const auto piped = hotswap({"token", "inspect", "-o", "json"}, {.input = "garbage"});
  const auto answer = json::parse(piped.out);
  ASSERT_TRUE(answer) << piped.out;
  EXPECT_EQ(*answer->find("accepted"), json::Value(false));
}

TEST_F(Auth, SettingsThatCannotWorkAreRefusedInOneLineEach) {
  const auto start = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"server", "--listen", "127.0.0.1:0", "--data-dir", path("data")});
    return hotswap(more);
  };
  const auto weak = start({"--jwt-key-file", write("weak", "too short")});
  EXPECT_NE(weak.code, 0);
  EXPECT_TRUE(weak.err.contains("at least 32 bytes")) << weak.err;
  const auto ssh =
      start({"--jwt-key-file", write("ssh", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7")});
  EXPECT_TRUE(ssh.err.contains("looks like a public key")) << ssh.err;
  const auto typo = start({"--jwt-issuers", write("i.json", R"({"issuers":[{"name":"a"}]})")});
  EXPECT_TRUE(typo.err.contains("$.issuers[0].issuer")) << typo.err;
}

}  // namespace
}  // namespace hotswap::e2e
