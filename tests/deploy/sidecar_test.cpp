// The agent of the example of a sidecar, with the very arguments of the manifest: before there is a
// program, and beside it.
#include <gtest/gtest.h>

#include <fstream>

#include "deploy/support/rules.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::deploy {
namespace {

using e2e::eventually;

constexpr auto kShop = "shop.production";

class Sidecar : public testing::Test {
 protected:
  Sidecar() {
    server_.has_profile(kShop, "shop");
    for (const std::string version : {"1.0.0", "1.1.0"})
      server_.has_version(version, e2e::example_config(version), kShop);
    for (const std::string folder : {"config", "run", "state"})
      std::filesystem::create_directory(server_.folder() / folder);
  }

  /// An argument of the manifest with the folders, the port and the metrics that are here.
  std::string here(std::string text) const {
    const std::pair<std::string, std::string> names[] = {
        {"/config/", path("config/")},
        {"/run/shop/", path("run/")},
        {"/var/lib/hotswap-agent", path("state")},
        {"$(POD_NAME)", "shop-1"},
        {"$(NODE_NAME)", "machine-1"},
        {"8080", std::to_string(port_)},
        {"http_request_duration_seconds", "payment_seconds"},
        {"http_requests_total", "payments_total"}};
    for (const auto& [from, to] : names)
      if (const auto at = text.find(from); at != std::string::npos)
        text.replace(at, from.size(), to);
    return text;
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return (server_.folder() / name).string();
  }
  cli::ChildProcess start(const std::string& name, std::vector<std::string> command) {
    auto started =
        cli::ChildProcess::start({.command = std::move(command),
                                  .environment = {{"HOTSWAP_SERVER", server_.url()},
                                                  {"HOTSWAP_TOKEN_FILE", server_.token_file()}},
                                  .log = server_.folder() / (name + ".log")});
    if (!started) throw std::runtime_error(started.error().detail);
    return std::move(*started);
  }
  cli::ChildProcess start_agent() {
    const auto manifest = yaml_file(deploy_path("kubernetes/examples/agent-sidecar.yaml"));
    std::vector<std::string> command{e2e::binary("hotswap")};
    for (const auto& word : items_at(manifest, "/spec/template/spec/initContainers/0/args"))
      command.push_back(here(text_at(word, "")));
    return start("agent", std::move(command));
  }
  /// As a container would: it finds its file, or does not start.
  cli::ChildProcess start_program() {
    return start(
        "shop",
        {"/bin/sh", "-euc",
         "test -s " + path("config/app.json") + "; echo $$ >" + path("run/pid") +
             "; exec python3 " + (e2e::example_folder("programs") / "payments.py").string() +
             " --port " + std::to_string(port_) + " --file " + path("config/app.json")});
  }
  [[nodiscard]] bool program_has(const std::string& part) const {
    return eventually([&] {
      HttpClient http;
      const auto answer =
          http.request({.url = "http://127.0.0.1:" + std::to_string(port_) + "/config"});
      return answer && answer->body.contains(part);
    });
  }

  e2e::Server server_;
  const int port_ = cli::free_port();
};

TEST_F(Sidecar, has_the_file_ready_before_the_program_and_tells_it_of_later_ones) {
  auto agent = start_agent();
  ASSERT_TRUE(eventually([&] { return server_.instances().size() == 1; })) << agent.output();
  const auto first = server_.deploys("1.0.0", e2e::kDirect, kShop);
  EXPECT_EQ(server_.final_state_of(first), "Succeeded") << agent.output();
  auto program = start_program();
  ASSERT_TRUE(program_has("\"poolSize\": 8")) << program.output();
  const auto second = server_.deploys("1.1.0", e2e::kDirect, kShop);
  EXPECT_EQ(server_.final_state_of(second), "Succeeded") << agent.output();
  EXPECT_TRUE(program_has("\"poolSize\": 16")) << program.output();
}

}  // namespace
}  // namespace hotswap::deploy
