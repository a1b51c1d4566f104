#include "cluster_ports/nodes.hpp"
#include "domain/base/limits.hpp"

namespace hotswap::cluster_ports {
namespace {

class BusContract : public ::testing::TestWithParam<Kind> {
 protected:
  BusContract() : a_(make_node(GetParam(), "a")), b_(make_node(GetParam(), "b")) {}
  void SetUp() override {
    heard_a_.listen_to(a_->bus());
    heard_b_.listen_to(b_->bus());
    a_->start();
    b_->start();
  }

  Heard heard_a_, heard_b_;
  std::unique_ptr<Node> a_, b_;
};

TEST_P(BusContract, OthersHearWhatIsSaidAndTheSpeakerDoesNot) {
  a_->bus().publish("hello");
  ASSERT_TRUE(eventually([&] { return heard_b_.has("hello"); }));
  b_->bus().publish("back");
  ASSERT_TRUE(eventually([&] { return heard_a_.has("back"); }));
  EXPECT_EQ(heard_a_.all(), std::vector<std::string>{"back"});
  EXPECT_EQ(heard_b_.all(), std::vector<std::string>{"hello"});
}

TEST_P(BusContract, MessagesArriveWholeAndInOrder) {
  const std::vector<std::string> messages = {std::string(limits::kBusMessage, 'x'),
                                             "{\"a\":\"b'\\\\\"}\n\r\n%s", "größe 🚀", "", "last"};
  for (const auto& message : messages) a_->bus().publish(message);
  ASSERT_TRUE(eventually([&] { return heard_b_.has("last"); }));
  EXPECT_EQ(heard_b_.all(), messages);
}

TEST_P(BusContract, ManySpeakAtOnce) {
  constexpr int kEach = 500;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kEach; ++i)
          a_->bus().publish(std::to_string(thread) + ' ' + std::to_string(i));
      });
  }
  EXPECT_TRUE(eventually([&] { return heard_b_.all().size() == 4 * kEach; }));
}

TEST_P(BusContract, ABusThatEndsDisturbsNobody) {
  auto third = make_node(GetParam(), "c");
  Heard ignored;
  ignored.listen_to(third->bus());
  third->start();
  third.reset();
  a_->bus().publish("after");
  EXPECT_TRUE(eventually([&] { return heard_b_.has("after"); }));
}

INSTANTIATE_TEST_SUITE_P(Services, BusContract,
                         ::testing::Values(Kind::Redis, Kind::Postgres, Kind::Preferred),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace hotswap::cluster_ports
