// Given instances with a health URL, the server itself looks there.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "cli/answer.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

void registers(Server& server, const std::string& id, const std::string& health_url) {
  const auto made =
      server.api().post("/api/v1/instances", json::Object{{"id", id},
                                                          {"serviceName", kService},
                                                          {"environment", kEnvironment},
                                                          {"hostname", id},
                                                          {"healthUrl", health_url}});
  ASSERT_TRUE(made) << made.error().detail;
}

/// Seconds of processor time that it has used.
double processor_seconds(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(in, text);
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0, kernel = 0;
  fields >> user >> kernel;
  return (user + kernel) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::optional<Program::Answer> answer(const std::string& path) {
  if (path == "/hang") return std::nullopt;
  return Program::Answer{path == "/ok" ? 200 : 500, ""};
}

TEST(Probes, AThousandInstancesAreLookedAtInTheirIntervalBesideThoseWhoHang) {
  Server server({"--heartbeat-interval", "60s", "--remove-after", "10m"});
  Program program(answer);
  for (int i = 0; i < 1000; ++i)
    registers(server, "pay-" + std::to_string(i), program.url(i % 50 == 0 ? "/hang" : "/ok"));
  const auto before = processor_seconds(server.process().pid());
  const auto answered = program.answered();
  std::this_thread::sleep_for(30s);
  const auto used = processor_seconds(server.process().pid()) - before;
  const auto looks = program.answered() - answered;
  RecordProperty("looks", std::to_string(looks));
  RecordProperty("processorSeconds", std::to_string(used));
  EXPECT_NEAR(static_cast<double>(looks), 980, 30);
  EXPECT_LT(used, 6) << "a fifth of one core";
  std::size_t healthy = 0, hanging = 0;
  ASSERT_TRUE(eventually([&] {
    healthy = hanging = 0;
    for (const auto& instance : server.instances()) {
      healthy += cli::text_at(instance, "probe.detail") == "200" ? 1 : 0;
      hanging += cli::text_at(instance, "probe.detail") == "timeout after PT5S" ? 1 : 0;
    }
    return healthy + hanging == 1000;
  }));
  EXPECT_EQ(hanging, 20u);
}

TEST(Probes, NoInstanceSendsTheServerWhereItMustNotGo) {
  Server server({"--probe-interval", "1s", "--heartbeat-interval", "60s", "--remove-after", "10m"});
  registers(server, "metadata", "http://169.254.169.254/latest/meta-data/");
  registers(server, "nowhere", "tcp://0.0.0.0:22");
  const auto refused = [&](const std::string& id) {
    return eventually([&] {
      const auto instance = server.api().get("/api/v1/instances/" + id);
      return instance && cli::text_at(*instance, "probe.detail").contains("--allow-hosts");
    });
  };
  EXPECT_TRUE(refused("metadata"));
  EXPECT_TRUE(refused("nowhere"));
  const auto bad =
      server.api().post("/api/v1/instances", json::Object{{"serviceName", kService},
                                                          {"environment", kEnvironment},
                                                          {"healthUrl", "file:///etc/passwd"}});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().reason, "instance.invalid");
}

TEST(Probes, TheyAreHealthChecksThatADeploymentIsJudgedBy) {
  Server server({"--probe-interval", "1s", "--heartbeat-interval", "60s", "--remove-after", "10m"});
  std::atomic<bool> well{true};
  Program program([&](const std::string&) { return Program::Answer{well ? 200 : 503, ""}; });
  registers(server, "pay-1", program.url("/ok"));
  EXPECT_TRUE(eventually([&] {
    const auto instance = server.api().get("/api/v1/instances/pay-1");
    return instance && cli::text_at(*instance, "probe.detail") == "200";
  }));
  well = false;
  EXPECT_TRUE(eventually([&] {
    const auto instance = server.api().get("/api/v1/instances/pay-1");
    return instance && cli::text_at(*instance, "probe.detail") == "503";
  }));
}

}  // namespace
}  // namespace hotswap::e2e
