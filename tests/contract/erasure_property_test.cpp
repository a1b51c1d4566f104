// Of random histories a random person is erased, over every store, with crashes in between: no byte
// of the name is left, everything else is, and the chain of the audit holds.
#include <filesystem>
#include <fstream>
#include <random>

#include "contract/store_fixture.hpp"
#include "domain/audit/chain_check.hpp"
#include "domain/erasure/audit_eraser.hpp"
#include "domain/json/write.hpp"
#include "infrastructure/memory/memory_store.hpp"
#include "infrastructure/postgres/postgres_store.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"
#include "orchestrator/erasure_service.hpp"
#include "testing/fake_clock.hpp"
#include "testing/fake_random.hpp"
#include "testing/flaky_store.hpp"
#include "testing/memory_metrics.hpp"

namespace hotswap::contract {
namespace {

using erasure::Place;

constexpr int kSeeds = 4;
const std::vector<std::string> kNames = {"kassandra.voss", "Özlem Müller", "o\"brien\\x", "zaphod",
                                         "erin@example.com"};

/// A random history in which people act on everything that the store keeps.
class History {
 public:
  explicit History(unsigned seed) : random_(seed) {}

  ChangeSet of(int index) {
    const auto name = "profile-" + std::to_string(index);
    ChangeSet changes;
    changes.push_back(change::InsertProfile{profile(name)});
    changes.push_back(change::PutInstance{instance("i-" + name)});
    for (int i = 0; i < 3; ++i) changes.push_back(change::InsertVersion{version(name, i)});
    changes.push_back(change::InsertDeployment{deployment(name)});
    changes.push_back(change::AppendHealthRecord{sample_record("d-" + name)});
    auto seen = sample_observation("i-" + name, name);
    seen.error = text();
    changes.push_back(change::PutObservations{{seen}});
    schema("s-" + name, changes);
    operations(name, changes);
    for (int i = 0; i < 5; ++i) {
      changes.push_back(change::AppendEvent{event(name)});
      changes.push_back(change::AppendAudit{audit(name)});
    }
    return changes;
  }

  const std::string& person() { return kNames[random_() % kNames.size()]; }
  std::string text() {
    return random_() % 3 == 0 ? "nobody did this" : "for " + person() + ", by (" + person() + ").";
  }

 private:
  Profile profile(const std::string& name) {
    auto p = sample_profile(name);
    p.description = text();
    p.labels["contact"] = person();
    p.access.owners = {person(), "team:payments"};
    p.access.viewers = {person()};
    p.created_by = person();
    return p;
  }
  Instance instance(const std::string& id) {
    auto i = sample_instance(id);
    i.labels["contact"] = person();
    return i;
  }
  Version version(const std::string& profile, int number) {
    auto v = sample_version(profile, "1." + std::to_string(number) + ".0");
    v.author = person();
    v.message = text();
    v.failed_reason = text();
    return v;
  }
  Deployment deployment(const std::string& profile) {
    auto d = sample_deployment("d-" + profile, profile);
    d.created_by = person();
    d.reason = text();
    if (random_() % 2 == 0) d.state = RolledBack{text(), at(9)};
    for (auto& target : d.targets) target.reason = text();
    d.hook_calls = {{.hook = "ask", .step = 0, .detail = text()}};
    d.request =
        json::Object{{"targets", json::Object{{"selector", json::Object{{"contact", person()}}}}}};
    return d;
  }
  void schema(const std::string& id, ChangeSet& changes) {
    auto s = sample_schema(id);
    s.description = text();
    s.created_by = person();
    s.loosened_by = person();
    auto v = sample_schema_version(id, "1.0.0");
    v.author = person();
    v.message = text();
    v.decision = SchemaDecision{person(), at(3), text(), "hash"};
    changes.push_back(change::InsertSchema{s});
    changes.push_back(change::InsertSchemaVersion{v});
  }
  void operations(const std::string& name, ChangeSet& changes) {
    auto channel = sample_channel("c-" + name);
    channel.created_by = person();
    channel.target = person();
    changes.push_back(change::PutChannel{channel});
    auto entry = sample_entry("e-" + name);
    entry.created_by = person();
    entry.reason = text();
    changes.push_back(change::PutCalendarEntry{entry});
    auto traffic = sample_traffic("service-" + name);
    traffic.revision = 0;
    traffic.changed_by = person();
    traffic.error = text();
    changes.push_back(change::PutTraffic{traffic});
    changes.push_back(
        change::EnqueueOutbox{"o-" + name, "notify", json::Object{{"message", text()}}, at(1)});
    changes.push_back(change::EnqueueOutbox{"b-" + name, "notify", json::Object{}, at(1)});
    changes.push_back(change::BuryOutbox{"b-" + name, 3, text()});
    changes.push_back(change::AppendChange{"node", json::Object{{"by", person()}}, at(1)});
    changes.push_back(change::PutIdempotent{"k-" + name, "hash", 200, "{}",
                                            json::write(json::Object{{"createdBy", person()}}),
                                            at(90000)});
  }
  TimelineEvent event(const std::string& profile) {
    auto e = sample_event("config.updated");
    e.profile = ProfileName(profile);
    e.actor = person();
    e.message = text();
    e.data = json::Object{{"from", person()}, {"notes", json::Array{text(), 1}}};
    return e;
  }
  AuditEntry audit(const std::string& profile) {
    auto a = sample_audit("config.update");
    a.resource = "configs/" + profile + "/owners/" + person();
    a.actor = person();
    a.detail = text();
    if (random_() % 2 == 0) a.salt = std::to_string(random_());
    return a;
  }

  std::mt19937 random_;
};

/// A store of some kind, and whether a name stands in the bytes that it keeps.
class Kept {
 public:
  explicit Kept(Kind kind) : kind_(kind) {
    if (kind == Kind::Memory) store_ = std::make_unique<MemoryStore>();
    if (kind == Kind::Sqlite) store_ = std::move(*SqliteStore::open({.path = path()}));
    if (kind == Kind::Postgres) {
      database_ = new_postgres_database();
      store_ = std::move(*PostgresStore::open(
          {.dsn = postgres_server().dsn(database_), .writer = "test", .readers = 2}));
    }
  }
  Store& store() { return *store_; }
  [[nodiscard]] const std::string& where() const { return where_; }  ///< of the last that was found

  bool holds(const std::string& name) {
    if (kind_ == Kind::Sqlite) return file_holds(path(), name) || file_holds(path() + "-wal", name);
    if (kind_ == Kind::Postgres) return tables_hold(name);
    const erasure::Eraser needle(name, "");
    for (int place = 0; place < erasure::kPlaceCount; ++place) {
      const auto found = store_->texts(static_cast<Place>(place), needle, {}, 100'000);
      if (found->rows.empty()) continue;
      const auto table = erasure::spec_of(static_cast<Place>(place)).table;
      where_ = std::string(table) + ' ' + found->rows[0].key[0];
      return true;
    }
    return false;
  }

 private:
  [[nodiscard]] std::string path() const { return folder_.file("hotswap.db"); }
  static bool file_holds(const std::string& path, const std::string& name) {
    std::ifstream in(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    return erasure::Eraser(name, "").holds(bytes);
  }
  bool tables_hold(const std::string& name) {
    const erasure::Eraser needle(name, "");
    const auto quoted = [](std::string text) {
      for (std::size_t at = 0; (at = text.find('\'', at)) != text.npos; at += 2)
        text.insert(at, "'");
      return '\'' + text + '\'';
    };
    auto& server = postgres_server();
    std::string last;
    for (;;) {
      last = server.sql(
          "SELECT min(tablename) FROM pg_tables WHERE schemaname = 'public' AND "
          "tablename > " +
              quoted(last),
          database_);
      if (last.empty()) return false;
      // Of the whole row as text the quotes are doubled and the backslashes as well.
      const auto rows = "SELECT count(*) FROM \"" + last +
                        "\" t, LATERAL jsonb_each_text("
                        "to_jsonb(t)) c WHERE strpos(c.value, ";
      for (const auto& text : {needle.name(), needle.in_json()})
        if (server.sql(rows + quoted(text) + ") > 0", database_) != "0") return true;
    }
  }

  Kind kind_;
  TempFolder folder_;
  std::string database_;
  std::string where_;
  std::unique_ptr<Store> store_;
};

Result<ChainReport> verified(Store& store) {
  ChainCheck check;
  for (const auto& entry : store.audit_after(0, 1'000'000).value())
    if (auto done = check.add(entry); !done) return std::unexpected(done.error());
  return check.finish();
}

Caller root() {
  Caller caller;
  caller.principal.subject = "root";
  caller.principal.roles = {Role::Admin};
  return caller;
}

/// One server process over a store that fails now and then.
struct Server {
  explicit Server(Store& real, unsigned seed) : store(real), random(seed) {
    committer.salt_audit(random);
  }
  testing::FlakyStore store;
  testing::FakeClock clock;
  testing::FakeRandom random;
  testing::MemoryMetrics metrics;
  Committer committer{store};
  VersionCache versions{store};
  ErasureService service{{.store = store,
                          .committer = committer,
                          .versions = versions,
                          .clock = clock,
                          .random = random,
                          .metrics = metrics}};
};

class ErasureProperty : public ::testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Stores, ErasureProperty,
                         ::testing::Values(Kind::Memory, Kind::Sqlite, Kind::Postgres),
                         [](const auto& info) { return name_of(info.param); });

/// Asks until it is done, through failures before and after commits.
erasure::Erasure erased(Server& server, const erasure::Request& request, std::mt19937& random) {
  for (int asked = 0; asked < 200; ++asked) {
    if (asked < 20 && asked % 2 == 0) {
      const int nth = 1 + static_cast<int>(random() % 4);
      random() % 2 == 0 ? server.store.fail_before_commit(nth)
                        : server.store.fail_after_commit(nth);
    }
    auto erasure = server.service.erase(root(), request);
    if (erasure && is_done(*erasure)) return std::move(*erasure);
  }
  ADD_FAILURE() << "never done";
  return {};
}

TEST_P(ErasureProperty, no_byte_of_an_erased_person_is_left_and_the_chain_holds) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Kept kept(GetParam());
    History history(seed);
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(kept.store().commit(history.of(i)));
    std::mt19937 random(seed);
    const std::string name = kNames[seed % kNames.size()];
    const std::string other = kNames[(seed + 1) % kNames.size()];
    ASSERT_TRUE(kept.holds(name));
    const auto entries = verified(kept.store())->entries;

    Server server(kept.store(), seed);
    const auto done = erased(
        server, {.kind = erasure::Kind::Person, .name = name, .reason = "asked for"}, random);
    EXPECT_FALSE(kept.holds(name)) << name << " in " << kept.where();
    EXPECT_TRUE(kept.holds(other)) << other;
    EXPECT_TRUE(done.left.empty());
    EXPECT_TRUE(fits(done.proof, name));
    const auto report = verified(kept.store());
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->erased, done.rewritten.at("audit"));
    EXPECT_GT(report->entries, entries);
    EXPECT_EQ(kept.store().profiles({}, {})->items.size(), 6U);
    EXPECT_EQ(kept.store().active_deployments()->size() +
                  kept.store().deployments({.state = "RolledBack"}, {})->items.size(),
              6U);
  }
}

TEST_P(ErasureProperty, no_byte_of_an_erased_profile_is_left_and_the_chain_holds) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Kept kept(GetParam());
    History history(seed);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(kept.store().commit(history.of(i)));
    const ProfileName secret("vault.production");
    auto profile = sample_profile(secret.str());
    profile.schema_id = "s-profile-1@^1";
    auto version = sample_version(secret.str(), "1.0.0");
    version.content = R"({"password":"swordfish-7"})";
    auto deployment = sample_deployment("d-vault", secret.str());
    deployment.state = Succeeded{at(9)};
    auto event = sample_event("config.updated");
    event.profile = secret;
    event.message = "vault.production got swordfish-7";
    auto audit = sample_audit("config.update");
    audit.resource = "configs/vault.production/versions/1.0.0";
    auto entry = sample_entry("e-vault");
    entry.scope = {"", "", secret.str()};
    ASSERT_TRUE(kept.store().commit(
        {change::InsertProfile{profile}, change::InsertVersion{version},
         change::InsertDeployment{deployment}, change::AppendHealthRecord{sample_record("d-vault")},
         change::AppendEvent{event}, change::AppendAudit{audit}, change::PutCalendarEntry{entry},
         change::PutTag{secret, "stable", ver("1.0.0")}}));
    ASSERT_TRUE(kept.holds("swordfish-7"));

    std::mt19937 random(seed);
    Server server(kept.store(), seed);
    const auto done = erased(
        server, {.kind = erasure::Kind::Profile, .name = secret.str(), .reason = "closed"}, random);
    EXPECT_FALSE(kept.holds("swordfish-7"));
    EXPECT_FALSE(kept.holds(secret.str())) << kept.where();
    EXPECT_FALSE(kept.holds("d-vault"));
    const auto report = verified(kept.store());
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->erased, 1U);
    EXPECT_TRUE(kept.store().calendar());
    EXPECT_EQ(kept.store().profiles({}, {})->items.size(), 3U);
    EXPECT_EQ(kept.store().schema(SchemaId("s-profile-1")).error().reason, "schema.not_found");
    EXPECT_TRUE(kept.store().schema(SchemaId("s-profile-0")));
  }
}

TEST_P(ErasureProperty, a_forged_tombstone_is_found) {
  Kept kept(GetParam());
  History history(1);
  ASSERT_TRUE(kept.store().commit(history.of(0)));
  std::mt19937 random(1);
  Server server(kept.store(), 1);
  const auto done = erased(
      server, {.kind = erasure::Kind::Person, .name = kNames[0], .reason = "asked for"}, random);
  ASSERT_TRUE(verified(kept.store()));
  const auto entries = kept.store().audit_after(0, 1000).value();
  for (const auto& entry : entries) {
    if (!entry.erased.empty() || entry.action.starts_with("erasure.")) continue;
    auto forged = entry;
    ASSERT_TRUE(erasure::erase(forged, erasure::Eraser(entry.actor, "mallory"), done.id, 1));
    ASSERT_TRUE(kept.store().commit({change::ReplaceAudit{forged, {}}}));
    EXPECT_EQ(verified(kept.store()).error().reason, "audit.broken");
    return;
  }
  FAIL() << "every entry was erased";
}

}  // namespace
}  // namespace hotswap::contract
