// Registrations share the store's writer: they run side by side, but for those of one id.

#include <atomic>
#include <thread>

#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

constexpr int kThreads = 8;
constexpr int kEach = 50;

class SideBySide : public World {
 protected:
  /// Every thread registers under the ids that `id_of` gives; how many were new.
  int register_all(const std::function<std::string(int thread, int round)>& id_of) {
    std::atomic<int> created = 0, refused = 0;
    {
      std::vector<std::jthread> threads;
      for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&, thread] {
          for (int round = 0; round < kEach; ++round) {
            Registration request;
            request.id = InstanceId(id_of(thread, round));
            request.instance.service = ServiceName("pay");
            request.instance.environment = "Production";
            const auto done = node().fleet.register_instance(kAdmin, std::move(request));
            if (!done) ++refused;
            if (done && done->created) ++created;
          }
        });
      }
    }
    EXPECT_EQ(refused, 0);
    return created;
  }
};

TEST_F(SideBySide, ManyInstancesRegisterAtOnceAndEachIsKept) {
  const auto created = register_all([](int thread, int round) {
    return "pay-" + std::to_string(thread) + '-' + std::to_string(round);
  });
  EXPECT_EQ(created, kThreads * kEach);
  EXPECT_EQ(node().fleet.live(ServiceName("pay"), "Production").size(),
            static_cast<std::size_t>(kThreads * kEach));
}

TEST_F(SideBySide, OneIdRegisteredByManyAtOnceIsOneInstance) {
  const auto created = register_all([](int, int round) { return "pay-" + std::to_string(round); });
  EXPECT_EQ(created, kEach);
  EXPECT_EQ(node().fleet.size(), static_cast<std::size_t>(kEach));
}

}  // namespace
}  // namespace hotswap::testing
