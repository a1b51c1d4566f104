#include "orchestrator/change_follower.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kBatch = 200;

}  // namespace

ChangeFollower::ChangeFollower(const Parts& parts, std::string node)
    : parts_(parts), node_(std::move(node)) {}

ChangeFollower::~ChangeFollower() { stop(); }

Result<void> ChangeFollower::begin() {
  auto last = parts_.store.last_change();
  if (!last) return std::unexpected(std::move(last.error()));
  last_ = *last;
  looked_ = parts_.clock.mono();
  return {};
}

void ChangeFollower::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_.notify_one();
}

Result<void> ChangeFollower::follow() {
  const std::lock_guard lock(follow_mutex_);
  if (parts_.clock.mono() - looked_ > kAwayMax)
    if (auto done = start_over(); !done) return done;
  for (;;) {
    auto changes = parts_.store.changes(last_, kBatch);
    if (!changes) return std::unexpected(std::move(changes.error()));
    looked_ = parts_.clock.mono();
    behind_ = changes->size();
    if (changes->empty()) return {};
    for (const LoggedChange& change : *changes) {
      if (change.node != node_)
        if (auto done = take(change); !done) return done;
      last_ = change.sequence;
    }
  }
}

Result<void> ChangeFollower::complete(Touched& touched) {
  for (const ProfileName& profile : touched.reassigned) {
    auto news = parts_.fleet.refresh(profile);
    if (!news) return std::unexpected(std::move(news.error()));
    if (!news->empty())
      touched.assigned.push_back({std::move(*news), Assigned::Telling{AssignMode::Deliver, {}}});
  }
  std::vector<Traffic> traffics;
  for (const Traffic& named : touched.traffics) {
    auto traffic = parts_.store.traffic(named.service, named.environment);
    if (!traffic) return std::unexpected(std::move(traffic.error()));
    traffics.push_back(std::move(*traffic));
  }
  touched.traffics = std::move(traffics);
  return {};
}

Result<void> ChangeFollower::take(const LoggedChange& change) {
  auto touched = touched_from_json(change.body);
  if (!touched) {
    // A newer node's: what it means will be read from the store when it matters.
    parts_.logger.warning("cluster", "a change of another node was not understood",
                          {{"node", change.node}, {"detail", touched.error().detail}});
    return {};
  }
  FleetService& fleet = parts_.fleet;
  if (!touched->removed.empty()) fleet.removed_elsewhere(touched->removed);
  if (auto done = fleet.learn(touched->instances); !done) return done;
  if (!touched->heard.empty()) fleet.heard_elsewhere(touched->heard, change.node);
  if (auto done = complete(*touched); !done) return done;
  parts_.committer.hear(*touched);
  // After the assignments that they answer.
  if (!touched->observed.empty()) fleet.observed_elsewhere(touched->observed);
  for (const DeploymentId& id : touched->deployments) parts_.runner.changed_elsewhere(id);
  return {};
}

Result<void> ChangeFollower::start_over() {
  parts_.logger.warning("cluster", "away for too long: reading all instances anew");
  if (auto done = begin(); !done) return done;
  auto revoked = parts_.store.revocations();
  if (!revoked) return std::unexpected(std::move(revoked.error()));
  Touched touched;
  touched.revoked = std::move(*revoked);
  parts_.committer.hear(touched);
  return parts_.fleet.load();
}

void ChangeFollower::drive(const std::stop_token& stop) {
  bool failing = false;
  while (!stop.stop_requested()) {
    const auto done = follow();
    if (!done && !failing)
      parts_.logger.warning("cluster", "cannot follow the other nodes, will retry",
                            {{"reason", done.error().reason}, {"internal", done.error().internal}});
    failing = !done;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kLookAgain, [this] { return woken_; });
    woken_ = false;
  }
}

void ChangeFollower::start() {
  if (thread_.joinable()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { drive(stop); });
}

void ChangeFollower::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

}  // namespace hotswap
