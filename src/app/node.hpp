#pragma once
// One server process put together: the only place that sees all layers.

#include "api/resources/api.hpp"
#include "api/server/http_server.hpp"
#include "app/audit_witness.hpp"
#include "app/cpu_meter.hpp"
#include "app/ground.hpp"
#include "app/outside_secrets.hpp"
#include "app/settings.hpp"
#include "app/signals.hpp"
#include "app/ticker.hpp"
#include "app/tls_keeper.hpp"
#include "app/trust.hpp"
#include "infrastructure/clock/cores.hpp"
#include "infrastructure/clock/system_random.hpp"
#include "infrastructure/clock/time_zones.hpp"
#include "infrastructure/cluster/services.hpp"
#include "infrastructure/metrics/prometheus_metrics.hpp"
#include "infrastructure/notify/channel_adapters.hpp"
#include "infrastructure/notify/log_notifier.hpp"
#include "infrastructure/notify/webhook_sender.hpp"
#include "infrastructure/otlp/metrics_pusher.hpp"
#include "infrastructure/otlp/otlp_tracer.hpp"
#include "infrastructure/traffic/configured_router.hpp"
#include "orchestrator/audit_forwarder.hpp"
#include "orchestrator/audit_keeper.hpp"
#include "orchestrator/change_follower.hpp"
#include "orchestrator/cluster_service.hpp"
#include "orchestrator/config_meters.hpp"
#include "orchestrator/log_service.hpp"
#include "orchestrator/outbox_worker.hpp"
#include "orchestrator/secret_migration.hpp"
#include "orchestrator/secret_resolver.hpp"
#include "orchestrator/secret_rotation.hpp"
#include "orchestrator/stream_sharing.hpp"

namespace hotswap {

/// What the server signs with, and whose tokens it takes.
struct NodeKeys {
  Trust tokens;
  std::string webhooks;
  std::string smtp_password;
  AuditSigning audit;
};

/// What makes a server one of several.
struct Peers {
  ClusterNode self;
  cluster::Services& services;
};

class Node {
 public:
  /// `peers`: none for a server that is alone.
  Node(const Settings& settings, NodeKeys keys, const Ground& ground,
       const std::optional<Peers>& peers);

  /// Takes over what the store knows, then listens: the port.
  [[nodiscard]] Result<std::uint16_t> start();
  /// Finishes requests, tells streams to reconnect, writes what was gathered.
  void drain();
  /// Takes the certificate's files again. `reopened`: there was something to do already.
  void reload(bool reopened);

 private:
  void count_what_happens();
  void refresh_transport();
  void refresh_flow();
  void refresh_cluster();
  [[nodiscard]] std::string metrics_text(bool open_metrics);
  /// Whether this node does what one of all does: alone it does everything.
  [[nodiscard]] bool leads() const { return !cluster_ || cluster_->is_leader(); }
  [[nodiscard]] std::unique_ptr<AuditForwarder> forwarder_of(const Settings& settings);
  [[nodiscard]] AuditKeeper::Parts keeper_parts(const Settings& settings, AuditSigning signing,
                                                Archive* archive);
  [[nodiscard]] std::unique_ptr<ClusterService> cluster_of(const Peers& peers);
  void join(const Peers& peers);
  [[nodiscard]] std::unique_ptr<StreamSharing> sharing_of(const std::string& own);
  [[nodiscard]] api::DrainPlan drain_plan();
  void set_pace(double share);
  void share_streams();
  [[nodiscard]] std::string served_at(std::uint16_t port) const;
  [[nodiscard]] Result<void> load();
  [[nodiscard]] OpenVersion opening();
  void handle_secrets();
  [[nodiscard]] bool is_assigned(const VersionName& version);
  [[nodiscard]] Result<void> may_refer(const VersionName& version,
                                       const SecretReference& reference);
  void deliver_again(const VersionName& version);
  [[nodiscard]] NodeLoad load_now();
  // node_traces.cpp
  [[nodiscard]] otlp::Source otlp_source(const OtlpSettings& otlp,
                                         const std::optional<Peers>& peers);
  [[nodiscard]] std::unique_ptr<otlp::MetricsPusher> pusher_of(const OtlpSettings& otlp,
                                                               const std::optional<Peers>& peers);
  [[nodiscard]] std::unique_ptr<otlp::OtlpTracer> tracer_of(const OtlpSettings& otlp,
                                                            const std::optional<Peers>& peers);
  [[nodiscard]] std::function<std::string(const DeploymentId&)> traced_deployments();
  void trace();
  void refresh_gauges();
  [[nodiscard]] api::Services services();
  [[nodiscard]] api::GateOptions gate();
  /// For support.
  [[nodiscard]] json::Object facts();
  [[nodiscard]] static api::AccessOptions access_options(const LogSettings& settings,
                                                         ServerLog& log);
  [[nodiscard]] static api::ServerOptions server_options(const Settings& settings, Logger& logger);

  const ListenSettings listen_;
  const api::CertificateRules certificates_;
  const LimitSettings limits_;
  const GuardSettings guard_;
  const std::vector<ShownSetting> shown_;
  const std::string node_;  ///< of this node among others
  const api::AccessOptions access_;
  const Clock& clock_;
  const WallTime started_at_ = clock_.wall();
  Logger& logger_;
  SystemRandom random_;
  std::string otlp_id_;  ///< service.instance.id; empty: not asked for yet
  PrometheusMetrics& metrics_;
  ConfigMeters meters_;
  std::unique_ptr<otlp::OtlpTracer> tracer_;  ///< null: nothing is traced
  OutsideSecrets outside_;
  KeyWrappers wrapping_;
  WebhookSender webhooks_;
  Committer committer_;
  SecretSealer sealer_;
  VersionCache versions_;
  api::StreamHub streams_;
  SchemaCache schema_cache_;
  SchemaService schemas_;
  ConfigService configs_;
  FleetService fleet_;
  DeploymentRunner runner_;
  Signals signals_;
  SystemTimeZones zones_;
  CalendarService calendar_;
  DeploymentService deployments_;
  ReportService reports_;
  AuditService audit_;
  LogService logs_;
  AuditWitness audit_witness_;
  SecretRotation rotation_;
  SecretResolver resolver_;
  ConfiguredRouter router_;
  TrafficService traffic_;
  api::TrafficHub traffic_hub_;
  api::FeedHub feeds_;
  api::TokenVerifier tokens_;
  KeyKeeper key_keeper_;
  RevocationService revocations_;
  api::ReadCache cache_;
  Store& store_;
  Archive* const archive_;
  std::atomic<bool> draining_ = false;
  LogNotifier notifier_;
  ChannelAdapters channels_;
  NotificationService notifications_;
  ErasureService erasures_;
  OutboxWorker outbox_;
  std::unique_ptr<ClusterService> cluster_;  ///< null: alone
  RetentionService retention_;
  RetentionJob retention_job_;
  std::unique_ptr<AuditForwarder> audit_forwarder_;
  AuditKeeper audit_keeper_;
  std::unique_ptr<ChangeFollower> follower_;
  api::StreamMoves moves_;
  std::unique_ptr<StreamSharing> sharing_;
  api::Api api_;
  api::HttpServer server_;
  std::unique_ptr<TlsKeeper> tls_;               ///< null: plain HTTP
  std::unique_ptr<otlp::MetricsPusher> pusher_;  ///< null: metrics are only asked for
  std::vector<std::unique_ptr<Ticker>> tickers_;
  CpuMeter cpu_{allowed_cores()};
  cluster::Services* shared_ = nullptr;
};

}  // namespace hotswap
