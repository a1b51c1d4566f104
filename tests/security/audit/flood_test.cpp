// A flood of refused attempts neither fills the store nor hides the one that matters.
#include "api/resources/denials.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

using namespace std::chrono_literals;

Request stranger(World& world, const std::string& peer, const std::string& path) {
  auto request = world.request(Method::Get, path, "a.b.c");
  request.peer = peer;
  return request;
}

std::size_t entries(World& world) { return world.memory.audit_after(0, 100'000)->size(); }

TEST(Flood, of_an_hour_from_one_address_is_an_entry_for_each_minute) {
  World world;
  for (int minute = 0; minute < 60; ++minute) {
    for (int i = 0; i < 200; ++i)
      static_cast<void>(world.ask(stranger(world, "203.0.113.9:" + std::to_string(1024 + i),
                                           "/api/v1/configs/" + std::to_string(i))));
    world.clock.advance(1min);
    world.api.flush_denials();
  }
  EXPECT_LE(entries(world), 62U);
  std::uint64_t counted = 0;
  for (const auto& entry : world.memory.audit_after(0, 1000).value())
    counted += entry.detail.contains("more within a minute") ? std::stoull(entry.detail) : 1;
  EXPECT_EQ(counted, 60U * 200U);
}

TEST(Flood, from_a_whole_network_of_addresses_is_bounded) {
  World world;
  for (int i = 0; i < 20'000; ++i)
    static_cast<void>(world.ask(
        stranger(world, "[2001:db8::" + std::to_string(i % 9999) + "]:4711", "/api/v1/configs")));
  EXPECT_EQ(entries(world), 1U);
}

TEST(Flood, does_not_hide_somebody_who_is_known_by_name) {
  World world;
  for (int i = 0; i < 5'000; ++i)
    static_cast<void>(world.ask(stranger(world, "127.0.0.1:4711", "/api/v1/configs")));
  EXPECT_EQ(world.ask(Role::Viewer, Method::Delete, "/api/v1/configs/pay").status, 403);
  const auto newest = world.memory.audit({}, {.limit = 1, .cursor = {}})->items.front();
  EXPECT_EQ(newest.actor, "a-Viewer");
  EXPECT_EQ(newest.action, "config.delete");
}

TEST(Flood, is_on_record_also_when_the_server_ends_within_the_minute) {
  FakeClock clock;
  MemoryStore store;
  Committer committer(store);
  AuditService audit(store, committer);
  SilentLogger logger;
  {
    Denials denials(audit, clock, logger);
    Caller caller;
    caller.address = "203.0.113.9:1";
    for (int i = 0; i < 10; ++i)
      denials.note(caller, "config.read", "/api/v1/configs",
                   {ErrorCode::Unauthenticated, "auth.required", "", {}, {}});
  }
  const auto all = store.audit_after(0, 10).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[1].detail.starts_with("9 more"));
}

}  // namespace
}  // namespace hotswap::api::testing
