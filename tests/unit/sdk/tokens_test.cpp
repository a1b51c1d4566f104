// The token of an instance: taken over from heartbeats, kept on disk, used when the bootstrap token
// has expired.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "fake_server.hpp"
#include "hotswap/client.hpp"
#include "state_dir.hpp"
#include "temp_dir.hpp"

namespace hotswap::sdk {
namespace {

using namespace std::chrono_literals;
using testing::FakeServer;
using testing::Request;
using testing::Response;

ClientOptions options_for(const FakeServer& server, const std::filesystem::path& folder) {
  ClientOptions options;
  options.servers = {server.url()};
  options.token = "bootstrap";
  options.service = "pay";
  options.environment = "Production";
  options.state_dir = folder;
  options.backoff_min = 1ms;
  options.backoff_max = 20ms;
  options.heartbeat_interval = 5ms;
  return options;
}

bool any_with_token(const std::vector<Request>& all, const std::string& path_end,
                    const std::string& token) {
  return std::ranges::any_of(all, [&](const Request& each) {
    return each.path.ends_with(path_end) && each.token == token;
  });
}

TEST(InstanceToken, ARenewedOneIsUsedFromThenOnAndKeptForItsOwnerOnly) {
  const testing::TempDir folder;
  FakeServer server;
  server.on_heartbeat = [](const Request& beat) {
    return beat.token == "instance-token" ? Response{200, R"({"changed":[],"token":"second"})", ""}
                                          : Response{200, R"({"changed":[]})", ""};
  };
  Client client(options_for(server, folder.path()));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(
      server.wait([](const auto& all) { return any_with_token(all, "/heartbeat", "second"); }));
  client.stop();
  EXPECT_EQ(StateDir(folder.path()).load_token(), "second");
  struct stat file{};
  ASSERT_EQ(::stat((folder.path() / "instance.token").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
}

TEST(InstanceToken, ItsOwnRegistersItAgainWhenTheBootstrapTokenHasExpired) {
  const testing::TempDir folder;
  FakeServer server;
  {
    Client first(options_for(server, folder.path()));
    ASSERT_TRUE(first.start());
    ASSERT_TRUE(server.wait_count("/heartbeat", 1));
    first.stop();
  }
  server.on_register = [&server](const Request& request) {
    return request.token == "bootstrap" ? Response{401, "{}", ""}
                                        : Response{200, server.registration("third"), ""};
  };
  Client second(options_for(server, folder.path()));
  ASSERT_TRUE(second.start());
  EXPECT_TRUE(server.wait([](const auto& all) {
    return any_with_token(all, "/instances", "instance-token") &&
           any_with_token(all, "/heartbeat", "third");
  }));
}

TEST(InstanceToken, WithoutAStateFolderNothingIsKept) {
  FakeServer server;
  server.on_heartbeat = [](const Request&) {
    return Response{200, R"({"changed":[],"token":"second"})", ""};
  };
  Client client(options_for(server, {}));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(
      server.wait([](const auto& all) { return any_with_token(all, "/heartbeat", "second"); }));
}

}  // namespace
}  // namespace hotswap::sdk
