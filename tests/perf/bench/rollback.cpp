// Going back, and switching at once, over 1,000 connected streams: from the moment POST …/rollback
// is sent until the last acknowledgement of the old version is answered; and how far apart the
// first and the last instance activate a version that all of them hold.

#include <thread>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "perf/bench/benches.hpp"
#include "perf/bench/yardsticks.hpp"
#include "perf/support/fleet.hpp"
#include "perf/support/give_up.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kStreams = 1000;
constexpr int kRounds = 7;
constexpr auto kLimit = 60s;
/// One frame that carries no content; the document alone has a thousand bytes.
constexpr std::size_t kFrameWithoutContent = 400;

constexpr auto kWatched =
    R"({"type":"Canary","phases":[100],"phaseInterval":"PT1H","healthCheckEnabled":false})";
constexpr auto kSlots =
    R"({"type":"BlueGreen","verificationPeriod":"PT1H","keepBlueDuration":"PT1H",)"
    R"("healthCheckEnabled":false})";

std::string version_of(int number) { return "1.0." + std::to_string(number); }

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

/// A server, its fleet, and the deployments of one profile, one after the other.
class Stage {
 public:
  Stage() : fleet_(server_) {
    server_.has_profile();
    fleet_.register_instances(kStreams);
    fleet_.open_streams();
    deploy(R"({"type":"Direct"})");
    answered(1);
    ended("Succeeded");
  }
  [[nodiscard]] const Fleet::Progress& progress() const { return fleet_.progress(); }

  /// Uploads the next version and starts it; instances answer from now on.
  void deploy(const std::string& strategy) {
    const auto data = must(json::parse(document_1k(static_cast<std::size_t>(number_))), "document");
    must(server_.api().post(cli::config_path(kProfile, {"versions"}),
                            json::Object{{"version", version_of(number_)}, {"data", data}}),
         "version");
    fleet_.reset();
    const auto body = R"({"configName":")" + std::string(kProfile) + R"(","configVersion":")" +
                      version_of(number_) + R"(","strategy":)" + strategy + "}";
    ++number_;
    id_.clear();
    ask("/api/v1/deployments", body, [this](const HttpAnswer& answer) {
      id_ = *must(json::parse(answer.body), "deployment").find("id")->as_string();
    });
  }
  /// POST …/`verb`; nothing is counted that came before.
  Clock::time_point command(const std::string& verb) {
    fleet_.reset();
    const auto start = Clock::now();
    ask(cli::deployment_path(id_, verb), "{}", [](const HttpAnswer&) {});
    return start;
  }
  /// Until every instance was told `times` and each answer is in.
  void answered(std::size_t times) {
    const auto all = times * fleet_.size();
    fleet_.loop().run_until([&] { return progress().acknowledged >= all && !id_.empty(); }, kLimit,
                            "acknowledgements");
  }
  /// Until the server has read every answer and only watches.
  void soaking() {
    wait_until("soaking", [](const json::Value& deployment) {
      const auto* step = deployment.find("step");
      const auto* phase = step != nullptr ? step->find("phase") : nullptr;
      return phase != nullptr && *phase == json::Value("Soaking");
    });
  }
  /// The next deployment of a profile starts when the last one has ended.
  void ended(const std::string& state) {
    wait_until(state, [&](const json::Value& deployment) {
      return *deployment.find("state") == json::Value(state);
    });
  }

 private:
  void wait_until(const std::string& what, const std::function<bool(const json::Value&)>& holds) {
    json::Value seen;
    for (const auto start = Clock::now(); Clock::now() - start < kLimit;) {
      seen = must(server_.api().get(cli::deployment_path(id_)), "deployment");
      if (holds(seen)) return;
      std::this_thread::sleep_for(10ms);
    }
    give_up("a deployment is not " + what + ": " + json::write(seen).substr(0, 1000));
  }
  void ask(const std::string& path, const std::string& body, RequestPool::OnAnswer on_answer) {
    fleet_.requests().submit(request_text("POST", path, server_.token(), body),
                             [on_answer = std::move(on_answer)](const HttpAnswer& answer) {
                               if (answer.status >= 300)
                                 give_up("refused: " + std::string(answer.body));
                               on_answer(answer);
                             });
  }

  Server server_;
  Fleet fleet_;
  std::string id_;
  int number_ = 0;
};

/// What is undone is held by everybody: nobody may be sent a document again.
void check_frames(const Fleet::Progress& progress) {
  if (progress.activated != progress.delivered) give_up("an undo delivered content");
  if (progress.bytes > progress.delivered * kFrameWithoutContent) give_up("an undo is too long");
}

struct Times {
  std::vector<double> undone, undone_slots, spread;
  double frame_bytes = 0;
};

void roll_back(Stage& stage, std::vector<double>& times, double& frame_bytes) {
  const auto start = stage.command("rollback");
  stage.answered(1);
  const auto& progress = stage.progress();
  times.push_back(milliseconds(progress.last_acknowledgement - start));
  check_frames(progress);
  frame_bytes = static_cast<double>(progress.bytes) / static_cast<double>(progress.delivered);
  stage.ended("RolledBack");
}

void round(Stage& stage, Times& times) {
  stage.deploy(kWatched);
  stage.answered(1);
  stage.soaking();
  roll_back(stage, times.undone, times.frame_bytes);

  stage.deploy(kSlots);
  stage.answered(2);  // staged, then activated
  const auto& progress = stage.progress();
  if (progress.activated != kStreams) give_up("not every instance was told to activate");
  stage.soaking();
  times.spread.push_back(milliseconds(progress.last_activation - progress.first_activation));
  roll_back(stage, times.undone_slots, times.frame_bytes);
}

Row limited(std::string what, double value, double bound) {
  return {.bench = "rollback",
          .what = std::move(what),
          .value = value,
          .unit = "ms",
          .goal = Goal::ValueAtMost,
          .bound = bound};
}

}  // namespace

Rows bench_rollback() {
  Times times;
  {
    Stage stage;
    Times warm_up;
    round(stage, warm_up);
    for (int i = 0; i < kRounds; ++i) round(stage, times);
  }
  auto undone = limited("1,000 streams back, last acknowledgement", median(times.undone), 1000);
  undone.yardstick = "raw epoll push and answer";
  undone.measured = median(push_and_acknowledge(kStreams, 1024, kRounds));
  undone.ratio = undone.value / *undone.measured;
  return {undone,
          limited("the same, after a switch of slots", median(times.undone_slots), 1000),
          limited("slots: first to last activation of 1,000", median(times.spread), 100),
          {.bench = "rollback",
           .what = "sent to each by an undo, of a document of 1 KB",
           .value = times.frame_bytes,
           .unit = "B"}};
}

}  // namespace hotswap::perf
