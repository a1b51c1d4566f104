// However many rows there are, a list reads little more than it shows: what the databases
// themselves say of the very statements that the repositories send.
#include <charconv>

#include "contract/moving_fixture.hpp"
#include "infrastructure/postgres/postgres_store.hpp"
#include "infrastructure/postgres/session.hpp"
#include "infrastructure/sql/cluster.hpp"
#include "infrastructure/sql/deployments.hpp"
#include "infrastructure/sql/fleet.hpp"
#include "infrastructure/sql/journal.hpp"
#include "infrastructure/sql/operations.hpp"
#include "infrastructure/sql/outbox.hpp"
#include "infrastructure/sql/profiles.hpp"
#include "infrastructure/sql/schemas.hpp"
#include "infrastructure/sql/versions.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"
#include "testing/bulk_rows.hpp"

namespace hotswap::contract {
namespace {

using Dialect = testing::BulkRows::Dialect;

constexpr int kMany = 20'000;  ///< rows of a table that grows without end
constexpr int kPage = 50;
constexpr double kTouched = 400;  ///< rows that a page may cost, of kMany

/// Asks for the plan of each query before it runs it.
class ExplainingSession : public sql::Session {
 public:
  ExplainingSession(sql::Session& real, std::string explain)
      : real_(real), explain_(std::move(explain)) {}
  using sql::Session::execute;
  using sql::Session::query;
  Result<std::int64_t> execute(std::string_view text, sql::Params params) override {
    return real_.execute(text, params);
  }
  Result<void> query(std::string_view text, sql::Params params, const OnRow& on_row) override {
    auto& plan = plans_.emplace_back(std::string(text) + "\n");
    auto asked =
        real_.query(explain_ + std::string(text), params, [&](const sql::Row& row) -> Result<void> {
          plan.append(row.text(explain_.contains("PLAN") ? 3 : 0)) += '\n';
          return {};
        });
    EXPECT_TRUE(asked.has_value()) << text << asked.error().internal;
    return real_.query(text, params, on_row);
  }
  Result<void> script(const std::string& text) override { return real_.script(text); }
  Result<void> begin() override { return real_.begin(); }
  Result<void> begin_snapshot() override { return real_.begin_snapshot(); }
  [[nodiscard]] bool in_transaction() const override { return real_.in_transaction(); }

  std::vector<std::string> take() { return std::exchange(plans_, {}); }

 private:
  sql::Session& real_;
  const std::string explain_;
  std::vector<std::string> plans_;
};

double number_after(const std::string& text, std::string_view words) {
  const auto at = text.find(words);
  double number = 0;
  if (at != std::string::npos)
    std::from_chars(text.data() + at + words.size(), text.data() + text.size(), number);
  return number;
}

/// Rows that PostgreSQL has read from tables and indexes, also those that it left out again.
double touched_rows(const std::string& plan) {
  double touched = 0;
  double loops = 1;
  std::istringstream lines(plan);
  for (std::string line; std::getline(lines, line);) {
    if (line.contains("loops=")) {
      loops = number_after(line, "loops=");
      if (line.contains(" Scan")) touched += number_after(line, "actual rows=") * loops;
    }
    touched += number_after(line, "Rows Removed by Filter: ") * loops;
  }
  return touched;
}

struct Reading {
  std::string_view name;
  bool filtered;  ///< by a value that few rows have
  std::function<bool(sql::Session&)> run;
};

template <class T>
bool shows(const Result<Page<T>>& page) {
  EXPECT_TRUE(page.has_value()) << page.error().detail << page.error().internal;
  return page && !page->items.empty();
}
template <class T>
bool shows(const Result<std::vector<T>>& items) {
  EXPECT_TRUE(items.has_value()) << items.error().detail << items.error().internal;
  return items && !items->empty();
}

/// A whole index that has only the rows which are asked for.
bool scans_more(const std::string& plan) {
  std::istringstream lines(plan);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("SCAN ") && !line.ends_with("active_deployments") &&
        !line.ends_with("one_active_deployment"))
      return true;
  return false;
}

/// The page behind the first one.
template <class List>
bool shows_second(List list) {
  const auto first = list(PageRequest{kPage, {}});
  EXPECT_TRUE(first.has_value() && !first->next_cursor.empty());
  return first && shows(list(PageRequest{kPage, first->next_cursor}));
}

const ProfileName kFirst("limit-100001");

std::vector<Reading> profile_readings() {
  const auto page = [](ProfileFilter filter) {
    return [filter](sql::Session& s) { return shows(sql::profiles(s, filter, {})); };
  };
  return {{"profiles", false, page({})},
          {"second page of profiles", false,
           [](sql::Session& s) {
             return shows_second([&](const PageRequest& p) { return sql::profiles(s, {}, p); });
           }},
          {"profiles of a service", true, page({.service = "rare", .environment = "Production"})},
          {"profiles of an environment", true, page({.environment = "Rare"})},
          {"profiles with a label", true, page({.label_key = "rare", .label_value = "yes"})},
          {"versions", true, [](sql::Session& s) { return shows(sql::versions(s, kFirst, {})); }},
          {"second page of versions", true,
           [](sql::Session& s) {
             return shows_second([&](const PageRequest& p) { return sql::versions(s, kFirst, p); });
           }},
          {"one version", true,
           [](sql::Session& s) { return sql::version(s, kFirst, SemVer(1, 7, 0)).has_value(); }},
          {"a tag", true,
           [](sql::Session& s) { return sql::tagged(s, kFirst, "latest").has_value(); }}};
}

WallTime second(int number) { return WallTime(std::chrono::seconds(number)); }

std::vector<Reading> journal_readings() {
  const auto entries = [](AuditFilter filter) {
    return [filter](sql::Session& s) { return shows(sql::audit(s, filter, {})); };
  };
  const auto timeline = [](EventFilter filter, std::uint64_t after) {
    return [filter, after](sql::Session& s) { return shows(sql::events(s, filter, after, kPage)); };
  };
  return {
      {"audit", false, entries({})},
      {"second page of the audit", false,
       [](sql::Session& s) {
         return shows_second([&](const PageRequest& p) { return sql::audit(s, {}, p); });
       }},
      {"audit of a person", true, entries({.actor = "rare"})},
      {"audit of an action", true, entries({.action = "rare"})},
      {"audit of a resource", true, entries({.resource = "rare"})},
      {"audit of an outcome", true, entries({.outcome = "rare"})},
      {"audit of a short time", true, entries({.from = second(7000), .to = second(7020)})},
      {"audit since then", true, entries({.from = second(100)})},
      {"second page of the audit since then", true,
       [](sql::Session& s) {
         return shows_second(
             [&](const PageRequest& p) { return sql::audit(s, {.from = second(100)}, p); });
       }},
      {"audit for export", false,
       [](sql::Session& s) { return shows(sql::audit_after(s, 10'000, kPage)); }},
      {"events", false, timeline({}, 0)},
      {"events from the middle", false, timeline({}, 10'000)},
      {"events of a profile", true, timeline({.profile = "rare"}, 0)},
      {"events of a deployment", true, timeline({.deployment = "rare"}, 0)},
      {"changes of other nodes", false,
       [](sql::Session& s) { return shows(sql::changes(s, 10'000, kPage)); }},
      {"last change", false, [](sql::Session& s) { return sql::last_change(s).has_value(); }},
      {"outbox", true, [](sql::Session& s) { return shows(sql::outbox(s, at(1'000'000), kPage)); }},
      {"dead letters", true, [](sql::Session& s) { return shows(sql::dead_letters(s, {})); }}};
}

std::vector<Reading> fleet_readings() {
  const auto started = [](DeploymentFilter filter) {
    return [filter](sql::Session& s) { return shows(sql::deployments(s, filter, {})); };
  };
  const auto registered = [](InstanceFilter filter) {
    return [filter](sql::Session& s) { return shows(sql::instances(s, filter, {})); };
  };
  return {{"deployments", false, started({})},
          {"second page of deployments", false,
           [](sql::Session& s) {
             return shows_second([&](const PageRequest& p) { return sql::deployments(s, {}, p); });
           }},
          {"deployments of a profile", true, started({.profile = "rare"})},
          {"deployments in a state", true, started({.state = "Rare"})},
          {"deployments that run", true, started({.active_only = true})},
          {"all that run", true, [](sql::Session& s) { return shows(sql::active_deployments(s)); }},
          {"fences", true, [](sql::Session& s) { return shows(sql::active_fences(s)); }},
          {"instances", false, registered({})},
          {"instances of a service", true,
           registered({.service = "rare", .environment = "Production"})},
          {"instances of an environment", true, registered({.environment = "Rare"})},
          {"instances with a label", true, registered({.label_key = "rare"})},
          {"what an instance has", true, [](sql::Session& s) {
             return shows(sql::assignments_of(s, InstanceId("limit-100001")));
           }}};
}

class ListPlans : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    if (GetParam() == Dialect::Postgres) {
      const auto name = new_postgres_database();
      const auto dsn = postgres_server().dsn(name);
      seed(*PostgresStore::open({.dsn = dsn, .writer = "w", .readers = 1}).value());
      session_ = std::make_unique<postgres::Session>(postgres::ConnectOptions{.dsn = dsn});
    } else {
      seed(*SqliteStore::open({.path = folder_.file("lists.db")}).value());
      session_ = new_sqlite(folder_.file("lists.db"));
    }
    fill();
  }

  /// One row of each table.
  static void seed(Store& store) {
    auto deployment = sample_deployment("seed");
    ChangeSet changes = {
        change::InsertProfile{sample_profile()},
        change::InsertVersion{sample_version("payments.production", "1.0.0")},
        change::PutInstance{sample_instance("seed")},
        change::InsertDeployment{deployment},
        change::PutAssignments{{sample_assignment("seed", "payments.production")}},
        change::AppendEvent{sample_event("seed")},
        change::AppendAudit{sample_audit("seed")},
        change::AppendChange{"n", json::Object{}, at(0)},
        change::EnqueueOutbox{"seed", "k", json::Object{}, at(0)},
        change::PutTag{ProfileName("payments.production"), "latest", ver("1.0.0")}};
    const auto done = store.commit(std::move(changes));
    ASSERT_TRUE(done.has_value()) << done.error().detail << done.error().internal;
  }

  void fill() {
    const auto tables = sqlite::newest_catalog().value();
    testing::BulkRows rows(*session_, tables, GetParam());
    const std::string name = "'limit-' || (100000 + i)";
    const auto one_in = [](const std::string& rare, const std::string& other) {
      return "CASE WHEN i = 7 THEN '" + rare + "' ELSE " + other + " END";
    };
    rows.add({"profiles",
              {{"name", name},
               {"service", one_in("rare", "'s' || (i % 50)")},
               {"environment", one_in("Production", "'Production'")}}},
             1, 5000);
    rows.run("UPDATE profiles SET environment = 'Rare' WHERE name = 'limit-100009'");
    rows.run("INSERT INTO profile_labels VALUES ('limit-100007', 'rare', 'yes')");
    rows.run("INSERT INTO profile_labels SELECT name, 'common', 'yes' FROM profiles");
    const std::string of_profile = "'limit-100001'";
    const std::string number = "'1.' || i || '.0'";
    rows.add({"versions", {{"profile", of_profile}, {"number", number}}, {"upload"}}, 1, kMany);
    rows.add(
        {"tags",
         {{"profile", of_profile}, {"number", number}, {"tag", "'t' || i"}, {"slot", "'t' || i"}}},
        1, kMany);
    rows.run("INSERT INTO tags VALUES ('limit-100001', 'latest', 'latest', '1.7.0')");
    fill_fleet(rows, name);
    rows.add({"events",
              {{"profile", one_in("rare", of_profile)},
               {"deployment", one_in("rare", "'d' || (i / 100)")}},
              {"sequence"}},
             1, kMany);
    rows.add({"audit",
              {{"actor", one_in("rare", "'a' || (i % 5)")},
               {"action", one_in("rare", "'version.upload'")},
               {"resource", one_in("rare", "'configs/' || i")},
               {"outcome", one_in("rare", "'success'")},
               {"at", "i * 1000"}},
              {"sequence"}},
             1, kMany);
    rows.add({"change_log", {}, {"sequence"}}, 1, kMany);
    rows.add({"outbox",
              {{"id", "'o' || i"},
               {"next", "CASE WHEN i % 500 = 0 THEN 1 ELSE 9000000000000 END"},
               {"buried", "CASE WHEN i % 1000 = 3 THEN i ELSE NULL END"}},
              {"position"}},
             1, kMany);
    rows.run("ANALYZE");
  }

  static void fill_fleet(testing::BulkRows& rows, const std::string& name) {
    rows.add({"deployments",
              {{"id", "'d' || i"},
               {"profile", "CASE WHEN i = 7 THEN 'rare' ELSE 'limit-' || (100000 + i) END"},
               {"state_name", "CASE WHEN i = 9 THEN 'Rare' ELSE 'Succeeded' END"},
               {"active", "CASE WHEN i % 5000 = 11 THEN 1 ELSE 0 END"}},
              {"start"}},
             1, kMany);
    rows.add({"instances",
              {{"id", name},
               {"service", "CASE WHEN i = 7 THEN 'rare' ELSE 's' || (i % 50) END"},
               {"environment", "CASE WHEN i = 9 THEN 'Rare' ELSE 'Production' END"}}},
             1, kMany);
    rows.run("INSERT INTO instance_labels VALUES ('limit-100007', 'rare', 'yes')");
    rows.run("INSERT INTO instance_labels SELECT id, 'common', 'yes' FROM instances");
    rows.add(
        {"assignments", {{"profile", "'limit-' || (100000 + i % 5000 + 1)"}, {"instance", name}}},
        1, kMany);
  }

  void expect_little(const Reading& reading) {
    const bool postgres = GetParam() == Dialect::Postgres;
    ExplainingSession asked(*session_,
                            postgres ? "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) "
                                     : "EXPLAIN QUERY PLAN ");
    EXPECT_TRUE(reading.run(asked)) << reading.name << " shows nothing";
    for (const auto& plan : asked.take()) {
      if (postgres) {
        EXPECT_LE(touched_rows(plan), kTouched) << reading.name << ":\n" << plan;
      } else {
        EXPECT_FALSE(reading.filtered && scans_more(plan)) << reading.name << ":\n" << plan;
        EXPECT_FALSE(!reading.filtered && plan.contains("TEMP B-TREE")) << reading.name << ":\n"
                                                                        << plan;
      }
    }
  }

  TempFolder folder_;
  std::unique_ptr<sql::Session> session_;
};

TEST_P(ListPlans, of_every_list_read_little_more_than_they_show) {
  for (const auto& readings : {profile_readings(), journal_readings(), fleet_readings()})
    for (const auto& reading : readings) expect_little(reading);
}

INSTANTIATE_TEST_SUITE_P(Stores, ListPlans, ::testing::Values(Dialect::Sqlite, Dialect::Postgres),
                         [](const auto& info) {
                           return info.param == Dialect::Postgres ? "Postgres" : "Sqlite";
                         });

}  // namespace
}  // namespace hotswap::contract
