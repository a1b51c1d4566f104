// A real nginx whose upstream follows a service's traffic through the agent's template.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "agent/traffic_follower.hpp"
#include "cli/answer.hpp"
#include "cli/demo/keep_alive.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"
#include "integration/support/haproxy.hpp"
#include "integration/support/responder.hpp"

namespace hotswap::integration {
namespace {

using e2e::eventually;
using namespace std::chrono_literals;

constexpr auto kTraffic = "/api/v1/services/payment-service/Production/traffic";

class NginxTest : public ::testing::Test {
 protected:
  NginxTest() {
    const cli::Call call{.method = "PUT", .path = kTraffic, .body = "{}"};
    EXPECT_TRUE(server_.api().call(call));
    write("upstream.tmpl", "upstream pay {\n{{#if live == \"blue\"}}\n  server 127.0.0.1:" +
                               std::to_string(blue_.port()) + ";\n{{else}}\n  server 127.0.0.1:" +
                               std::to_string(green_.port()) + ";\n{{/if}}\n}\n");
    write("upstream.conf", "upstream pay { server 127.0.0.1:1; }\n");
    write("nginx.conf",
          "pid " + path("nginx.pid") + ";\nerror_log " + path("error.log") +
              ";\nevents {}\nhttp {\n  access_log off;\n  client_body_temp_path " + path("body") +
              ";\n  proxy_temp_path " + path("proxy") + ";\n  fastcgi_temp_path " + path("fcgi") +
              ";\n  uwsgi_temp_path " + path("uwsgi") + ";\n  scgi_temp_path " + path("scgi") +
              ";\n  include " + path("upstream.conf") + ";\n  server {\n    listen 127.0.0.1:" +
              std::to_string(port_) + ";\n    location / { proxy_pass http://pay; }\n  }\n}\n");
    auto started = cli::ChildProcess::start({.command = {"nginx", "-e", path("error.log"), "-c",
                                                         path("nginx.conf"), "-g", "daemon off;"},
                                             .log = folder_.path() / "log"});
    EXPECT_TRUE(started) << started.error().detail;
    nginx_ = std::move(*started);
    EXPECT_TRUE(eventually([&] { return std::filesystem::exists(path("nginx.pid")); }))
        << nginx_.output();
  }
  ~NginxTest() override {
    nginx_.send(SIGTERM);
    static_cast<void>(nginx_.wait(10s));
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }
  [[nodiscard]] std::string nginx(const std::string& arguments) const {
    return "nginx -e " + path("error.log") + " -c " + path("nginx.conf") + " " + arguments;
  }
  [[nodiscard]] agent::TrafficFollowerOptions options() {
    return {.servers = {server_.url()},
            .token = [this] { return server_.options().token; },
            .ca_file = {},
            .service = "payment-service",
            .environment = "Production",
            .file = {.template_file = path("upstream.tmpl"),
                     .output = path("upstream.conf"),
                     .check = nginx("-t"),
                     .reload = nginx("-s reload")},
            .log = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }};
  }
  [[nodiscard]] std::string answers() const {
    cli::KeepAlive connection(port_, 2s);
    return connection.request("GET", "/").body;
  }
  void switches_to(const std::string& pool) {
    const auto done =
        server_.api().post(std::string(kTraffic) + "/switch", json::Object{{"pool", pool}});
    ASSERT_TRUE(done) << done.error().detail;
  }

  e2e::Server server_;
  Responder blue_{"blue"}, green_{"green"};
  cli::TempFolder folder_{"hotswap-nginx"};
  int port_ = free_port();
  cli::ChildProcess nginx_;
};

TEST_F(NginxTest, the_upstream_follows_the_traffic) {
  agent::TrafficFollower follower(options());
  follower.start();
  EXPECT_TRUE(eventually([&] { return answers() == "blue"; }));
  switches_to("green");
  EXPECT_TRUE(eventually([&] { return answers() == "green"; }));
  switches_to("blue");
  EXPECT_TRUE(eventually([&] { return answers() == "blue"; }));
}

TEST_F(NginxTest, a_server_that_comes_back_is_followed_again) {
  agent::TrafficFollower follower(options());
  follower.start();
  EXPECT_TRUE(eventually([&] { return answers() == "blue"; }));
  server_.kill();
  server_.start_again();
  switches_to("green");
  EXPECT_TRUE(eventually([&] { return answers() == "green"; }));
}

TEST_F(NginxTest, an_upstream_that_nginx_refuses_is_never_loaded) {
  agent::TrafficFollower follower(options());
  follower.start();
  EXPECT_TRUE(eventually([&] { return answers() == "blue"; }));
  write("upstream.tmpl", "upstream pay { nonsense {{live}}; }\n");
  switches_to("green");
  EXPECT_TRUE(eventually([&] {
    const std::ifstream in(path("error.log"));
    return std::string(std::istreambuf_iterator<char>(in.rdbuf()), {}).contains("nonsense");
  }));
  EXPECT_TRUE(eventually([&] { return answers() == "blue"; }));
  EXPECT_TRUE(eventually([&] {
    const std::ifstream in(path("upstream.conf"));
    return !std::string(std::istreambuf_iterator<char>(in.rdbuf()), {}).contains("nonsense");
  })) << "and a restart of nginx would not meet it";
}

}  // namespace
}  // namespace hotswap::integration
