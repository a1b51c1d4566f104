// Given instances of the SDK and agents, when they follow a real server, then all that they say
// goes up on their streams' own connections, with TLS or without; and where the way takes no
// WebSocket, they do as before.
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "cli/answer.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"
#include "hotswap/client.hpp"

namespace hotswap::e2e {
namespace {

/// The value of a series of the server's metrics; 0: it is not there.
double metric(cli::Api& api, const std::string& series) {
  const auto answer = api.call({.path = "/metrics", .accept = "text/plain"});
  if (!answer) return 0;
  const auto at = answer->body.find("\n" + series + " ");
  return at == std::string::npos ? 0 : std::stod(answer->body.substr(at + series.size() + 2));
}
double messages(cli::Api& api, const std::string& kind) {
  return metric(api, R"(hotswap_stream_messages_total{kind=")" + kind + R"(",status="200"})");
}
double acknowledgements(Server& server) { return messages(server.api(), "acknowledgement"); }
double heartbeats(Server& server) { return messages(server.api(), "heartbeat"); }
double posted(cli::Api& api) {
  return metric(api, R"(hotswap_http_requests_total{method="POST",)"
                     R"(route="/api/v1/instances/{id}/heartbeat",status="200"})");
}

sdk::ClientOptions options_for(const Server& server) {
  sdk::ClientOptions options;
  options.servers = {server.url()};
  options.token = server.options().token;
  options.service = kService;
  options.environment = kEnvironment;
  return options;
}

TEST(WebSockets, carryAllThatInstancesSay) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", example_config("1.0.0"));
  server.has_version("1.1.0", example_config("1.1.0"));
  std::array<std::optional<sdk::Client>, 5> clients;
  for (auto& client : clients) {
    auto options = options_for(server);
    options.heartbeat_interval = 200ms;
    client.emplace(std::move(options));
    ASSERT_TRUE(client->start());
  }
  ASSERT_TRUE(eventually([&] { return heartbeats(server) >= 5; }));
  ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
  ASSERT_EQ(server.final_state_of(server.deploys("1.1.0", kQuickCanary)), "Succeeded");
  EXPECT_GE(acknowledgements(server), 5);
  const auto before = heartbeats(server);
  EXPECT_TRUE(eventually([&] { return heartbeats(server) >= before + 5; }));
  EXPECT_EQ(posted(server.api()), 0) << "and nothing took another way";
}

TEST(WebSockets, carryTheAgentToo) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", example_config("1.0.0"));
  const auto file = server.folder() / "app.json";
  auto agent = cli::ChildProcess::start(
      {.command = {binary("hotswap"), "agent", "--server", server.url(), "--token-file",
                   server.token_file(), "--service", kService, "--environment", kEnvironment,
                   "--file", file.string()},
       .log = server.folder() / "agent.log"});
  ASSERT_TRUE(agent);
  ASSERT_TRUE(eventually([&] { return heartbeats(server) >= 1; })) << agent->output();
  ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
  EXPECT_TRUE(exists(file));
  EXPECT_EQ(acknowledgements(server), 1);
  EXPECT_EQ(posted(server.api()), 0);
}

TEST(WebSockets, aRejectionTakesTheSameWay) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", example_config("1.0.0"));
  auto options = options_for(server);
  options.validator = [](const sdk::Candidate&) { return std::optional("not with me"); };
  sdk::Client client(std::move(options));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(eventually([&] { return heartbeats(server) >= 1; }));
  const auto id = server.deploys("1.0.0", kDirect);
  EXPECT_NE(server.final_state_of(id), "Succeeded");
  EXPECT_TRUE(json::write(server.timeline_of(id)).contains("not with me"));
  EXPECT_EQ(posted(server.api()), 0);
}

TEST(WebSockets, comeAgainAfterTheServerDied) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", example_config("1.0.0"));
  auto options = options_for(server);
  options.backoff_max = 200ms;
  sdk::Client client(std::move(options));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(eventually([&] { return heartbeats(server) >= 1; }));
  server.kill();
  server.start_again();
  ASSERT_TRUE(eventually([&] { return client.status().streaming; }));
  ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
  EXPECT_TRUE(eventually([&] { return acknowledgements(server) + heartbeats(server) >= 1; }));
}

struct TlsFiles {
  cli::TempFolder folder{"hotswap-wss"};
  std::string certificate = (folder.path() / "cert.pem").string();
  std::string key = (folder.path() / "key.pem").string();

  TlsFiles() {
    const auto made = run_program({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                                   "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                                   "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                                   "-keyout", key, "-out", certificate});
    EXPECT_EQ(made.code, 0) << made.err;
  }
};

/// A server that shows a certificate, and how to ask it.
struct SecureServer {
  TlsFiles files;
  Server server{{"--tls-cert", files.certificate, "--tls-key", files.key}, "https"};
  cli::Api api{options()};

  [[nodiscard]] cli::ApiOptions options() const {
    auto options = server.options();
    options.ca_file = files.certificate;
    return options;
  }
  json::Value posts(const std::string& path, const json::Value& body) {
    auto answer = api.post(path, body);
    EXPECT_TRUE(answer) << answer.error().detail;
    return answer.value_or(json::Value());
  }
};

// Larger than any buffer of TLS or of a socket: it comes in many pieces.
TEST(WebSockets, carryLargeDocumentsThroughTls) {
  SecureServer secure;
  secure.posts(
      "/api/v1/configs",
      json::Object{{"name", kProfile}, {"serviceName", kService}, {"environment", kEnvironment}});
  const std::string large(900'000, 'x');
  secure.posts(cli::config_path(kProfile, {"versions"}),
               json::Object{{"version", "1.0.0"}, {"data", json::Object{{"text", large}}}});
  auto options = options_for(secure.server);
  options.ca_file = secure.files.certificate;
  sdk::Client client(std::move(options));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(eventually([&] { return messages(secure.api, "heartbeat") >= 1; }))
      << client.status().last_error;
  secure.posts("/api/v1/deployments", json::Object{{"configName", kProfile},
                                                   {"configVersion", "1.0.0"},
                                                   {"strategy", json::Object{{"type", "Direct"}}}});
  ASSERT_TRUE(eventually([&] { return messages(secure.api, "acknowledgement") >= 1; }));
  EXPECT_EQ(client.config().get<std::string>("text"), large);
  EXPECT_EQ(posted(secure.api), 0);
}

/// nginx as it is if nobody thinks of WebSockets: it speaks HTTP/1.0 to the server and passes no
/// Upgrade on.
class Nginx {
 public:
  explicit Nginx(const std::string& server) : port_(cli::free_port()) {
    const auto path = [this](const char* name) { return (folder_.path() / name).string(); };
    std::ofstream(path("nginx.conf"))
        << "daemon off;\npid " << path("pid") << ";\nerror_log " << path("error")
        << ";\nevents {}\nhttp {\n  access_log off;\n  client_body_temp_path " << path("body")
        << ";\n  proxy_temp_path " << path("proxy") << ";\n  fastcgi_temp_path " << path("f")
        << ";\n  uwsgi_temp_path " << path("u") << ";\n  scgi_temp_path " << path("s")
        << ";\n  server {\n    listen 127.0.0.1:" << port_ << ";\n    location / { proxy_pass "
        << server << "; proxy_buffering off; }\n  }\n}\n";
    auto started = cli::ChildProcess::start(
        {.command = {"nginx", "-c", path("nginx.conf"), "-e", path("error")},
         .log = folder_.path() / "log"});
    EXPECT_TRUE(started);
    if (started) process_ = std::move(*started);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  cli::TempFolder folder_{"hotswap-nginx"};
  int port_;
  cli::ChildProcess process_;
};

TEST(WebSockets, areDoneWithoutBehindAProxyThatDropsThem) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", example_config("1.0.0"));
  const Nginx nginx(server.url());
  auto options = options_for(server);
  options.servers = {nginx.url()};
  options.backoff_max = 200ms;
  sdk::Client client(std::move(options));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(eventually([&] { return client.status().streaming; })) << client.status().last_error;
  ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
  EXPECT_GE(posted(server.api()), 1);
  EXPECT_EQ(acknowledgements(server) + heartbeats(server), 0);
}

}  // namespace
}  // namespace hotswap::e2e
