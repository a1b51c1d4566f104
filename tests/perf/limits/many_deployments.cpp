// Three nodes over one PostgreSQL: as many deployments at the same time as there are profiles, each
// to all instances of one service, whose streams are spread over the nodes.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <future>
#include <thread>

#include "domain/base/limits.hpp"
#include "domain/json/parse.hpp"
#include "perf/limits/limits.hpp"
#include "perf/support/fleet.hpp"
#include "perf/support/give_up.hpp"
#include "servers/postgres_server.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kNodes = 3;
constexpr auto kLimit = 10min;

std::string profile_name(int number) { return "limit-" + std::to_string(number); }

std::vector<std::string> settings_of(const testing::PostgresServer& postgres, const Server* first) {
  // What the nodes can do, not what they are allowed to.
  std::vector<std::string> settings = {"--database", postgres.dsn(), "--deployment-bandwidth", "0"};
  if (first != nullptr)
    for (const auto* key : {"jwt", "webhook"})
      settings.insert(settings.end(),
                      {std::string("--") + key + "-key-file",
                       (first->folder() / "data" / (std::string(key) + ".key")).string()});
  return settings;
}

/// Close to the largest document that a server takes.
json::Value large_document() {
  json::Object sections;
  for (std::size_t size = 0, i = 0; size < limits::kDocumentBytes - 1024; size += 1000, ++i)
    sections.set("section" + std::to_string(i), std::string(980, 'x'));
  return sections;
}

class Cluster {
 public:
  explicit Cluster(const Limits& limits)
      : limits_(limits),
        postgres_({.fsync = false, .settings = {}}),
        first_({.arguments = settings_of(postgres_, nullptr)}),
        second_({.arguments = settings_of(postgres_, &first_)}),
        third_({.arguments = settings_of(postgres_, &first_)}),
        fleets_{Fleet(first_), Fleet(second_), Fleet(third_)} {}

  /// Profiles of one service, and its instances with a stream each.
  void prepare() {
    for (int i = 0; i < limits_.deployments; ++i)
      has_profile(profile_name(i), json::Object{{"a", i}});
    const auto all = static_cast<std::size_t>(limits_.instances);
    std::size_t first = 0;
    for (std::size_t node = 0; node < kNodes; ++node) {
      const auto count = (all / kNodes) + (node < all % kNodes ? 1 : 0);
      fleets_[node].register_instances(count, first);
      fleets_[node].open_streams();
      first += count;
    }
  }

  void has_profile(const std::string& name, const json::Value& data) {
    must(first_.api().post("/api/v1/configs", json::Object{{"name", name},
                                                           {"serviceName", kService},
                                                           {"environment", kEnvironment}}),
         "profile");
    must(first_.api().post(cli::config_path(name, {"versions"}),
                           json::Object{{"version", "1.0.0"}, {"data", data}}),
         "version");
  }

  /// Seconds until every instance has acknowledged each of these, and all deployments have ended.
  struct Times {
    double acknowledged = 0, ended = 0;
  };
  Times deploy(const std::vector<std::string>& profiles) {
    for (auto& fleet : fleets_) fleet.reset();
    const auto begun = Clock::now();
    std::vector<std::future<void>> clients;
    for (auto& fleet : fleets_)
      clients.push_back(
          std::async(std::launch::async, [&fleet, wanted = fleet.size() * profiles.size()] {
            fleet.loop().run_until([&] { return fleet.progress().acknowledged >= wanted; }, kLimit,
                                   "acknowledgements");
          }));
    for (std::size_t i = 0; i < profiles.size(); ++i)
      must(node(i).api().post("/api/v1/deployments",
                              json::Object{{"configName", profiles[i]},
                                           {"configVersion", "1.0.0"},
                                           {"strategy", json::Object{{"type", "Direct"}}}}),
           "deployment");
    for (auto& client : clients) client.get();
    Times times{seconds_since(begun), 0};
    wait_for_end(profiles.size());
    times.ended = seconds_since(begun);
    return times;
  }

 private:
  Server& node(std::size_t i) {
    const std::array nodes = {&first_, &second_, &third_};
    return *nodes[i % kNodes];
  }

  void wait_for_end(std::size_t count) {
    ended_ += count;
    for (const auto begun = Clock::now(); Clock::now() - begun < kLimit;) {
      const auto list =
          must(first_.api().list("/api/v1/deployments?state=Succeeded", ended_ + 1), "deployments");
      if (list.size() >= ended_) return;
      std::this_thread::sleep_for(50ms);
    }
    give_up("deployments do not end");
  }

  const Limits& limits_;
  testing::PostgresServer postgres_;
  Server first_, second_, third_;
  std::array<Fleet, kNodes> fleets_;
  std::size_t ended_ = 0;
};

Row figure(std::string what, double value, std::string unit) {
  return {.bench = "limits", .what = std::move(what), .value = value, .unit = std::move(unit)};
}

}  // namespace

void many_deployments(const Limits& limits, Rows& rows) {
  fmt::print(stderr, "starting three nodes …\n");
  Cluster cluster(limits);
  cluster.prepare();
  fmt::print(stderr, "deploying …\n");
  std::vector<std::string> profiles;
  for (int i = 0; i < limits.deployments; ++i) profiles.push_back(profile_name(i));
  const auto many = cluster.deploy(profiles);
  cluster.has_profile("limit-large", large_document());
  const auto large = cluster.deploy({"limit-large"});
  const auto words = fmt::format("{} deployments at once to {} instances, three nodes",
                                 limits.deployments, limits.instances);
  const auto each = static_cast<double>(limits.deployments) * limits.instances;
  rows.push_back(figure(words + ": last acknowledgement", many.acknowledged, "s"));
  rows.push_back(figure(words + ": all ended", many.ended, "s"));
  rows.push_back(figure("acknowledgements", each / many.acknowledged, "/s"));
  rows.push_back(figure(
      fmt::format("1 MiB to {} instances, three nodes: last acknowledgement", limits.instances),
      large.acknowledged, "s"));
}

}  // namespace hotswap::perf
