// Deployments side by side: how many a second one node and three drive, and what each costs the
// database, with few and with many versions stored.

#include <fmt/format.h>

#include <thread>

#include "perf/bench/benches.hpp"
#include "perf/bench/nodes.hpp"
#include "perf/support/fleet.hpp"
#include "perf/support/give_up.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kProfiles = 100;  ///< each with a deployment at a time
constexpr std::size_t kInstances = 12;
constexpr int kVersionsAdded = 1000;  ///< to each profile

std::string name_of(std::size_t profile) { return fmt::format("bench.profile-{}", profile); }

/// Instances that live at one node, on a thread of their own.
class Crowd {
 public:
  Crowd(Server& server, std::size_t count) : fleet_(server) {
    fleet_.register_instances(count);
    fleet_.open_streams();
    thread_ = std::jthread([this](const std::stop_token& stop) {
      fleet_.loop().run_until([&] { return stop.stop_requested(); }, 10min, "a crowd");
    });
  }

 private:
  Fleet fleet_;
  std::jthread thread_;
};

struct Outcome {
  double per_second = 0;
  DatabaseWork each;  ///< of one deployment
};

class Field {
 public:
  explicit Field(std::size_t nodes) {
    for (std::size_t i = 0; i < nodes; ++i) nodes_.add();
    for (std::size_t i = 0; i < kProfiles; ++i)
      must(api(0).post("/api/v1/configs", json::Object{{"name", name_of(i)},
                                                       {"serviceName", kService},
                                                       {"environment", kEnvironment}}),
           "profile");
    for (std::size_t i = 0; i < nodes; ++i)
      crowds_.push_back(std::make_unique<Crowd>(nodes_[i], kInstances / nodes));
    deploy_all();  // to warm up
  }

  Outcome deploy_all() {
    ++number_;
    const auto version = fmt::format("1.0.{}", number_);
    for (std::size_t i = 0; i < kProfiles; ++i)
      must(api(i).post(cli::config_path(name_of(i), {"versions"}),
                       json::Object{{"version", version}, {"data", json::Object{{"n", number_}}}}),
           "version");
    const auto before = nodes_.work();
    const auto start = Clock::now();
    for (std::size_t i = 0; i < kProfiles; ++i)
      must(api(i).post("/api/v1/deployments",
                       json::Object{{"configName", name_of(i)},
                                    {"configVersion", version},
                                    {"strategy", json::Object{{"type", "Direct"}}}}),
           "deployment");
    while (nodes_.number("SELECT count(*) FROM deployments WHERE active = 1") > 0) {
      if (seconds_since(start) > 120) give_up("deployments do not end");
      std::this_thread::sleep_for(20ms);
    }
    const auto seconds = seconds_since(start);
    if (nodes_.number("SELECT count(*) FROM deployments WHERE state_name <> 'Succeeded'") > 0)
      give_up("a deployment did not succeed");
    const auto after = nodes_.work();
    constexpr double kAll = kProfiles;
    return {kAll / seconds,
            {(after.transactions - before.transactions) / kAll,
             (after.statements - before.statements) / kAll,
             (after.wal_bytes - before.wal_bytes) / kAll}};
  }

  void add_versions() {
    nodes_.postgres().sql(fmt::format(
        "INSERT INTO versions (profile, number, hash, size, author, message, created_at, "
        "failed_reason, content) SELECT name, '0.1.' || g, 'x', 2, 'bench', '', 0, '', '{{}}' FROM "
        "profiles, generate_series(1, {}) g",
        kVersionsAdded));
    nodes_.postgres().sql("ANALYZE");
  }

 private:
  cli::Api& api(std::size_t i) { return nodes_[i % nodes_.size()].api(); }

  Nodes nodes_;
  std::vector<std::unique_ptr<Crowd>> crowds_;
  std::int64_t number_ = 0;
};

Row row(std::string what, double value, std::string unit) {
  return {.bench = "deployments", .what = std::move(what), .value = value, .unit = std::move(unit)};
}

Row compared(std::string what, double value, std::string unit, double before) {
  auto out = row(std::move(what), value, std::move(unit));
  out.yardstick = "the same, 3 versions stored";
  out.measured = before;
  out.ratio = value / before;
  out.goal = Goal::RatioAtMost;
  out.bound = 1.1;
  return out;
}

}  // namespace

Rows bench_deployments() {
  Outcome one, many, three;
  {
    Field field(1);
    one = field.deploy_all();
    field.add_versions();
    many = field.deploy_all();
  }
  {
    Field field(3);
    three = field.deploy_all();
  }
  const auto stored = fmt::format(" with {} versions of each profile", kVersionsAdded);
  auto nodes = row(fmt::format("{} Direct deployments at once, {} instances, three nodes",
                               kProfiles, kInstances),
                   three.per_second, "/s");
  nodes.yardstick = "the same, one node";
  nodes.measured = one.per_second;
  nodes.ratio = three.per_second / one.per_second;
  return {nodes, row("transactions for each deployment, one node", one.each.transactions, ""),
          compared("statements for each deployment," + stored, many.each.statements, "",
                   one.each.statements),
          compared("bytes of WAL for each deployment," + stored, many.each.wal_bytes / 1024, "KiB",
                   one.each.wal_bytes / 1024)};
}

}  // namespace hotswap::perf
