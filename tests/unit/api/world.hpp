#pragma once
// The whole application behind the transport, on a store in memory and a clock that stands still.

#include <gtest/gtest.h>

#include <future>

#include "api/resources/api.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "infrastructure/memory/memory_store.hpp"
#include "orchestrator/archive_reader.hpp"
#include "testing/audit_signing.hpp"
#include "testing/fake_clock.hpp"
#include "testing/fake_random.hpp"
#include "testing/fake_time_zones.hpp"
#include "testing/flaky_store.hpp"
#include "testing/memory_archive.hpp"
#include "testing/memory_metrics.hpp"
#include "testing/recording_channels.hpp"
#include "testing/recording_router.hpp"
#include "testing/scripted_hooks.hpp"
#include "testing/sealing.hpp"
#include "unit/api/contract.hpp"
#include "unit/api/doubles.hpp"

namespace hotswap::api::testing {

using hotswap::testing::FakeClock;
using hotswap::testing::FakeRandom;
using hotswap::testing::FakeTimeZones;
using hotswap::testing::FlakyStore;
using hotswap::testing::MemoryArchive;
using hotswap::testing::MemoryMetrics;
using hotswap::testing::RecordingChannels;
using hotswap::testing::RecordingRouter;
using hotswap::testing::ScriptedHooks;

/// As the transport does it.
inline Response ended(Later& later) {
  std::promise<void> ready;
  later.begin([&ready] { ready.set_value(); });
  ready.get_future().wait();
  return later.end().value();
}

struct World {
  explicit World(ApprovalPolicy policy_of_approvals = {})
      : approvals(std::move(policy_of_approvals)) {
    wire();
  }
  explicit World(GateOptions limits) : gate(std::move(limits)) { wire(); }
  explicit World(AccessOptions requests_told) : access(requests_told) { wire(); }
  explicit World(Tracer& traces) : tracer(&traces) { wire(); }
  const ApprovalPolicy approvals;
  const AccessOptions access;
  Tracer* const tracer = nullptr;
  FakeClock clock;
  FakeRandom random;
  SilentLogger logger;
  MemoryStore memory;
  FlakyStore store{memory};
  Committer committer{store};
  VersionCache versions{store};
  SchemaCache schema_cache{store};
  hotswap::testing::Sealing sealing{store};
  SchemaService schemas{{store, committer, schema_cache, clock, sealing.opening()}};
  ConfigService configs{store, committer, versions, schemas, clock};
  FleetService fleet{{store, committer, schemas.verdicts(), clock, random}, {}};
  StreamHub streams{versions, clock};
  ScriptedHooks hooks;
  DeploymentRunner runner{{store, committer, fleet, versions, streams, hooks, clock, logger}};
  FakeTimeZones zones;
  CalendarService calendar{
      {store, committer, zones, clock, random,
       [this](const Caller& caller, const CalendarScope& scope, const std::string& reason) {
         return runner.pause_all(caller, scope, reason);
       }}};
  DeploymentService deployments{
      {store,
       committer,
       configs,
       fleet,
       runner,
       versions,
       schemas,
       clock,
       random,
       [this](const Profile& profile) { return calendar.may_start(profile); },
       {},
       approvals}};
  AuditService audit{store, committer};
  MemoryMetrics metrics;
  LogBook log_book{LogLevels{}};
  LogService logs{{committer, clock, logger, log_book, metrics, "local"}};
  SecretRotation rotation{{store, committer, sealing.wrapper, clock, logger, metrics}};
  ReportService reports{{store, fleet, versions, clock}};
  RecordingRouter router;
  TrafficService traffic{{store, committer, router, clock, logger}};
  TrafficHub traffic_hub{committer};
  RecordingChannels channels;
  NotificationService notifications{{store, committer, channels, clock, random}};
  MemoryArchive archive;
  ArchiveReader archive_reader{archive};
  RetentionService retention{{store, committer, &archive, clock}};
  RetentionJob retention_job{
      {retention, store, committer, &archive, clock, random, logger, metrics}};
  ErasureService erasures{{.store = store,
                           .committer = committer,
                           .versions = versions,
                           .clock = clock,
                           .random = random,
                           .metrics = metrics,
                           .forget_archived = {},
                           .forget = [this] { calendar.forget(); }}};
  AuditKeeper audit_keeper{
      {store, committer, audit, hotswap::testing::hash_signing(), clock, logger, metrics}};
  FeedHub feeds{store, committer};
  RevocationService revocations{store, committer, clock};
  TokenVerifier tokens{issuers(), clock};
  ReadCache cache{clock};
  bool draining = false;
  GateOptions gate;
  int requests = 0;
  Api api{services()};

  void wire() {
    configs.require_approvals(approvals);
    configs.seal_with(sealing.sealer);
    versions.open_by(sealing.opening());
    runner.prepare_with(
        [this](const Deployment& deployment) { return deployments.prepare_scheduled(deployment); });
    memory.read_archived_by(
        [this](const Version& version) { return archive_reader.content_of(version); });
    audit.believe({.signing = hotswap::testing::hash_signing(), .kept = {}});
    fleet.on_observed([this](const Observation& seen) { runner.observed(seen); });
    fleet.on_vanished([this](const std::vector<InstanceId>& ids) { runner.vanished(ids); });
  }

  static Key key() { return *Key::secret(Algorithm::HS256, kKey); }
  static std::vector<TokenIssuer> issuers() {
    std::vector<TokenIssuer> own(1);
    own.front().keys.keys.push_back(key());
    return own;
  }

  Services services() {
    return {.configs = configs,
            .schemas = schemas,
            .deployments = deployments,
            .reports = reports,
            .calendar = calendar,
            .fleet = fleet,
            .audit = audit,
            .secrets = rotation,
            .traffic = traffic,
            .notifications = notifications,
            .retention = retention_job,
            .erasures = erasures,
            .revocations = revocations,
            .store = store,
            .committer = committer,
            .streams = streams,
            .feeds = feeds,
            .traffic_hub = traffic_hub,
            .tokens = tokens,
            .cache = cache,
            .clock = clock,
            .logger = logger,
            .version = "0.0.0",
            .metrics_text = {},
            .metrics_open = false,
            .draining = [this] { return draining; },
            .audit_keeper = &audit_keeper,
            .gate = gate,
            .access = access,
            .logs = &logs,
            .facts = {},
            .metrics = &metrics,
            .tracer = tracer};
  }

  [[nodiscard]] std::string token(Role role, std::vector<std::string> teams = {}) const {
    Claims claims;
    claims.principal.subject = "a-" + std::string(to_string(role));
    claims.principal.roles = {role};
    claims.principal.teams = std::move(teams);
    claims.expires = clock.wall() + std::chrono::hours(1);
    return mint(claims, key());
  }

  [[nodiscard]] Request request(Method method, std::string target, const std::string& token,
                                std::string body = {}) {
    Request request;
    request.method = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    request.body = std::move(body);
    request.peer = "127.0.0.1:4711";
    request.request_id = "request-" + std::to_string(++requests);
    return request;
  }

  [[nodiscard]] Answer ask(const Request& request) {
    Answer answer;
    auto reply = api.answer(request);
    if (auto* later = std::get_if<Later>(&reply)) reply = ended(*later);
    if (auto* response = std::get_if<Response>(&reply)) {
      answer.response = std::move(*response);
      EXPECT_EQ(contract().complaint(request, answer.response), "")
          << to_string(request.method) << " " << request.target << "\n"
          << (answer.response.body ? *answer.response.body : "");
    }
    answer.status = answer.response.status;
    if (answer.response.body && answer.response.content_type.contains("json")) {
      auto body = json::parse(*answer.response.body, {.bytes = 16 << 20});
      if (body) answer.body = std::move(*body);
    }
    return answer;
  }
  [[nodiscard]] Answer ask(Role role, Method method, const std::string& target,
                           const std::string& body = {}) {
    return ask(request(method, target, token(role), body));
  }
  [[nodiscard]] Answer get(const std::string& target) {
    return ask(Role::Admin, Method::Get, target);
  }
  [[nodiscard]] Answer post(const std::string& target, const std::string& body) {
    return ask(Role::Admin, Method::Post, target, body);
  }

  void make_profile(const std::string& name = "pay.production", const std::string& more = "") {
    const auto made =
        post("/api/v1/configs", R"({"name":")" + name + R"(","serviceName":"pay","environment":)" +
                                    R"("Production","strategy":"Direct")" + more + "}");
    ASSERT_EQ(made.status, 201) << *made.response.body;
  }
  void upload(const std::string& number, const std::string& data,
              const std::string& name = "pay.production") {
    const auto done = post("/api/v1/configs/" + name + "/versions",
                           R"({"version":")" + number + R"(","data":)" + data + "}");
    ASSERT_EQ(done.status, 201) << *done.response.body;
  }
  struct Member {
    std::string id, token;
  };
  Member join(const std::string& hostname) {
    const auto made = post(
        "/api/v1/instances",
        R"({"serviceName":"pay","environment":"Production","hostname":")" + hostname + R"("})");
    EXPECT_EQ(made.status, 201) << *made.response.body;
    return {made.text("id"), made.text("token")};
  }
  /// Says by heartbeat that it runs what it should.
  void acknowledge(const Member& member, const std::string& profile = "pay.production") {
    const auto view = get("/api/v1/instances/" + member.id);
    const auto* held = view.body.find("configs")->as_array();
    for (const auto& config : *held) {
      if (*config.find("profile")->as_string() != profile) continue;
      const auto* desired = config.find("desired");
      ASSERT_FALSE(desired->is_null());
      auto seen = *desired->as_object();
      seen.set("state", "applied");
      const auto beat = ask(request(
          Method::Post, "/api/v1/instances/" + member.id + "/heartbeat", member.token,
          json::write(json::Object{{"status", "healthy"},
                                   {"observed", json::Object{{profile, std::move(seen)}}}})));
      ASSERT_EQ(beat.status, 200) << *beat.response.body;
    }
  }
};

}  // namespace hotswap::api::testing
