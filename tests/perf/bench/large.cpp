// A large configuration and real SDK clients: from the moment POST /deployments is sent until the
// last of 100 instances runs 1 MiB that it has verified, parsed and indexed.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "domain/base/limits.hpp"
#include "domain/json/parse.hpp"
#include "hotswap/client.hpp"
#include "perf/bench/benches.hpp"
#include "perf/bench/yardsticks.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/server.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kInstances = 100;
constexpr int kRounds = 7;
constexpr auto kLimit = 60s;

std::string version_of(int round) { return "1.0." + std::to_string(round); }

/// Close to the largest document that a server takes; different in each round.
std::string document_of(int round) {
  std::string out = "{\"revision\":" + std::to_string(round);
  for (int i = 0;; ++i) {
    const auto n = std::to_string(i);
    const auto section = ",\"route" + n + "\":{\"host\":\"service-" + n +
                         ".internal\",\"timeoutMs\":" + std::to_string(100 + i) +
                         ",\"retries\":3,\"weight\":0.5,\"on\":true,\"methods\":[\"GET\",\"PUT\"]}";
    if (out.size() + section.size() + 1 > limits::kDocumentBytes) return out + '}';
    out += section;
  }
}

/// Clients of the SDK in this program, and how many run which version.
class Instances {
 public:
  explicit Instances(Server& server) {
    for (std::size_t i = 0; i < kInstances; ++i) start_one(server, i);
  }
  ~Instances() {
    for (auto& client : clients_) client->stop();
  }
  Instances(const Instances&) = delete;
  Instances& operator=(const Instances&) = delete;

  void all_stream() {
    for (const auto start = Clock::now(); Clock::now() - start < kLimit;) {
      const auto streams = [](const auto& client) { return client->status().streaming; };
      if (std::ranges::all_of(clients_, streams)) return;
      std::this_thread::sleep_for(10ms);
    }
    give_up("not every SDK client has a stream");
  }
  void all_run(const std::string& version) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kLimit, [&] { return running_[version] == kInstances; }))
      give_up("not every instance runs " + version);
  }

 private:
  void start_one(Server& server, std::size_t number) {
    sdk::ClientOptions options;
    options.servers = {"http://127.0.0.1:" + std::to_string(server.port())};
    options.token = server.token();
    options.service = kService;
    options.environment = kEnvironment;
    options.hostname = "host-" + std::to_string(number);
    auto& client = *clients_.emplace_back(std::make_unique<sdk::Client>(std::move(options)));
    client.config().on_change("", [this](const sdk::Snapshot& now) {
      const std::lock_guard lock(mutex_);
      if (++running_[now.identity().version] == kInstances) changed_.notify_all();
    });
    if (auto started = client.start(); !started) give_up("SDK: " + started.error());
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::size_t> running_;
  std::vector<std::unique_ptr<sdk::Client>> clients_;
};

void upload(Server& server, int round) {
  const auto data = must(json::parse(document_of(round)), "document");
  must(server.api().post(cli::config_path(kProfile, {"versions"}),
                         json::Object{{"version", version_of(round)}, {"data", data}}),
       "version");
}

double deploy(Server& server, Instances& instances, int round) {
  upload(server, round);
  const auto start = Clock::now();
  const auto deployment =
      must(server.api().post("/api/v1/deployments",
                             json::Object{{"configName", kProfile},
                                          {"configVersion", version_of(round)},
                                          {"strategy", json::Object{{"type", "Direct"}}}}),
           "deployment");
  instances.all_run(version_of(round));
  const auto taken = milliseconds_since(start);
  const auto id = deployment.find("id")->as_string()->str();
  while (*must(server.api().get(cli::deployment_path(id)), "deployment").find("state") !=
         json::Value("Succeeded")) {
    if (Clock::now() - start > kLimit) give_up("a deployment does not end");
    std::this_thread::sleep_for(10ms);
  }
  return taken;
}

}  // namespace

Rows bench_large() {
  std::vector<double> times;
  {
    Server server;
    server.has_profile();
    Instances instances(server);
    instances.all_stream();
    static_cast<void>(deploy(server, instances, 0));
    for (int round = 1; round <= kRounds; ++round)
      times.push_back(deploy(server, instances, round));
  }
  Row row{.bench = "large",
          .what = "1 MiB, release to applied in 100 SDK clients",
          .value = median(times),
          .unit = "ms",
          .goal = Goal::ValueAtMost,
          .bound = 2000};
  row.yardstick = "raw loopback copy of the bytes";
  row.measured = median(copy_to_each(kInstances, limits::kDocumentBytes, kRounds));
  row.ratio = row.value / *row.measured;
  return {row};
}

}  // namespace hotswap::perf
