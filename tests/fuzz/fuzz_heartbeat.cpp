// Bodies of heartbeats and registrations, through the whole application on a store in memory:
// whatever an instance sends is answered, and never by a fault of ours.

#include "domain/base/assert.hpp"
#include "unit/api/world.hpp"

using namespace hotswap;
using namespace hotswap::api;

namespace {

struct Ground {
  api::testing::World world;
  api::testing::World::Member member;
  Ground() {
    world.make_profile();
    world.upload("1.0.0", R"({"a":1})");
    member = world.join("pay-1");
  }
};

int status_of(api::testing::World& world, const std::string& target, const std::string& token,
              std::string body) {
  const auto reply = world.api.answer(world.request(Method::Post, target, token, std::move(body)));
  const auto* response = std::get_if<Response>(&reply);
  HS_ASSERT(response != nullptr);
  return response->status;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static int runs = 0;
  static std::optional<Ground> ground;
  if (!ground || ++runs % 2000 == 0) ground.emplace();  // what was registered must not pile up
  const std::string body(reinterpret_cast<const char*>(data), size);
  auto& world = ground->world;
  const auto& member = ground->member;
  for (const auto& [target, token] :
       {std::pair("/api/v1/instances/" + member.id + "/heartbeat", member.token),
        {std::string("/api/v1/instances"), world.token(Role::Admin)}}) {
    const int status = status_of(world, target, token, body);
    HS_ASSERT(status < 500);
  }
  world.fleet.flush();
  return 0;
}
