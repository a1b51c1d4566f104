#pragma once
// Every test of a StoreContract runs over every store. Also the sample values that they share.

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "domain/ports/store.hpp"
#include "servers/postgres_server.hpp"

namespace hotswap::contract {

/// A folder that goes away with the test.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

enum class Kind { Memory, Sqlite, Postgres };

class StoreContract : public ::testing::TestWithParam<Kind> {
 protected:
  StoreContract();
  Store& store() { return *store_; }
  /// Commits and expects success.
  Committed put(ChangeSet changes);
  /// Commits and expects a refusal with this reason.
  void refused(ChangeSet changes, ErrorCode code, const std::string& reason);

 private:
  TempFolder folder_;
  std::unique_ptr<Store> store_;
};

[[nodiscard]] WallTime at(int seconds);
[[nodiscard]] SemVer ver(const std::string& text);
[[nodiscard]] Profile sample_profile(const std::string& name = "payments.production");
[[nodiscard]] Version sample_version(const std::string& profile, const std::string& number);
[[nodiscard]] Deployment sample_deployment(const std::string& id,
                                           const std::string& profile = "payments.production");
[[nodiscard]] Instance sample_instance(const std::string& id);
[[nodiscard]] Assignment sample_assignment(const std::string& instance, const std::string& profile);
[[nodiscard]] Observation sample_observation(const std::string& instance,
                                             const std::string& profile);
[[nodiscard]] TimelineEvent sample_event(const std::string& kind);
[[nodiscard]] AuditEntry sample_audit(const std::string& action);
[[nodiscard]] RegisteredSchema sample_schema(const std::string& id = "payments");
[[nodiscard]] SchemaVersion sample_schema_version(const std::string& id, const std::string& number,
                                                  SchemaState state = SchemaState::Approved);
[[nodiscard]] schema::Comparison sample_comparison();
[[nodiscard]] HealthRecord sample_record(const std::string& deployment);
[[nodiscard]] Channel sample_channel(const std::string& name);
[[nodiscard]] CalendarEntry sample_entry(const std::string& id,
                                         CalendarKind kind = CalendarKind::Freeze);
[[nodiscard]] Traffic sample_traffic(const std::string& service = "payments");

void expect_same(const Profile& a, const Profile& b);
void expect_same(const Version& a, const Version& b);
void expect_same(const Deployment& a, const Deployment& b);
void expect_same(const RegisteredSchema& a, const RegisteredSchema& b);
void expect_same(const SchemaVersion& a, const SchemaVersion& b);

/// Opens the kind of store that a test asks for, in this folder.
[[nodiscard]] std::unique_ptr<Store> open_store(Kind kind, const TempFolder& folder);

/// One server for all tests of this process.
[[nodiscard]] testing::PostgresServer& postgres_server();
/// The name of a new database on it, which has all tables.
[[nodiscard]] std::string new_postgres_database();

[[nodiscard]] std::string name_of(Kind kind);

#define HS_STORE_CONTRACT(suite)                                                          \
  INSTANTIATE_TEST_SUITE_P(Stores, suite,                                                 \
                           ::testing::Values(Kind::Memory, Kind::Sqlite, Kind::Postgres), \
                           [](const auto& info) { return name_of(info.param); })

}  // namespace hotswap::contract
