// What a client keeps on disk of configurations with secrets in them.
#include <gtest/gtest.h>

#include <fstream>

#include "fake_server.hpp"
#include "hotswap/client.hpp"
#include "temp_dir.hpp"

namespace hotswap::sdk {
namespace {

using namespace std::chrono_literals;
using testing::FakeServer;
using testing::frame;
using testing::offer;
using testing::TempDir;

ClientOptions options_for(const FakeServer& server) {
  ClientOptions options;
  options.servers = {server.url()};
  options.token = "bootstrap";
  options.service = "pay";
  options.environment = "Production";
  options.backoff_min = 1ms;
  options.backoff_max = 20ms;
  return options;
}

/// An offer whose document holds secrets.
std::string secret_offer(std::string_view data, int generation) {
  return R"({"profile":"pay.production","version":"1.0.0","generation":)" +
         std::to_string(generation) + R"(,"hash":")" + std::string(64, 'f') + R"(","dataHash":")" +
         testing::hash_of(data) + R"(","data":)" + std::string(data) + "}";
}

std::string all_files(const std::filesystem::path& folder) {
  std::string all;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

TEST(ClientSecrets, sealsACopyWithSecretsAndStartsFromIt) {
  const TempDir dir;
  FakeServer server;
  server.configs = secret_offer(R"({"a":1,"password":"canary-4711"})", 5);
  auto options = options_for(server);
  options.state_dir = dir.path();
  {
    Client client(options);
    ASSERT_TRUE(client.start());
    ASSERT_TRUE(server.wait_observed("applied", 5));
  }
  server.stop();
  EXPECT_TRUE(std::filesystem::exists(dir.path() / "pay.production.lkg"));
  EXPECT_FALSE(all_files(dir.path()).contains("canary"));
  Client client(options);
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(client.wait_ready(0ms));
  EXPECT_EQ(client.config().get<std::string>("password"), "canary-4711");
}

TEST(ClientSecrets, keepsNoCopyWithSecretsIfItShallNot) {
  const TempDir dir;
  FakeServer server;
  server.configs = offer(R"({"a":1})", 4, "0.9.0");
  auto options = options_for(server);
  options.state_dir = dir.path();
  options.keep_secrets = false;
  {
    Client client(options);
    ASSERT_TRUE(client.start());
    ASSERT_TRUE(server.wait_observed("applied", 4));
    server.push(frame("config", secret_offer(R"({"a":2,"password":"canary-4711"})", 5)));
    ASSERT_TRUE(server.wait_observed("applied", 5));
  }
  server.stop();
  EXPECT_FALSE(all_files(dir.path()).contains("canary"));
  Client client(options);
  ASSERT_TRUE(client.start());
  EXPECT_FALSE(client.wait_ready(0ms)) << "an older copy is no substitute";
}

}  // namespace
}  // namespace hotswap::sdk
