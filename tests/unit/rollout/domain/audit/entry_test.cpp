#include "domain/audit/entry.hpp"

#include <set>

#include "../../support.hpp"

namespace hotswap {
namespace {

AuditEntry entry() {
  return {7,
          WallTime(std::chrono::seconds(1'700'000'000)),
          "pat",
          "Operator",
          "10.0.0.1",
          "deployment.start",
          "deployments/d-1",
          "success",
          "payment-service.production 1.2.0",
          "trace-1",
          "ff"};
}

TEST(ChainHash, ChangesWithEveryFieldButSequenceAndHash) {
  std::set<std::string> hashes{chain_hash("previous", entry()), chain_hash("other", entry())};
  const auto add = [&](auto change) {
    auto changed = entry();
    change(changed);
    hashes.insert(chain_hash("previous", changed));
  };
  add([](AuditEntry& e) { e.at += std::chrono::milliseconds(1); });
  add([](AuditEntry& e) { e.actor += "x"; });
  add([](AuditEntry& e) { e.roles += "x"; });
  add([](AuditEntry& e) { e.address += "x"; });
  add([](AuditEntry& e) { e.action += "x"; });
  add([](AuditEntry& e) { e.resource += "x"; });
  add([](AuditEntry& e) { e.outcome += "x"; });
  add([](AuditEntry& e) { e.detail += "x"; });
  add([](AuditEntry& e) { e.trace_id += "x"; });
  EXPECT_EQ(hashes.size(), 11U);

  auto stored = entry();
  stored.sequence = 99;
  stored.hash = "00";
  EXPECT_EQ(chain_hash("previous", stored), chain_hash("previous", entry()));
}

TEST(ChainHash, DoesNotConfuseNeighbouringFields) {
  auto one = entry();
  one.actor = "ab";
  one.roles = "c";
  auto two = entry();
  two.actor = "a";
  two.roles = "bc";
  EXPECT_NE(chain_hash("", one), chain_hash("", two));
}

TEST(ChainHash, IsSha256InHexadecimal) { EXPECT_EQ(chain_hash("", entry()).size(), 64U); }

TEST(AuditJson, ShowsEveryField) {
  EXPECT_EQ(json::write(to_json(entry())),
            R"({"sequence":7,"at":"2023-11-14T22:13:20.000Z","actor":"pat","roles":"Operator",)"
            R"("address":"10.0.0.1","action":"deployment.start","resource":"deployments/d-1",)"
            R"("outcome":"success","detail":"payment-service.production 1.2.0",)"
            R"("traceId":"trace-1","hash":"ff"})");
}

TEST(TimelineJson, LeavesOutWhatAnEventDoesNotConcern) {
  TimelineEvent event;
  event.sequence = 3;
  event.kind = "config.created";
  event.profile = ProfileName("p");
  event.message = "created";
  EXPECT_EQ(json::write(to_json(event)),
            R"({"sequence":3,"at":"1970-01-01T00:00:00.000Z","kind":"config.created",)"
            R"("profile":"p","message":"created"})");
  event.deployment = DeploymentId("d");
  event.instance = InstanceId("i");
  event.actor = "pat";
  event.data = json::Array{1};
  EXPECT_EQ(json::write(to_json(event)),
            R"({"sequence":3,"at":"1970-01-01T00:00:00.000Z","kind":"config.created",)"
            R"("profile":"p","deployment":"d","instance":"i","actor":"pat","message":"created",)"
            R"("data":[1]})");
}

}  // namespace
}  // namespace hotswap
