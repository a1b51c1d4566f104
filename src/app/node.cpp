#include "app/node.hpp"

#include "orchestrator/health_gauges.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

/// Heartbeats are gathered this long before they are written together.
constexpr Duration kFlushEvery = 100ms;
constexpr Duration kSweepEvery = 1s;
/// Between two looks at referenced secrets and at a rotation.
constexpr Duration kSecretsEvery = 500ms;
constexpr int kRunnerThreads = 4;
/// One router that hangs leaves another to the rest of the services.
constexpr int kTrafficThreads = 2;
/// Streams that are told to reconnect spread themselves over this long.
constexpr Duration kReconnectJitter = 2s;
/// Streams of a node that stops stay so much longer, if another node can take them meanwhile.
constexpr Duration kStreamsStay = 3s;
/// On the bus: the change log has grown.
constexpr std::string_view kWakeUp = "changed";

std::optional<ChannelAdapters::Mailing> mailing(const NotifySettings& settings,
                                                std::string password) {
  if (settings.smtp_url.empty()) return std::nullopt;
  return ChannelAdapters::Mailing{{settings.smtp_url, settings.smtp_user, std::move(password)},
                                  settings.smtp_from};
}

RetentionPolicy policy(const Settings& settings) {
  return {settings.retention.versions, settings.retention.days};
}

/// The object of an archived version; it holds nothing of other profiles.
std::function<Result<void>(const Version&)> forgetting(Archive* archive) {
  return [archive](const Version& version) -> Result<void> {
    if (!version.archived) return {};
    if (archive == nullptr)
      return fail(ErrorCode::Unavailable, "archive.unavailable",
                  "Versions lie in an archive that this server does not know: give --archive.");
    return archive->remove(version.archived->object);
  };
}

}  // namespace

Node::Node(const Settings& settings, NodeKeys keys, const Ground& ground,
           const std::optional<Peers>& peers)
    : listen_(settings.listen),
      limits_(settings.limits),
      clock_(ground.clock),
      logger_(ground.logger),
      outside_(settings.outside, {ground.clock, random_, ground.logger, metrics_}),
      wrapping_(outside_.before(ground.secrets.wrapper)),
      webhooks_(std::move(keys.webhooks), ground.clock),
      committer_(ground.store),
      sealer_(ground.store, wrapping_, ground.secrets.cipher),
      versions_(ground.store),
      streams_(versions_, ground.clock),
      schema_cache_(ground.store),
      schemas_({ground.store, committer_, schema_cache_, ground.clock, opening()}),
      configs_(ground.store, committer_, versions_, schemas_, ground.clock),
      fleet_({ground.store, committer_, schemas_.verdicts(), ground.clock, random_},
             {settings.fleet.heartbeat_interval, settings.fleet.remove_after}),
      runner_({ground.store, committer_, fleet_, versions_, streams_, webhooks_, ground.clock,
               ground.logger, [this](const DeploymentId& id) { return signals_.newest(id); },
               thread_cpu_time, settings.limits.deployment_cpu / 100.0}),
      signals_(settings, fleet_, runner_, metrics_, ground.clock),
      calendar_(
          {ground.store, committer_, zones_, ground.clock, random_,
           [this](const Caller& caller, const CalendarScope& scope, const std::string& reason) {
             return runner_.pause_all(caller, scope, reason);
           }}),
      deployments_({ground.store, committer_, configs_, fleet_, runner_, versions_, schemas_,
                    ground.clock, random_,
                    [this](const Profile& profile) { return calendar_.may_start(profile); },
                    settings.limits.deployment_bandwidth}),
      reports_({ground.store, fleet_, versions_, ground.clock}),
      audit_(ground.store, committer_),
      rotation_({ground.store, committer_, wrapping_, ground.clock, ground.logger, metrics_,
                 outside_.wraps_keys() ? nullptr : ground.secrets.renew,
                 [this] { return leads(); }}),
      resolver_({ground.store, committer_, sealer_, ground.clock, ground.logger, metrics_,
                 outside_.providers(),
                 [this](const VersionName& version) { return is_assigned(version); },
                 settings.outside.stale,
                 [this](const VersionName& version, const SecretReference& reference) {
                   return may_refer(version, reference);
                 }}),
      router_(webhooks_),
      traffic_({ground.store, committer_, router_, ground.clock, ground.logger,
                [this] { return leads(); }}),
      traffic_hub_(committer_),
      feeds_(ground.store, committer_),
      tokens_({.keys = {std::move(keys.tokens)}, .issuer = {}, .audience = {}}, ground.clock),
      cache_(ground.clock),
      store_(ground.store),
      archive_(ground.archive),
      notifier_(ground.logger),
      channels_(webhooks_, settings.notify.public_url,
                mailing(settings.notify, std::move(keys.smtp_password))),
      notifications_({ground.store, committer_, channels_, ground.clock, random_}),
      erasures_({.store = ground.store,
                 .committer = committer_,
                 .versions = versions_,
                 .clock = ground.clock,
                 .random = random_,
                 .metrics = metrics_,
                 .forget_archived = forgetting(ground.archive),
                 .forget = [this] { calendar_.forget(); }}),
      outbox_({ground.store, committer_, notifier_, channels_, webhooks_, ground.clock, random_,
               metrics_, [this] { return leads(); }}),
      cluster_(peers ? cluster_of(*peers) : nullptr),
      retention_({ground.store, committer_, ground.archive, ground.clock, policy(settings)}),
      retention_job_({retention_, ground.store, committer_, ground.archive, ground.clock, random_,
                      ground.logger, metrics_, policy(settings), settings.retention.at,
                      [this] { return leads(); }}),
      moves_(streams_, ground.clock, random_),
      api_(services()),
      server_(server_options(settings, ground.logger), api_, ground.clock, random_) {
  runner_.prepare_with(
      [this](const Deployment& deployment) { return deployments_.prepare_scheduled(deployment); });
  traffic_.on_switched([this](const ServiceName& service, const std::string& environment,
                              const TrafficSwitched& switched) {
    runner_.traffic_switched(service, environment, switched);
  });
  committer_.salt_audit(random_);
  handle_secrets();
  // An erased profile's content is not kept by any node.
  committer_.on_profile_deleted([this](const ProfileName& name) { versions_.forget(name); });
  count_what_happens();
  set_pace(1);
  if (peers) join(*peers);
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

void Node::count_what_happens() {
  // There from the start: a counter that appears with its first failure shows no increase of it.
  Counter& failures =
      metrics_.counter("hotswap_commit_failures_total", "Commits that the store could not do");
  committer_.on_events([this](const std::vector<TimelineEvent>& events) {
    for (const TimelineEvent& event : events)
      metrics_
          .counter("hotswap_events_total", "Events of the timeline, by kind",
                   {{"kind", event.kind}})
          .add();
  });
  committer_.on_failure([this, &failures](const Error& error) {
    failures.add();
    logger_.warning("store", "commit failed",
                    {{"reason", error.reason}, {"internal", error.internal}});
  });
}

api::Services Node::services() {
  return {.configs = configs_,
          .schemas = schemas_,
          .deployments = deployments_,
          .reports = reports_,
          .calendar = calendar_,
          .fleet = fleet_,
          .audit = audit_,
          .secrets = rotation_,
          .traffic = traffic_,
          .notifications = notifications_,
          .retention = retention_job_,
          .erasures = erasures_,
          .store = store_,
          .committer = committer_,
          .streams = streams_,
          .feeds = feeds_,
          .traffic_hub = traffic_hub_,
          .tokens = tokens_,
          .cache = cache_,
          .clock = clock_,
          .logger = logger_,
          .version = HS_VERSION,
          .metrics_text =
              [this] {
                refresh_gauges();
                return metrics_.render();
              },
          .metrics_open = false,
          .draining = [this] { return draining_.load(); },
          .secret_sources = &outside_.sources(),
          .cluster = cluster_.get(),
          .moves = cluster_ ? &moves_ : nullptr};
}

api::ServerOptions Node::server_options(const Settings& settings, Logger& logger) {
  api::ServerOptions options;
  options.address = settings.listen.address;
  options.port = settings.listen.port;
  options.io_threads = settings.listen.io_threads;
  if (options.io_threads == 0)
    options.io_threads = std::max(1, static_cast<int>(allowed_cores() / 2));
  options.workers = settings.listen.workers;
  // To wait for a database across a network takes no processor.
  if (options.workers == 0) options.workers = settings.store.database.empty() ? 4 : 64;
  if (!settings.listen.tls_cert.empty())
    options.tls = api::TlsFiles{settings.listen.tls_cert, settings.listen.tls_key};
  options.on_warning = [&logger](std::string_view what) {
    logger.warning("server", "transport", {{"detail", what}});
  };
  return options;
}

void Node::refresh_gauges() {
  const api::ServerStats stats = server_.stats();
  const auto set = [&](const char* name, const char* help, std::size_t value) {
    metrics_.gauge(name, help).set(static_cast<double>(value));
  };
  set("hotswap_connections", "Open connections", stats.connections);
  set("hotswap_streams", "Open event streams", stats.streams);
  set("hotswap_worker_queue", "Requests waiting for the pool", stats.queued);
  set("hotswap_requests_read", "Requests read since the start", stats.requests);
  set("hotswap_instances", "Registered instances", fleet_.size());
  set("hotswap_deployments_active", "Deployments that have not ended", runner_.active());
  const api::StreamHub::Flow flow = streams_.flow();
  set("hotswap_content_sent_bytes", "Bytes of contents sent to instances", flow.sent);
  set("hotswap_content_waiting", "Contents that wait for bandwidth or memory", flow.waiting);
  set("hotswap_content_memory_bytes", "Bytes of contents ready to be sent or kept", flow.memory);
  set("hotswap_content_held_up", "Times that contents waited for memory", flow.held_up);
  set("hotswap_deployments_rested", "Times that a deployment had used its share of the CPU",
      runner_.rests());
  if (cluster_) {
    set("hotswap_cluster_nodes", "Nodes of the cluster that live", cluster_->living_nodes());
    set("hotswap_cluster_nodes_recommended", "Nodes that the cluster should have",
        cluster_->advised_nodes());
    set("hotswap_cluster_leader", "Whether this node does what only one may",
        cluster_->is_leader() ? 1 : 0);
    set("hotswap_cluster_changes_behind", "Changes of other nodes that are not followed yet",
        follower_->behind());
  }
  publish_health(runner_.health(), metrics_);
}

std::string Node::served_at(std::uint16_t port) const {
  const bool v6 = listen_.address.contains(':');
  return (listen_.tls_cert.empty() ? "http://" : "https://") +
         (v6 ? '[' + listen_.address + ']' : listen_.address) + ':' + std::to_string(port);
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

Result<void> Node::load() {
  SecretMigration migration({store_, sealer_, logger_, forgetting(archive_)});
  if (auto sealed = migration.run(); !sealed) return std::unexpected(sealed.error());
  // Who drives what is found out by the first tick.
  if (!cluster_) {
    auto loaded = fleet_.load();
    return loaded ? runner_.load() : loaded;
  }
  auto done = follower_->begin();
  if (done) done = fleet_.load();
  if (done) done = cluster_->join();
  return done;
}

Result<std::uint16_t> Node::start() {
  if (auto done = load(); !done) return std::unexpected(done.error());
  auto port = server_.start();
  if (!port) return port;
  streams_.start();
  feeds_.start();
  runner_.start(kRunnerThreads);
  signals_.start();
  outside_.start();
  traffic_.start(kTrafficThreads);
  tickers_.push_back(std::make_unique<Ticker>(kFlushEvery, [this] { fleet_.flush(); }));
  tickers_.push_back(std::make_unique<Ticker>(kSweepEvery, [this] { fleet_.sweep(); }));
  if (cluster_) {
    shared_->start();
    cluster_->serves_at(served_at(*port));
    follower_->start();
    tickers_.push_back(
        std::make_unique<Ticker>(ClusterService::kTick, [this] { cluster_->tick(); }));
    tickers_.push_back(
        std::make_unique<Ticker>(ClusterService::kRelay, [this] { cluster_->relay(); }));
    tickers_.push_back(std::make_unique<Ticker>(StreamSharing::kTick, [this] { share_streams(); }));
  }
  tickers_.push_back(std::make_unique<Ticker>(kSecretsEvery, [this] { resolver_.refresh(); }));
  tickers_.push_back(std::make_unique<Ticker>(kSecretsEvery, [this] {
    while (rotation_.tick() && !draining_) continue;
  }));
  outbox_.start();
  retention_job_.start();
  return port;
}

api::DrainPlan Node::drain_plan() {
  api::DrainPlan plan{.jitter = kReconnectJitter};
  if (!cluster_) return plan;
  cluster_->drain();
  const auto working = cluster_->working_nodes();
  for (const ClusterNode& node : working) plan.to.push_back(node.url);
  if (!working.empty()) plan.linger = kStreamsStay;
  const std::size_t streams = streams_.connected();
  metrics_
      .counter("hotswap_streams_hinted_total", "Streams that were asked to go to another node",
               {{"why", "drain"}})
      .add(static_cast<double>(streams));
  logger_.info("cluster", "sends its streams to other nodes",
               {{"streams", streams}, {"others", working.size()}});
  return plan;
}

void Node::drain() {
  draining_ = true;
  server_.drain(drain_plan());
  tickers_.clear();
  signals_.stop();
  runner_.stop();
  outbox_.stop();
  retention_job_.stop();
  traffic_.stop();
  if (cluster_) {
    cluster_->leave();
    shared_->stop();
    follower_->stop();
  }
  feeds_.stop();
  streams_.stop();
  outside_.stop();
  fleet_.flush();
}

}  // namespace hotswap
