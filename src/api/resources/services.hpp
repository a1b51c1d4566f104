#pragma once
#include <functional>
#include <string>

#include "api/auth/client_identity.hpp"
#include "api/auth/token_verifier.hpp"
#include "api/resources/access_log.hpp"
#include "api/resources/gate.hpp"
#include "api/resources/read_cache.hpp"
#include "api/streams/feed_hub.hpp"
#include "api/streams/stream_hub.hpp"
#include "api/streams/stream_moves.hpp"
#include "api/streams/traffic_hub.hpp"
#include "domain/ports/logger.hpp"
#include "orchestrator/audit_keeper.hpp"
#include "orchestrator/calendar_service.hpp"
#include "orchestrator/cluster_service.hpp"
#include "orchestrator/config_service.hpp"
#include "orchestrator/deployment_service.hpp"
#include "orchestrator/erasure_service.hpp"
#include "orchestrator/fleet_service.hpp"
#include "orchestrator/log_service.hpp"
#include "orchestrator/notification_service.hpp"
#include "orchestrator/report_service.hpp"
#include "orchestrator/retention_job.hpp"
#include "orchestrator/revocation_service.hpp"
#include "orchestrator/schema_service.hpp"
#include "orchestrator/secret_rotation.hpp"
#include "orchestrator/traffic_service.hpp"

namespace hotswap {
class SecretSources;
}

namespace hotswap::api {

class StreamMessages;

/// All that the resources work with. Everything referred to outlives the Api.
struct Services {
  ConfigService& configs;
  SchemaService& schemas;
  DeploymentService& deployments;
  ReportService& reports;
  CalendarService& calendar;
  FleetService& fleet;
  AuditService& audit;
  SecretRotation& secrets;
  TrafficService& traffic;
  NotificationService& notifications;
  RetentionJob& retention;
  ErasureService& erasures;
  RevocationService& revocations;
  Store& store;
  Committer& committer;
  StreamHub& streams;
  FeedHub& feeds;
  TrafficHub& traffic_hub;
  TokenVerifier& tokens;
  ReadCache& cache;
  const Clock& clock;
  Logger& logger;
  CertificateRules certificates{};  ///< of instances without a token
  std::string version;              ///< of this program, for people
  /// As Prometheus or OpenMetrics text; empty: no /metrics.
  std::function<std::string(bool open_metrics)> metrics_text;
  bool metrics_open = false;       ///< /metrics without a token
  std::function<bool()> draining;  ///< the server is about to stop; may be empty
  const SecretSources* secret_sources = nullptr;
  ClusterService* cluster = nullptr;    ///< null: this server is alone
  StreamMoves* moves = nullptr;         ///< null: this server is alone
  AuditKeeper* audit_keeper = nullptr;  ///< null: nothing signs the audit
  GateOptions gate{};                   ///< no limits unless given
  AccessOptions access{};
  LogService* logs = nullptr;           ///< null: the log cannot be asked
  std::function<json::Object()> facts;  ///< about the process, for support; may be empty
  Metrics* metrics = nullptr;           ///< null: requests are not counted
  Tracer* tracer = nullptr;             ///< null: no spans of requests
  StreamMessages* messages = nullptr;   ///< the Api's own, which fills it in
};

}  // namespace hotswap::api
