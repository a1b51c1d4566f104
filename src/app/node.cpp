#include "app/node.hpp"

#include "domain/ports/trace_scope.hpp"
#include "domain/rollout/spans.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

/// Heartbeats are gathered this long before they are written together.
constexpr Duration kFlushEvery = 100ms;
constexpr Duration kSweepEvery = 1s;
/// Refused attempts that were gathered are written this long after their minute at the latest.
constexpr Duration kDenialsEvery = 5s;
/// Between two looks at referenced secrets and at a rotation.
constexpr Duration kSecretsEvery = 500ms;
constexpr Duration kRotationEvery = 2s;  // a look at the database; while one runs, it goes on
/// Levels that go back by themselves, counts of lines.
constexpr Duration kLogEvery = 1s;
constexpr int kRunnerThreads = 4;
/// One router that hangs leaves another to the rest of the services.
constexpr int kTrafficThreads = 2;
/// Streams that are told to reconnect spread themselves over this long.
constexpr Duration kReconnectJitter = 2s;
/// Streams of a node that stops stay so much longer, if another node can take them meanwhile.
constexpr Duration kStreamsStay = 3s;

std::optional<ChannelAdapters::Mailing> mailing(const NotifySettings& settings,
                                                std::string password) {
  if (settings.smtp_url.empty()) return std::nullopt;
  return ChannelAdapters::Mailing{{settings.smtp_url, settings.smtp_user, std::move(password)},
                                  settings.smtp_from};
}

/// The settings were validated before.
net::Reach reach_of(const Settings& settings) {
  return user_reach(settings).value_or(net::Reach::of_users());
}

/// Likewise.
api::CertificateRules certificate_rules(const AuthSettings& auth) {
  return {auth.client_trust_domain,
          client_environments(auth).value_or(std::map<std::string, std::string>())};
}

RetentionPolicy policy(const Settings& settings) {
  return {settings.retention.versions, settings.retention.days};
}

ApprovalPolicy approval_policy(const Settings& settings) {
  return {settings.approvals.environments, settings.approvals.patience};
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
      certificates_(certificate_rules(settings.auth)),
      limits_(settings.limits),
      guard_(settings.guard),
      shown_(settings.shown),
      node_(peers ? peers->self.id : "local"),
      access_(access_options(settings.log, ground.log)),
      clock_(ground.clock),
      logger_(ground.log.logger()),
      metrics_(ground.metrics),
      meters_(metrics_),
      tracer_(tracer_of(settings.otlp, peers)),
      outside_(settings.outside, {ground.clock, random_, ground.log.logger(), metrics_}),
      wrapping_(outside_.before(ground.secrets.wrapper)),
      webhooks_(std::move(keys.webhooks), ground.clock, reach_of(settings)),
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
               ground.log.logger(), [this](const DeploymentId& id) { return signals_.newest(id); },
               thread_cpu_time, settings.limits.deployment_cpu / 100.0, tracer_.get()}),
      signals_(settings, fleet_, runner_, metrics_, ground.clock),
      calendar_(
          {ground.store, committer_, zones_, ground.clock, random_,
           [this](const Caller& caller, const CalendarScope& scope, const std::string& reason) {
             return runner_.pause_all(caller, scope, reason);
           }}),
      deployments_(
          {ground.store, committer_, configs_, fleet_, runner_, versions_, schemas_, ground.clock,
           random_, [this](const Profile& profile) { return calendar_.may_start(profile); },
           settings.limits.deployment_bandwidth, approval_policy(settings), tracer_.get()}),
      reports_({ground.store, fleet_, versions_, ground.clock,
                [this](const Profile& profile) { return calendar_.may_start(profile); }}),
      audit_(ground.store, committer_),
      logs_({committer_, ground.clock, ground.log.logger(), ground.log.book(), metrics_, node_}),
      audit_witness_(settings.store.data_dir),
      rotation_({ground.store, committer_, wrapping_, ground.clock, ground.log.logger(), metrics_,
                 outside_.wraps_keys() ? nullptr : ground.secrets.renew,
                 [this] { return leads(); }}),
      resolver_({ground.store, committer_, sealer_, ground.clock, ground.log.logger(), metrics_,
                 outside_.providers(),
                 [this](const VersionName& version) { return is_assigned(version); },
                 settings.outside.stale,
                 [this](const VersionName& version, const SecretReference& reference) {
                   return may_refer(version, reference);
                 }}),
      router_(webhooks_, reach_of(settings)),
      traffic_({ground.store, committer_, router_, ground.clock, ground.log.logger(),
                [this] { return leads(); }}),
      traffic_hub_(committer_),
      feeds_(ground.store, committer_),
      tokens_(std::move(keys.tokens.issuers), ground.clock, settings.auth.instance_token_life),
      key_keeper_({tokens_, ground.clock, ground.log.logger(), metrics_},
                  std::move(keys.tokens.sources)),
      revocations_(ground.store, committer_, ground.clock),
      cache_(ground.clock),
      store_(ground.store),
      archive_(ground.archive),
      notifier_(ground.log.logger()),
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
               metrics_, [this] { return leads(); }, traced_deployments()}),
      cluster_(peers ? cluster_of(*peers) : nullptr),
      retention_({ground.store, committer_, ground.archive, ground.clock, policy(settings)}),
      retention_job_({retention_, ground.store, committer_, ground.archive, ground.clock, random_,
                      ground.log.logger(), metrics_, policy(settings), settings.retention.at,
                      [this] { return leads(); }, tracer_.get()}),
      audit_forwarder_(forwarder_of(settings)),
      audit_keeper_(keeper_parts(settings, keys.audit, ground.archive)),
      moves_(streams_, ground.clock, random_),
      api_(services()),
      server_(server_options(settings, ground.log.logger()), api_, ground.clock, random_) {
  runner_.prepare_with([this](const Deployment& deployment) {
    const TraceScope scope(tracer_.get(), root_context(deployment));
    return deployments_.prepare_scheduled(deployment);
  });
  traffic_.on_switched([this](const ServiceName& service, const std::string& environment,
                              const TrafficSwitched& switched) {
    runner_.traffic_switched(service, environment, switched);
  });
  committer_.salt_audit(random_);
  configs_.require_approvals(approval_policy(settings));
  audit_.believe({keys.audit, [this] { return audit_witness_.all(); }});
  handle_secrets();
  trace();
  pusher_ = pusher_of(settings.otlp, peers);
  // An erased profile's content is not kept by any node.
  committer_.on_profile_deleted([this](const ProfileName& name) { versions_.forget(name); });
  count_what_happens();
  set_pace(1);
  if (peers) join(*peers);
}

Result<void> Node::load() {
  // What others commit meanwhile is followed from here on.
  auto done = cluster_ ? follower_->begin() : Result<void>();
  if (done) done = revocations_.load();
  if (done) {
    SecretMigration migration({store_, sealer_, logger_, forgetting(archive_)});
    if (auto sealed = migration.run(); !sealed) return std::unexpected(sealed.error());
    done = fleet_.load();
  }
  if (!done) return done;
  // Who drives what is found out by the first tick.
  return cluster_ ? cluster_->join() : runner_.load();
}

Result<std::uint16_t> Node::start() {
  if (auto done = load(); !done) return std::unexpected(done.error());
  auto port = server_.start();
  if (!port) return port;
  streams_.start();
  feeds_.start();
  runner_.start(kRunnerThreads);
  if (tracer_) tracer_->start();
  if (pusher_) pusher_->start();
  key_keeper_.start();
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
  tickers_.push_back(std::make_unique<Ticker>(kLogEvery, [this] { logs_.tick(); }));
  tickers_.push_back(std::make_unique<Ticker>(kDenialsEvery, [this] { api_.flush_denials(); }));
  if (server_.certificate()) {
    tls_ = std::make_unique<TlsKeeper>(server_, clock_, logger_, metrics_);
    tickers_.push_back(std::make_unique<Ticker>(TlsKeeper::kLook, [this] { tls_->tick(); }));
  }
  tickers_.push_back(std::make_unique<Ticker>(kSecretsEvery, [this] { resolver_.refresh(); }));
  tickers_.push_back(std::make_unique<Ticker>(kRotationEvery, [this] {
    while (rotation_.tick() && !draining_) continue;
  }));
  outbox_.start();
  retention_job_.start();
  audit_keeper_.start();
  audit_forwarder_->start();
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
               {{"streams", streams}, {"nodes", working.size()}});
  return plan;
}

void Node::reload(bool reopened) {
  if (tls_) return tls_->reload();
  if (reopened) return;
  logger_.info("server", "nothing to reload: settings are read at the start, and there is no TLS");
}

void Node::drain() {
  draining_ = true;
  server_.drain(drain_plan());
  tickers_.clear();
  key_keeper_.stop();
  signals_.stop();
  runner_.stop();
  outbox_.stop();
  retention_job_.stop();
  audit_keeper_.stop();
  audit_forwarder_->stop();
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
  if (tracer_) tracer_->stop();
  if (pusher_) pusher_->stop();
}

}  // namespace hotswap
