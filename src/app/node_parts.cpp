// How the parts of a node that only some nodes have are made and wired.
#include "app/node.hpp"
#include "infrastructure/clock/host_name.hpp"
#include "infrastructure/notify/audit_webhook.hpp"
#include "infrastructure/syslog/syslog_receiver.hpp"

namespace hotswap {
namespace {

/// On the bus: the change log has grown.
constexpr std::string_view kWakeUp = "changed";

}  // namespace

std::unique_ptr<AuditForwarder> Node::forwarder_of(const Settings& settings) {
  std::vector<std::unique_ptr<AuditReceiver>> receivers;
  const auto& audit = settings.audit;
  if (!audit.syslog.empty())
    receivers.push_back(
        std::make_unique<SyslogReceiver>(audit.syslog, audit.syslog_ca_file, host_name()));
  if (!audit.webhook.empty())
    receivers.push_back(std::make_unique<AuditWebhook>(webhooks_, audit.webhook));
  return std::make_unique<AuditForwarder>(
      AuditForwarder::Parts{store_, committer_, clock_, logger_, metrics_,
                            [this] { return leads(); }},
      std::move(receivers));
}

AuditKeeper::Parts Node::keeper_parts(const Settings& settings, AuditSigning signing,
                                      Archive* archive) {
  const auto& audit = settings.audit;
  AuditKeeper::Parts parts{store_, committer_, audit_,  std::move(signing),
                           clock_, logger_,    metrics_};
  parts.archive = archive;
  parts.every = audit.checkpoint_every;
  parts.entries = static_cast<std::uint64_t>(audit.checkpoint_entries);
  if (audit.keep_days > 0) parts.keep = std::chrono::days(audit.keep_days);
  parts.witness = [this](const AuditCheckpoint& checkpoint) {
    if (audit_witness_.keep(checkpoint)) return;
    logger_.warning("audit", "a checkpoint could not be kept in the data folder");
  };
  parts.sent_to = [this] { return audit_forwarder_->sent_to(); };
  parts.may_run = [this] { return leads(); };
  return parts;
}

std::unique_ptr<ClusterService> Node::cluster_of(const Peers& peers) {
  return std::make_unique<ClusterService>(
      ClusterService::Parts{store_, committer_, peers.services.locks(), peers.services.bus(),
                            fleet_, runner_, clock_, logger_, metrics_},
      peers.self, [this] { return load_now(); });
}

void Node::join(const Peers& peers) {
  const std::string& id = peers.self.id;
  Bus& bus = peers.services.bus();
  shared_ = &peers.services;
  shared_->show(metrics_);
  committer_.log_changes(id, clock_, [&bus] { bus.publish(std::string(kWakeUp)); });
  fleet_.share(id);
  sharing_ = sharing_of(id);
  cache_.turn_off();
  if (auto* contents = shared_->contents()) streams_.frames().share(*contents, metrics_);
  follower_ = std::make_unique<ChangeFollower>(
      ChangeFollower::Parts{store_, committer_, fleet_, runner_, clock_, logger_}, id);
  runner_.share({[this](const DeploymentId& deployment) { return cluster_->take(deployment); },
                 [this](const DeploymentId& deployment) { cluster_->left(deployment); }});
  // The leader switches; whoever drives the deployment hears of it here.
  committer_.on_traffic_changed([this](const Traffic& traffic) {
    const bool done = traffic.confirmed == traffic.generation;
    if (done || !traffic.error.empty())
      runner_.traffic_switched(traffic.service, traffic.environment,
                               {traffic.generation, done, traffic.error});
  });
  bus.on_message([this](std::string_view message) {
    if (message == kWakeUp)
      follower_->wake();
    else
      cluster_->heard(message);
  });
}

std::unique_ptr<StreamSharing> Node::sharing_of(const std::string& own) {
  return std::make_unique<StreamSharing>(
      StreamSharing::Parts{[this] { return streams_.connected(); },
                           [this] { return moves_.leaving(); },
                           [this](std::size_t count, const std::vector<std::string>& to) {
                             return moves_.tell(count, to);
                           },
                           clock_, logger_, metrics_},
      own);
}

void Node::set_pace(double share) {
  streams_.set_pace({limits_.deployment_bandwidth.times(share), limits_.node_bandwidth},
                    static_cast<std::size_t>(limits_.content_memory) << 20U);
}

// A deployment's bandwidth is the cluster's: each node has the share of it that it has of streams.
void Node::share_streams() {
  const auto working = cluster_->working_nodes();
  sharing_->tick(working);
  set_pace(stream_share(working, cluster_->id()));
}

NodeLoad Node::load_now() {
  NodeLoad load;
  load.cpu = cpu_.since_last();
  load.streams = streams_.connected();
  load.instances = fleet_.at_home();
  load.behind = follower_->behind();
  return load;
}

void Node::handle_secrets() {
  configs_.seal_with(sealer_);
  versions_.open_by(opening());
  streams_.frames().resolve_by([this](const VersionName& version, json::Value document) {
    return resolver_.resolve(version, std::move(document));
  });
  resolver_.on_changed([this](const VersionName& version) { deliver_again(version); });
  committer_.on_secret_changed(
      [this](const std::string& reference) { resolver_.changed_elsewhere(reference); });
}

bool Node::is_assigned(const VersionName& version) {
  return std::ranges::any_of(fleet_.assigned(version.first), [&](const Assignment& assignment) {
    return (assignment.active && assignment.active->version == version.second) ||
           (assignment.staged && assignment.staged->version == version.second);
  });
}

Result<void> Node::may_refer(const VersionName& version, const SecretReference& reference) {
  if (!outside_.lists_references()) return {};
  const auto profile = store_.profile(version.first);
  if (!profile) return std::unexpected(profile.error());
  return outside_.may_refer(*profile, reference);
}

void Node::deliver_again(const VersionName& version) {
  streams_.frames().forget(version);
  auto assignments = fleet_.assigned(version.first);
  for (Assignment& assignment : assignments) {
    if (assignment.active && assignment.active->version != version.second) assignment.active = {};
    if (assignment.staged && assignment.staged->version != version.second) assignment.staged = {};
  }
  std::erase_if(assignments, [](const Assignment& one) { return !one.active && !one.staged; });
  streams_.deliver_again(assignments);
}

OpenVersion Node::opening() {
  return [this](const Version& version) { return sealer_.open(version); };
}

}  // namespace hotswap
