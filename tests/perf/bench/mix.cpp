// What a person at the console waits for while a hundred deployments run: the endpoints that the
// specification names, in a mixed order, over connections that always have a request under way.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

#include "domain/json/parse.hpp"
#include "perf/bench/benches.hpp"
#include "perf/support/fleet.hpp"
#include "perf/support/give_up.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kRunning = 100;   ///< deployments that soak meanwhile
constexpr std::size_t kInstances = 20;  ///< that they reach, with heartbeats
constexpr std::size_t kWritten = 1000;  ///< requests of each writing kind
constexpr std::size_t kRead = 4000;     ///< of each reading kind
constexpr std::size_t kConnections = 8;
constexpr auto kLimit = 120s;

enum Kind : std::size_t { PostConfig, PostDeployment, GetConfig, GetDeployment };

struct Target {
  std::string_view name;
  double p50, p95, p99;  ///< milliseconds, of the specification
};
constexpr std::array<Target, 4> kTargets{{{"POST /configs", 50, 100, 200},
                                          {"POST /deployments", 100, 200, 500},
                                          {"GET /configs/{name}", 20, 50, 100},
                                          {"GET /deployments/{id}", 30, 60, 120}}};

std::string profile_body(const std::string& name) {
  return fmt::format(R"({{"name":"{}","serviceName":"{}","environment":"{}"}})", name, kService,
                     kEnvironment);
}

std::string deployment_body(const std::string& profile, std::string_view strategy) {
  return fmt::format(R"({{"configName":"{}","configVersion":"1.0.0","strategy":{}}})", profile,
                     strategy);
}

double percentile(std::vector<double>& sorted, double part) {
  return sorted.at(std::min(sorted.size() - 1,
                            static_cast<std::size_t>(part * static_cast<double>(sorted.size()))));
}

class Mix {
 public:
  Mix() : fleet_(server_), load_(fleet_.loop(), kConnections) {
    fleet_.register_instances(kInstances);
    fleet_.open_streams();
    for (std::size_t i = 0; i < kRunning; ++i) {
      running_.push_back("running-" + std::to_string(i));
      has_version(running_.back());
    }
    for (std::size_t i = 0; i < kWritten; ++i) has_version("direct-" + std::to_string(i));
    settle("profiles");
    for (const auto& name : running_)
      ask("POST", "/api/v1/deployments",
          deployment_body(name, R"({"type":"Canary","phases":[10,50,100],"phaseInterval":"PT1H",)"
                                R"("healthCheckEnabled":false})"),
          [this](const HttpAnswer& answer) {
            ids_.push_back(
                must(json::parse(answer.body), "deployment").find("id")->as_string()->str());
          });
    settle("deployments");
  }

  Rows measure() {
    std::vector<Kind> order;
    for (std::size_t i = 0; i < kWritten; ++i)
      order.insert(order.end(), {PostConfig, PostDeployment});
    for (std::size_t i = 0; i < kRead; ++i) order.insert(order.end(), {GetConfig, GetDeployment});
    std::ranges::shuffle(order, random_);
    std::size_t answered = 0;
    for (const auto kind : order) plan_.push_back(kind);
    const auto started = Clock::now();
    for (std::size_t i = 0; i < kConnections; ++i) next(answered);
    fleet_.loop().run_until([&] { return answered == order.size(); }, kLimit, "the mix");
    const auto rate = static_cast<double>(answered) / seconds_since(started);
    check_running();
    Rows rows;
    for (std::size_t kind = 0; kind < kTargets.size(); ++kind)
      report(rows, kTargets.at(kind), times_.at(kind));
    rows.push_back({.bench = "mix", .what = "requests of the mix", .value = rate, .unit = "/s"});
    return rows;
  }

 private:
  void ask(
      const std::string& method, const std::string& path, const std::string& body,
      RequestPool::OnAnswer then = [](const HttpAnswer&) {}) {
    load_.submit(request_text(method, path, server_.token(), body),
                 [then = std::move(then), what = method + ' ' + path](const HttpAnswer& answer) {
                   if (answer.status >= 300) give_up(what + ": " + std::string(answer.body));
                   then(answer);
                 });
  }
  void has_version(const std::string& name) {
    ask("POST", "/api/v1/configs", profile_body(name), [this, name](const HttpAnswer&) {
      ask("POST", cli::config_path(name, {"versions"}) + "?version=1.0.0", document_1k(1));
    });
  }
  void settle(const std::string& what) {
    fleet_.loop().run_until([&] { return load_.unanswered() == 0; }, kLimit, what);
  }
  /// The next request of the plan; its time is from its sending to its whole answer.
  void next(std::size_t& answered) {
    if (plan_.empty()) return;
    const auto kind = plan_.back();
    plan_.pop_back();
    const auto begun = Clock::now();
    const auto done = [this, kind, begun, &answered](const HttpAnswer&) {
      times_.at(kind).push_back(milliseconds_since(begun));
      ++answered;
      next(answered);
    };
    const auto number = counts_.at(kind)++;
    switch (kind) {
      case PostConfig:
        return ask("POST", "/api/v1/configs", profile_body("new-" + std::to_string(number)), done);
      case PostDeployment:
        return ask("POST", "/api/v1/deployments",
                   deployment_body("direct-" + std::to_string(number), R"({"type":"Direct"})"),
                   done);
      case GetConfig:
        return ask("GET", cli::config_path(running_[random_() % running_.size()]), "", done);
      case GetDeployment:
        return ask("GET", cli::deployment_path(ids_[random_() % ids_.size()]), "", done);
    }
  }
  /// What was measured is worth nothing if they have ended meanwhile.
  void check_running() {
    for (const auto& id : ids_) {
      const auto view = must(server_.api().get(cli::deployment_path(id)), "deployment");
      if (*view.find("state") != json::Value("Running")) give_up("a deployment runs no more");
    }
  }
  static void report(Rows& rows, const Target& target, std::vector<double>& times) {
    std::ranges::sort(times);
    for (const auto& [name, part, bound] :
         {std::tuple("p50", 0.5, target.p50), {"p95", 0.95, target.p95}, {"p99", 0.99, target.p99}})
      rows.push_back({.bench = "mix",
                      .what = fmt::format("{}, {}", target.name, name),
                      .value = percentile(times, part),
                      .unit = "ms",
                      .goal = Goal::ValueAtMost,
                      .bound = bound});
  }

  Server server_;
  Fleet fleet_;
  RequestPool load_;
  std::vector<std::string> running_, ids_;
  std::vector<Kind> plan_;
  std::array<std::vector<double>, 4> times_;
  std::array<std::size_t, 4> counts_{};
  std::mt19937 random_{1};
};

}  // namespace

Rows bench_mix() { return Mix().measure(); }

}  // namespace hotswap::perf
