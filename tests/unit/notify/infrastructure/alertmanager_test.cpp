// Prometheus' own Alertmanager takes our alerts, shows them, and ends them.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/process/child_process.hpp"
#include "domain/json/parse.hpp"
#include "infrastructure/clock/system_clock.hpp"
#include "infrastructure/notify/channel_adapters.hpp"
#include "unit/notify/receivers.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

int free_port() {
  const testing::Listener listener([](int) {});
  return listener.port();
}

struct RunningAlertmanager {
  cli::TempFolder folder{"alertmanager"};
  std::string url = "http://127.0.0.1:" + std::to_string(free_port());
  cli::ChildProcess process;

  void start() {
    std::ofstream(folder.path() / "am.yml")
        << "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n";
    auto child = cli::ChildProcess::start(
        {.command = {"prometheus-alertmanager",
                     "--cluster.listen-address=", "--web.listen-address=" + url.substr(7),
                     "--config.file=" + (folder.path() / "am.yml").string(),
                     "--storage.path=" + (folder.path() / "data").string()},
         .log = folder.path() / "log"});
    ASSERT_TRUE(child) << child.error().detail;
    process = std::move(*child);
    const auto line = process.wait_line("address=" + url.substr(7), 20s);
    ASSERT_TRUE(line) << line.error().detail;
  }
};

/// Alerts that its API shows now.
std::vector<json::Value> shown(const std::string& url) {
  HttpClient client;
  const auto answer = client.request({.url = url + "/api/v2/alerts"});
  EXPECT_TRUE(answer);
  std::vector<json::Value> alerts;
  if (!answer) return alerts;
  const auto body = json::parse(answer->body);
  EXPECT_TRUE(body) << answer->body;
  if (!body || body->as_array() == nullptr) return alerts;
  alerts.assign(body->as_array()->begin(), body->as_array()->end());
  return alerts;
}

TEST(Alertmanager, ShowsTheAlertUntilTheDeploymentIsRolledBack) {
  RunningAlertmanager manager;
  ASSERT_NO_FATAL_FAILURE(manager.start());
  SystemClock clock;
  WebhookSender sender("a key of thirty-two bytes or more", clock, net::Reach::of_operator());
  ChannelAdapters adapters(sender, "https://hotswap.example", std::nullopt);
  Channel channel;
  channel.name = "am";
  channel.type = ChannelType::Alertmanager;
  channel.target = manager.url;
  Notice notice{.id = "1",
                .severity = Severity::Critical,
                .message = "rolling back: error rate 12 %",
                .profile = "payment.production",
                .service = "payment",
                .environment = "Production",
                .version = "1.2.0",
                .deployment = "0b9f",
                .state = "RollingBack",
                .at = clock.wall() - 10s};
  const auto sent = adapters.send(channel, notice);
  ASSERT_TRUE(sent) << sent.error().detail;
  const auto firing = shown(manager.url);
  ASSERT_EQ(firing.size(), 1u);
  EXPECT_EQ(*firing[0].find("labels")->find("alertname"), json::Value("HotSwapDeployment"));
  EXPECT_EQ(*firing[0].find("labels")->find("service"), json::Value("payment"));
  EXPECT_EQ(*firing[0].find("annotations")->find("summary"), json::Value(notice.message));
  notice.severity = Severity::Info;
  notice.state = "RolledBack";
  notice.at = clock.wall() - 1s;
  ASSERT_TRUE(adapters.send(channel, notice));
  EXPECT_TRUE(shown(manager.url).empty());
}

}  // namespace
}  // namespace hotswap
