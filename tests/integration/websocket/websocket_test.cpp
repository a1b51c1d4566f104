// The stream as a WebSocket, spoken by an implementation that is not ours: plain, through TLS, and
// through HAProxy as it is shipped.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::integration {
namespace {

using namespace std::chrono_literals;
using e2e::eventually;
using e2e::Server;

constexpr auto kAll = R"(upgraded 101
protocol hotswap.v1 extensions none
pong are you there?
heartbeat PT0.5S
problem 422 heartbeat.invalid $.status
config 1.0.0 7
deployment Succeeded
config 2.0.0 200011
deployment Succeeded
config 3.0.0 7
config 2.0.0 200011
deployment RolledBack
large heartbeat PT0.5S
all taken
closed 1000
binary 1003
unmasked 1002
reserved bit 1002
too long 1009
refused 401
)";

struct WebSocketPeer : ::testing::Test {
  cli::TempFolder folder{"hotswap-websocket"};

  [[nodiscard]] std::string file(const char* name) const { return (folder.path() / name).string(); }
  cli::ChildProcess started(std::vector<std::string> command, const char* log,
                            std::vector<std::pair<std::string, std::string>> environment = {}) {
    auto process = cli::ChildProcess::start({.command = std::move(command),
                                             .environment = std::move(environment),
                                             .log = folder.path() / log});
    EXPECT_TRUE(process);
    return process ? std::move(*process) : cli::ChildProcess();
  }
  /// What it says to a server that it reaches at `url`.
  std::string peer(const std::string& url, const std::string& token,
                   const std::string& authority = {}) {
    const auto script = e2e::source_folder() + "/tests/integration/websocket/peer.mjs";
    auto process = started({"node", script, HS_WEBSOCKET_PEER, url, token}, "peer.log",
                           {{"NODE_EXTRA_CA_CERTS", authority}});
    EXPECT_EQ(process.wait(120s), 0) << process.output();
    return process.output();
  }
  void make_certificate() {
    auto made = started(
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", file("key.pem"), "-out", file("cert.pem")},
        "openssl.log");
    ASSERT_EQ(made.wait(20s), 0) << made.output();
  }
  /// deploy/haproxy/haproxy.cfg with this node alone; the port it listens on.
  [[nodiscard]] int write_haproxy(const std::string& node) const {
    std::ifstream shipped(e2e::source_folder() + "/deploy/haproxy/haproxy.cfg");
    std::string text{std::istreambuf_iterator<char>(shipped), {}};
    const int port = cli::free_port();
    const auto set = [&](const char* what, const std::string& to) {
      const std::regex pattern(what);
      EXPECT_TRUE(std::regex_search(text, pattern)) << what;
      text = std::regex_replace(text, pattern, to);
    };
    set("maxconn 25000", "maxconn 100");  // a test may open few files
    set("bind :8400", "bind 127.0.0.1:" + std::to_string(port));
    set("bind :8405", "bind 127.0.0.1:" + std::to_string(cli::free_port()));
    set("server-template node-[^\n]*", "server node " + node);
    std::ofstream(file("haproxy.cfg")) << text;
    return port;
  }
};

TEST_F(WebSocketPeer, SaysAndHearsEverything) {
  Server server;
  EXPECT_EQ(peer(server.url(), server.options().token), kAll);
}

TEST_F(WebSocketPeer, SaysAndHearsEverythingThroughTls) {
  make_certificate();
  Server server({"--tls-cert", file("cert.pem"), "--tls-key", file("key.pem")}, "https");
  EXPECT_EQ(peer(server.url(), server.options().token, file("cert.pem")), kAll);
}

TEST_F(WebSocketPeer, SaysAndHearsEverythingThroughHaproxy) {
  Server server({"--trusted-proxies", "127.0.0.1"});
  const int port = write_haproxy(server.url().substr(server.url().find("//") + 2));
  auto haproxy = started({"haproxy", "-db", "-f", file("haproxy.cfg")}, "haproxy.log");
  const cli::ApiOptions through{.server = "http://127.0.0.1:" + std::to_string(port),
                                .token = server.options().token,
                                .ca_file = {}};
  ASSERT_TRUE(eventually([&] { return cli::Api(through).get("/api/v1/configs").has_value(); }))
      << haproxy.output();
  EXPECT_EQ(peer(through.server, through.token), kAll);
}

}  // namespace
}  // namespace hotswap::integration
