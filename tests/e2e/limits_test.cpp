// Given a large configuration and many instances, when it is deployed, then it goes out within the
// bandwidth that a deployment has, everybody gets it, and what is small does not wait behind it.
#include <gtest/gtest.h>

#include "e2e/support/cluster.hpp"

namespace hotswap::e2e {
namespace {

constexpr std::size_t kCrowd = 100;
constexpr double kBudget = 100e6 / 8;  // the default, 100 Mbit/s
constexpr double kFrame = 1.1e6;

struct Sample {
  double before, after;  ///< the time of asking, in seconds
  double bytes;
};

double seconds_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

double metric(Server& server, const std::string& name) {
  const auto answer = server.api().call({.path = "/metrics", .accept = "text/plain"});
  const auto at = answer ? answer->body.find("\n" + name + " ") : std::string::npos;
  return at == std::string::npos ? -1 : std::stod(answer->body.substr(at + name.size() + 2));
}

Sample look(Server& server) {
  Sample sample{seconds_now(), 0, metric(server, "hotswap_content_sent_bytes_total")};
  sample.after = seconds_now();
  return sample;
}

/// Whether between any two looks no more was sent than the budget allows.
void expect_within_budget(const std::vector<Sample>& samples) {
  for (const Sample& first : samples)
    for (const Sample& later : samples)
      if (later.before > first.after) {
        EXPECT_LE(later.bytes - first.bytes,
                  kBudget * (later.after - first.before + 0.25) + kFrame);
      }
}

TEST(Limits, ALargeConfigurationStaysWithinItsBandwidthAndReachesEverybody) {
  Server server;
  server.has_profile();
  server.has_profile("small.production");
  server.has_version("1.0.0", R"({"text":")" + std::string(1'048'000, 'x') + R"("})");
  server.has_version("1.0.0", R"({"a":1})", "small.production");
  Crowd crowd(kCrowd, {server.url()}, server.options().token);
  ASSERT_TRUE(eventually([&] { return crowd.streaming_at(server.url()) == kCrowd; }));

  std::vector<Sample> samples{look(server)};
  const auto large = server.deploys("1.0.0", kDirect);
  const auto small = server.deploys("1.0.0", kDirect, "small.production");
  EXPECT_EQ(server.final_state_of(small), "Succeeded");
  EXPECT_NE(server.state_of(large), "Succeeded") << "the small one has not waited for it";
  samples.push_back(look(server));
  ASSERT_TRUE(eventually(
      [&] {
        samples.push_back(look(server));
        return samples.back().bytes >= 100 * 1.04e6;
      },
      60s));
  EXPECT_EQ(server.final_state_of(large), "Succeeded");
  EXPECT_EQ(metric(server, "hotswap_content_waiting"), 0);
  expect_within_budget(samples);
}

}  // namespace
}  // namespace hotswap::e2e
