#include "contract/store_fixture.hpp"

#include <stdlib.h>

#include "domain/json/write.hpp"
#include "domain/schema/registry/record_json.hpp"
#include "infrastructure/memory/memory_store.hpp"
#include "infrastructure/postgres/postgres_store.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"
#include "servers/postgres_server.hpp"

namespace hotswap::contract {

TempFolder::TempFolder() {
  auto pattern = (std::filesystem::temp_directory_path() / "hotswap-XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

testing::PostgresServer& postgres_server() {
  static testing::PostgresServer server;
  return server;
}

std::string new_postgres_database() {
  auto& server = postgres_server();
  static int made = 0;
  if (made == 0) {
    server.create_database("template_hotswap");
    static_cast<void>(
        PostgresStore::open({.dsn = server.dsn("template_hotswap"), .writer = "template"}));
  }
  auto name = "test_" + std::to_string(++made);
  server.create_database(name, "template_hotswap");
  return name;
}

namespace {

std::unique_ptr<Store> open_postgres() {
  auto opened = PostgresStore::open(
      {.dsn = postgres_server().dsn(new_postgres_database()), .writer = "test", .readers = 2});
  if (!opened) {
    ADD_FAILURE() << opened.error().detail << " " << opened.error().internal;
    std::abort();
  }
  return std::move(*opened);
}

}  // namespace

std::string name_of(Kind kind) {
  return kind == Kind::Memory ? "Memory" : kind == Kind::Sqlite ? "Sqlite" : "Postgres";
}

std::unique_ptr<Store> open_store(Kind kind, const TempFolder& folder) {
  if (kind == Kind::Memory) return std::make_unique<MemoryStore>();
  if (kind == Kind::Postgres) return open_postgres();
  auto opened = SqliteStore::open({.path = folder.file("hotswap.db")});
  if (!opened) {
    ADD_FAILURE() << opened.error().detail << " " << opened.error().internal;
    std::abort();
  }
  return std::move(*opened);
}

StoreContract::StoreContract() : store_(open_store(GetParam(), folder_)) {}

Committed StoreContract::put(ChangeSet changes) {
  auto done = store_->commit(std::move(changes));
  if (!done) ADD_FAILURE() << done.error().reason << " " << done.error().internal;
  return done ? *done : Committed();
}

void StoreContract::refused(ChangeSet changes, ErrorCode code, const std::string& reason) {
  const auto done = store_->commit(std::move(changes));
  ASSERT_FALSE(done.has_value()) << "expected " << reason;
  EXPECT_EQ(done.error().reason, reason) << done.error().internal;
  EXPECT_EQ(done.error().code, code);
  EXPECT_FALSE(done.error().detail.empty());
}

WallTime at(int seconds) {
  return WallTime(std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}) +
         std::chrono::seconds(seconds) + std::chrono::milliseconds(7);
}

SemVer ver(const std::string& text) { return SemVer::parse(text).value(); }

Profile sample_profile(const std::string& name) {
  Profile p;
  p.name = ProfileName(name);
  p.description = "Payments, 100% \"safe\" – ünïcode";
  p.labels = {{"team", "payments"}, {"tier", "1"}};
  p.service = ServiceName("payments");
  p.environment = "Production";
  p.schema_id = "payments-schema";
  p.strategy.kind = Rolling{.batch_size = {25, true}};
  p.strategy.bake_time = std::chrono::minutes(3);
  p.health.criteria = default_criteria();
  p.health.min_samples = 77;
  p.access.owners = {"team:payments", "ann"};
  p.created_by = "ann";
  p.created_at = at(0);
  p.updated_at = at(1);
  p.revision = 1;
  return p;
}

Version sample_version(const std::string& profile, const std::string& number) {
  Version v;
  v.profile = ProfileName(profile);
  v.number = ver(number);
  v.content = R"({"pool":{"max":10},"note":"é"})";
  v.hash = std::string(64, 'a');
  v.size = v.content.size();
  v.author = "ann";
  v.message = "raise the pool";
  v.created_at = at(2);
  v.schema = "payments-schema@1.2.0";
  return v;
}

namespace {

Baseline sample_baseline() {
  Baseline baseline;
  baseline.all.requests = 10;
  baseline.all.errors = 1;
  baseline.all.latency.record(12.5, 10);
  baseline.instances[InstanceId("i-1")] = baseline.all;
  baseline.error_dispersion = 2.5;
  baseline.latency_dispersion = 1.25;
  return baseline;
}

void add_safeguards(Deployment& d) {
  d.start_at = at(60);
  d.proof = {.possible = false, .held = 1, .fetchable = 1, .first_ever = 1, .obstacles = {"i-2"}};
  d.tallies["error-rate"] = {.failing = 1, .inconclusive = 2, .erroring = 3, .counted = at(5)};
  d.hook_calls = {{.hook = "smoke",
                   .step = 1,
                   .state = HookCall::State::Failed,
                   .attempt = 3,
                   .failing = 2,
                   .due = at(6),
                   .detail = "503 Service Unavailable: \"queue\" is full"}};
  d.pools = PoolSwitch{.from = "blue",
                       .to = "green",
                       .state = PoolSwitch::State::Switching,
                       .generation = 4,
                       .error = "connection refused"};
  d.progressed_at = at(7);
  d.request = json::Object{{"targets", json::Object{{"percentage", 50}}}};
  for (auto& target : d.targets) target.attempts = 2;
}

}  // namespace

Deployment sample_deployment(const std::string& id, const std::string& profile) {
  Deployment d;
  d.id = DeploymentId(id);
  d.profile = ProfileName(profile);
  d.service = ServiceName("payments");
  d.environment = "Production";
  d.version = ver("1.2.0");
  d.hash = std::string(64, 'b');
  d.previous_stable = ver("1.1.0");
  d.health.criteria = default_criteria();
  for (int i = 0; i < 3; ++i) {
    Target target;
    target.instance = InstanceId("i-" + std::to_string(i));
    target.zone = "eu-1a";
    if (i > 0) target.previous = ver("1.1.0");
    target.since = at(3);
    d.targets.push_back(target);
  }
  d.plan = plan(d.strategy, d.targets.size());
  d.reason = "ticket 42";
  d.created_by = "olga";
  d.created_at = at(3);
  d.state = Running{.step = 1, .phase = Phase::Soaking, .since = at(4)};
  d.baseline = sample_baseline();
  d.judgement = Judgement{.overall = Outcome::Pass, .verdicts = {}};
  d.revision = 1;
  d.fit = {.schema = "payments-schema@1.2.0", .accepting = 1, .unfit = 1, .unspoken = 1};
  d.fit.examples = {{InstanceId("i-1"), "payments-schema@1.0.0", "pool.max: must be at most 10"}};
  d.fit.rollback_safe = false;
  d.fit.rollback_risk = "i-1 refuses 1.1.0";
  d.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  add_safeguards(d);
  return d;
}

Instance sample_instance(const std::string& id) {
  Instance i;
  i.id = InstanceId(id);
  i.service = ServiceName("payments");
  i.environment = "Production";
  i.hostname = "host-" + id;
  i.port = 8443;
  i.version = "3.1";
  i.health_url = "http://host/health";
  i.labels = {{"rack", "r1"}};
  i.schemas = {{"payments-schema", "1.0.0"}, {"limits", "2.1.0"}};
  i.pool = "blue";
  i.zone = "eu-1a";
  i.registered_at = at(5);
  i.last_heartbeat = at(6);
  return i;
}

Assignment sample_assignment(const std::string& instance, const std::string& profile) {
  return {.instance = InstanceId(instance),
          .profile = ProfileName(profile),
          .active = Assignment::Slot{ver("1.1.0"), "hash-a", 4},
          .staged = Assignment::Slot{ver("1.2.0"), "hash-b", 5}};
}

Observation sample_observation(const std::string& instance, const std::string& profile) {
  return {.instance = InstanceId(instance),
          .profile = ProfileName(profile),
          .version = ver("1.2.0"),
          .generation = 5,
          .state = ObservedState::Rejected,
          .hash = "hash-b",
          .error = "pool.max is too large",
          .at = at(7)};
}

TimelineEvent sample_event(const std::string& kind) {
  TimelineEvent e;
  e.at = at(8);
  e.kind = kind;
  e.profile = ProfileName("payments.production");
  e.actor = "ann";
  e.message = "something happened";
  e.data = json::Object{{"step", 1}};
  return e;
}

AuditEntry sample_audit(const std::string& action) {
  AuditEntry e;
  e.at = at(9);
  e.actor = "ann";
  e.roles = "Developer";
  e.address = "127.0.0.1";
  e.action = action;
  e.resource = "configs/payments.production";
  e.outcome = "success";
  e.detail = "from 1.1.0 to 1.2.0";
  e.trace_id = "trace";
  return e;
}

void expect_same(const Profile& a, const Profile& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.description, b.description);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.service, b.service);
  EXPECT_EQ(a.environment, b.environment);
  EXPECT_EQ(a.schema_id, b.schema_id);
  EXPECT_EQ(a.strategy, b.strategy);
  EXPECT_EQ(a.health, b.health);
  EXPECT_EQ(a.access, b.access);
  EXPECT_EQ(a.retention, b.retention);
  EXPECT_EQ(a.created_by, b.created_by);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
  EXPECT_EQ(a.revision, b.revision);
  EXPECT_EQ(a.stable, b.stable);
  EXPECT_EQ(a.generation, b.generation);
}

void expect_same(const Version& a, const Version& b) {
  EXPECT_EQ(a.profile, b.profile);
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.content, b.content);
  EXPECT_EQ(a.hash, b.hash);
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.author, b.author);
  EXPECT_EQ(a.message, b.message);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.schema, b.schema);
  EXPECT_EQ(a.failed_reason, b.failed_reason);
  EXPECT_EQ(a.tags, b.tags);
  EXPECT_EQ(a.key, b.key);
}

void expect_same(const Deployment& a, const Deployment& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.profile, b.profile);
  EXPECT_EQ(a.service, b.service);
  EXPECT_EQ(a.environment, b.environment);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.hash, b.hash);
  EXPECT_EQ(a.previous_stable, b.previous_stable);
  EXPECT_EQ(a.strategy, b.strategy);
  EXPECT_EQ(a.health, b.health);
  EXPECT_EQ(a.plan, b.plan);
  EXPECT_EQ(a.partial, b.partial);
  EXPECT_EQ(a.forced, b.forced);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.created_by, b.created_by);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.baseline, b.baseline);
  EXPECT_EQ(a.judgement, b.judgement);
  EXPECT_EQ(a.revision, b.revision);
  EXPECT_EQ(a.trace_id, b.trace_id);
  EXPECT_EQ(a.fit, b.fit);
  EXPECT_EQ(a.start_at, b.start_at);
  EXPECT_EQ(a.proof, b.proof);
  EXPECT_EQ(a.tallies, b.tallies);
  EXPECT_EQ(a.hook_calls, b.hook_calls);
  EXPECT_EQ(a.pools, b.pools);
  EXPECT_EQ(a.progressed_at, b.progressed_at);
  EXPECT_EQ(a.request, b.request);
  EXPECT_EQ(a.targets, b.targets);
}

RegisteredSchema sample_schema(const std::string& id) {
  RegisteredSchema s;
  s.id = SchemaId(id);
  s.description = "Pools, 100% \"safe\"";
  s.compatibility = CompatibilityMode::FullTransitive;
  s.policy = schema::Policy::Lenient;
  s.loosened_by = "bob";
  s.created_by = "ann";
  s.created_at = at(10);
  s.updated_at = at(11);
  s.revision = 1;
  return s;
}

SchemaVersion sample_schema_version(const std::string& id, const std::string& number,
                                    SchemaState state) {
  SchemaVersion v;
  v.schema = SchemaId(id);
  v.number = ver(number);
  v.content = R"({"type":"object","description":"é"})";
  v.hash = std::string(64, 'c');
  v.size = v.content.size();
  v.uri = "https://example.com/" + id + ".json";
  v.assert_formats = false;
  v.author = "ann";
  v.message = "a new bound";
  v.created_at = at(12);
  v.state = state;
  v.compared = {{ver("1.0.0-rc.1"), sample_comparison()}};
  v.references = {{"https://example.com/pool.json", "pool@1.2.0"}};
  v.revision = 1;
  return v;
}

schema::Comparison sample_comparison() {
  schema::Change change;
  change.kind = "maximum.lowered";
  change.path = "/properties/pool/maximum";
  change.where = "$.pool";
  change.backward = schema::Effect::Breaking;
  change.forward = schema::Effect::Unknown;
  change.reason = "maximum went from 20 to 10";
  change.backward_example = json::Object{{"pool", 15}};
  schema::Comparison comparison;
  comparison.changes = {change};
  comparison.truncated = true;
  comparison.backward = schema::Effect::Breaking;
  comparison.forward = schema::Effect::Unknown;
  comparison.backward_example = json::Value();
  return comparison;
}

HealthRecord sample_record(const std::string& deployment) {
  HealthRecord record;
  record.deployment = DeploymentId(deployment);
  record.at = at(30);
  record.step = 2;
  record.phase = "Soaking";
  record.waited = std::chrono::seconds(40);
  record.judgement.overall = Outcome::Inconclusive;
  CriterionVerdict verdict;
  verdict.criterion = "error-rate";
  verdict.value = 1.5;
  verdict.samples = 77;
  verdict.explanation = "too few requests";
  verdict.drivers = {{InstanceId("i-1"), 2.5, 0.5, 40, 0.75}};
  record.judgement.verdicts = {verdict};
  record.samples = {{.instance = InstanceId("i-1"),
                     .at = at(29),
                     .treated = true,
                     .sample = sample_baseline().all}};
  record.measurements["queue"] = {
      .at = at(28), .query = "queue{a=\"b\"}", .value = 3.5, .control = {}, .error = {}};
  return record;
}

Channel sample_channel(const std::string& name) {
  return {.name = name,
          .type = ChannelType::Slack,
          .target = "https://hooks.example.com/services/T0/secret?x=1",
          .at_least = Severity::Warning,
          .profiles = {"payments.production", "orders.staging"},
          .created_by = "olga",
          .created_at = at(13)};
}

CalendarEntry sample_entry(const std::string& id, CalendarKind kind) {
  CalendarEntry entry;
  entry.id = id;
  entry.kind = kind;
  entry.scope = {"Production", "payments", ""};
  entry.when = Once{at(14), at(15)};
  if (kind == CalendarKind::Window) entry.when = Weekly{{1, 5}, 540, 1440, "Europe/Berlin"};
  entry.halt = kind == CalendarKind::Freeze;
  entry.reason = "the \"big\" day";
  entry.created_by = "olga";
  entry.created_at = at(13);
  return entry;
}

Traffic sample_traffic(const std::string& service) {
  Traffic traffic;
  traffic.service = ServiceName(service);
  traffic.environment = "Production";
  traffic.pools = {"blue", "green"};
  traffic.desired = "green";
  traffic.generation = 7;
  traffic.actual = "blue";
  traffic.confirmed = 6;
  traffic.error = "connection refused";
  traffic.router = HaproxyRouter{"/run/haproxy.sock", "", "/etc/haproxy/pools.map", "payments"};
  traffic.changed_by = "d-1";
  traffic.changed_at = at(16);
  return traffic;
}

void expect_same(const RegisteredSchema& a, const RegisteredSchema& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.description, b.description);
  EXPECT_EQ(a.compatibility, b.compatibility);
  EXPECT_EQ(a.policy, b.policy);
  EXPECT_EQ(a.loosened_by, b.loosened_by);
  EXPECT_EQ(a.created_by, b.created_by);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
  EXPECT_EQ(a.revision, b.revision);
  EXPECT_EQ(a.latest, b.latest);
}

void expect_same(const SchemaVersion& a, const SchemaVersion& b) {
  EXPECT_EQ(a.schema, b.schema);
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.content, b.content);
  EXPECT_EQ(a.hash, b.hash);
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.uri, b.uri);
  EXPECT_EQ(a.assert_formats, b.assert_formats);
  EXPECT_EQ(a.author, b.author);
  EXPECT_EQ(a.message, b.message);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.decision, b.decision);
  EXPECT_EQ(a.references, b.references);
  EXPECT_EQ(a.revision, b.revision);
  EXPECT_EQ(json::write(compared_to_json(a.compared)), json::write(compared_to_json(b.compared)));
}

}  // namespace hotswap::contract
