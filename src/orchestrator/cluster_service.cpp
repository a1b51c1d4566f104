#include "orchestrator/cluster_service.hpp"

#include "domain/base/limits.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kLeader = "leader";
constexpr std::string_view kDeployment = "deployment:";
/// Less than a lease by what an answer may take.
constexpr Duration kTrusted = limits::kLease - 500ms;
constexpr Duration kNotTakenBack = 5s;
constexpr Duration kKeepChanges = 1h;
constexpr Duration kPrune = 1min;

std::string lock_name(const DeploymentId& id) { return std::string(kDeployment) + id.value; }

}  // namespace

ClusterService::ClusterService(const Parts& parts, ClusterNode self, std::function<NodeLoad()> load)
    : parts_(parts), load_(std::move(load)), self_(std::move(self)), members_(self_.id) {}

Result<void> ClusterService::join() {
  pruned_ = parts_.clock.mono();
  return beat();
}

Result<void> ClusterService::beat() {
  NodeLoad load = load_();
  ChangeSet changes;
  {
    const std::lock_guard lock(mutex_);
    load.deployments = driven_.size();
    self_.load = load;
    ++self_.beat;
    self_.leads = leading_ && parts_.clock.mono() - held_ < kTrusted;
    changes.push_back(change::PutNode{self_});
  }
  if (auto done = parts_.committer.commit(std::move(changes)); !done)
    return std::unexpected(std::move(done.error()));
  parts_.fleet.store_wrote();
  auto nodes = parts_.store.nodes();
  if (!nodes) return std::unexpected(std::move(nodes.error()));
  const std::lock_guard lock(mutex_);
  const MonoTime now = parts_.clock.mono();
  members_.seen(*nodes, now);
  advisor_.seen(members_.working(now), now);
  return {};
}

void ClusterService::serves_at(std::string url) {
  const std::lock_guard lock(mutex_);
  if (self_.url.empty()) self_.url = std::move(url);
}

void ClusterService::tick() {
  const auto beaten = beat();
  // Work is shared even while the store cannot be written: the locks are another matter.
  const auto shared = share_work();
  if (!shared) lose_all();
  const bool fails = !beaten || !shared;
  if (fails && !failing_) {
    const Error& error = beaten ? shared.error() : beaten.error();
    parts_.logger.warning(
        "cluster", "this node cannot take part at the moment, will retry",
        {{"reason", error.reason}, {"detail", error.detail}, {"internal", error.internal}});
  }
  failing_ = fails;
  if (!fails && is_leader()) lead();
}

std::vector<std::string> ClusterService::lock_names(
    const std::vector<std::pair<DeploymentId, std::uint64_t>>& active) {
  const MonoTime now = parts_.clock.mono();
  std::erase_if(given_, [&](const auto& entry) { return now - entry.second > kNotTakenBack; });
  const std::size_t nodes = std::max<std::size_t>(members_.working(now).size(), 1);
  const bool room = !self_.draining && driven_.size() < fair_share(active.size(), nodes);
  std::vector<std::string> names;
  if (!self_.draining) names.emplace_back(kLeader);
  for (const DeploymentId& id : driven_) names.push_back(lock_name(id));
  for (const auto& [id, fence] : active)
    if (room && !driven_.contains(id) && !given_.contains(id)) names.push_back(lock_name(id));
  return names;
}

Result<void> ClusterService::share_work() {
  auto active = parts_.store.active_fences();
  // Without it nothing new is taken, but what is driven stays held.
  if (!active) active = std::vector<std::pair<DeploymentId, std::uint64_t>>();
  std::vector<std::string> names;
  {
    const std::lock_guard lock(mutex_);
    names = lock_names(*active);
  }
  const MonoTime asked = parts_.clock.mono();
  const auto held = parts_.locks.hold(names);
  if (!held) return std::unexpected(held.error());
  std::vector<std::pair<DeploymentId, std::uint64_t>> taken;
  std::set<DeploymentId> lost;
  std::vector<std::string> excess;
  {
    const std::lock_guard lock(mutex_);
    held_ = asked;
    const bool led = std::exchange(leading_, held->contains(std::string(kLeader)));
    if (leading_ && !led) parts_.logger.info("cluster", "this node leads now");
    for (const DeploymentId& id : driven_)
      if (!held->contains(lock_name(id))) lost.insert(id);
    for (const DeploymentId& id : lost) driven_.erase(id);
    const std::size_t nodes = std::max<std::size_t>(members_.working(asked).size(), 1);
    const std::size_t fair = fair_share(active->size(), nodes);
    for (const auto& fenced : *active) {
      if (driven_.contains(fenced.first) || !held->contains(lock_name(fenced.first))) continue;
      if (driven_.size() + taken.size() < fair)
        taken.push_back(fenced);
      else
        excess.push_back(lock_name(fenced.first));
    }
  }
  if (!excess.empty()) static_cast<void>(parts_.locks.release(excess));
  drop(lost);
  adopt_taken(taken);
  give_away_surplus();
  return {};
}

void ClusterService::drop(const std::set<DeploymentId>& lost) {
  for (const DeploymentId& id : lost) parts_.runner.leave(id);
}

void ClusterService::adopt_taken(const std::vector<std::pair<DeploymentId, std::uint64_t>>& taken) {
  for (const auto& [id, fence] : taken) {
    ChangeSet changes;
    changes.push_back(change::ClaimDeployment{id, fence});
    const auto claimed = parts_.committer.commit(std::move(changes));
    auto deployment = claimed ? parts_.store.deployment(id)
                              : Result<Deployment>(std::unexpected(claimed.error()));
    if (!deployment || is_terminal(deployment->state)) {
      static_cast<void>(parts_.locks.release({lock_name(id)}));
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      driven_.insert(id);
    }
    parts_.metrics
        .counter("hotswap_takeovers_total", "Deployments that this node took over from another")
        .add();
    parts_.logger.info("cluster", "drives a deployment from now on", {{"deploymentId", id.value}});
    parts_.runner.adopt(std::move(*deployment));
  }
}

void ClusterService::give_away_surplus() {
  std::vector<DeploymentId> given;
  {
    const std::lock_guard lock(mutex_);
    const MonoTime now = parts_.clock.mono();
    std::vector<std::size_t> others;
    for (const ClusterNode& node : members_.working(now))
      if (node.id != self_.id) others.push_back(node.load.deployments);
    const std::size_t count = self_.draining ? driven_.size() : surplus(driven_.size(), others);
    while (given.size() < count) {
      given.push_back(*driven_.begin());
      given_[given.back()] = now;
      driven_.erase(driven_.begin());
    }
  }
  std::vector<std::string> names;
  for (const DeploymentId& id : given) {
    parts_.runner.leave(id);
    names.push_back(lock_name(id));
  }
  if (!names.empty()) static_cast<void>(parts_.locks.release(names));
}

void ClusterService::lose_all() {
  std::set<DeploymentId> lost;
  {
    const std::lock_guard lock(mutex_);
    if (parts_.clock.mono() - held_ < kTrusted) return;
    lost = std::exchange(driven_, {});
    leading_ = false;
  }
  drop(lost);
}

void ClusterService::lead() {
  const MonoTime now = parts_.clock.mono();
  std::set<std::string> living;
  bool prune = false;
  {
    const std::lock_guard lock(mutex_);
    living = members_.living(now);
    prune = now - pruned_ >= kPrune;
    if (prune) pruned_ = now;
  }
  parts_.fleet.adopt_homeless(living);
  if (!prune) return;
  ChangeSet changes;
  changes.push_back(change::PruneChanges{parts_.clock.wall() - kKeepChanges});
  if (auto nodes = parts_.store.nodes())
    for (const ClusterNode& node : *nodes)
      if (!living.contains(node.id)) changes.push_back(change::DeleteNode{node.id});
  static_cast<void>(parts_.committer.commit(std::move(changes)));  // else in a minute
}

bool ClusterService::take(const DeploymentId& id) {
  const auto held = parts_.locks.hold({lock_name(id)});
  if (!held || held->empty()) return false;  // whoever holds it finds it in the store
  const std::lock_guard lock(mutex_);
  driven_.insert(id);
  return true;
}

void ClusterService::left(const DeploymentId& id) {
  {
    const std::lock_guard lock(mutex_);
    driven_.erase(id);
  }
  static_cast<void>(parts_.locks.release({lock_name(id)}));
}

bool ClusterService::is_leader() const {
  const std::lock_guard lock(mutex_);
  return leading_ && parts_.clock.mono() - held_ < kTrusted;
}

void ClusterService::drain() {
  {
    const std::lock_guard lock(mutex_);
    self_.draining = true;
  }
  static_cast<void>(beat());
}

void ClusterService::leave() {
  drain();
  give_away_surplus();
  static_cast<void>(parts_.locks.release({std::string(kLeader)}));
  ChangeSet changes;
  changes.push_back(change::DeleteNode{self_.id});
  static_cast<void>(parts_.committer.commit(std::move(changes)));
}

void ClusterService::relay() {
  const auto outgoing = parts_.fleet.take_outgoing();
  std::string message;
  const auto send = [&] {
    if (message.empty()) return;
    message += "]}";
    parts_.bus.publish(std::exchange(message, {}));
  };
  for (const auto& each : outgoing) {
    const std::string item = json::write(json::Array{each.instance.value, to_json(each.sample)});
    if (item.size() + 16 > limits::kBusMessage) continue;  // a histogram of thousands of buckets
    if (message.size() + item.size() + 3 > limits::kBusMessage) send();
    message += message.empty() ? "{\"heard\":[" : ",";
    message += item;
  }
  send();
}

void ClusterService::heard(std::string_view message) {
  const auto body = json::parse(message);
  const auto* heard = body ? body->find("heard") : nullptr;
  const auto* items = heard == nullptr ? nullptr : heard->as_array();
  if (items == nullptr) return;
  std::vector<FleetService::Relayed> relayed;
  for (const json::Value& item : *items) {
    const auto* pair = item.as_array();
    const auto* id = pair != nullptr && pair->size() == 2 ? (*pair)[0].as_string() : nullptr;
    if (id == nullptr) continue;
    auto sample = sample_from_json((*pair)[1], "$");
    if (sample) relayed.push_back({InstanceId(id->str()), std::move(*sample)});
  }
  parts_.fleet.take_relayed(relayed);
}

std::size_t ClusterService::advised_nodes() const {
  const std::lock_guard lock(mutex_);
  return advisor_.advice(parts_.clock.mono()).nodes;
}

std::chrono::nanoseconds ClusterService::lease_age() const {
  const std::lock_guard lock(mutex_);
  return parts_.clock.mono() - held_;
}

std::size_t ClusterService::living_nodes() const {
  const std::lock_guard lock(mutex_);
  return members_.living(parts_.clock.mono()).size();
}

std::vector<ClusterNode> ClusterService::working_nodes() const {
  const std::lock_guard lock(mutex_);
  return members_.working(parts_.clock.mono());
}

Result<ClusterService::View> ClusterService::view(const Caller& caller) {
  if (auto ok = authorize(caller.principal, Action::ClusterRead); !ok)
    return std::unexpected(ok.error());
  auto nodes = parts_.store.nodes();
  if (!nodes) return std::unexpected(std::move(nodes.error()));
  const std::lock_guard lock(mutex_);
  const MonoTime now = parts_.clock.mono();
  return View{std::move(*nodes), members_.living(now), self_.id, advisor_.advice(now)};
}

}  // namespace hotswap
