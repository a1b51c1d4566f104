// The rule by which nodes even out their streams, over simulated minutes of several nodes that see
// each other's figures late.
#include "domain/cluster/stream_balance.hpp"

#include <numeric>

#include "orchestrator/stream_sharing.hpp"
#include "testing/fake_clock.hpp"
#include "testing/memory_logger.hpp"
#include "testing/memory_metrics.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

enum class Clients { MakeBeforeBreak, OlderOnes, ThroughABalancer };

/// Nodes that ask every half second, with the others' figures of half a second ago; a stream that
/// was told moves within two seconds.
class Fleet {
 public:
  Fleet(std::vector<std::size_t> streams, Clients clients)
      : streams_(std::move(streams)),
        known_(streams_),
        leaving_(streams_.size()),
        balancers_(streams_.size()),
        clients_(clients) {}

  void run(Duration time) {
    for (const MonoTime end = now_ + time; now_ < end; now_ += 500ms) step();
  }
  void add_node() {
    streams_.push_back(0);
    known_.push_back(0);
    leaving_.push_back(0);
    balancers_.emplace_back();
  }
  void kill_node(std::size_t node) {
    const std::size_t orphans = std::exchange(streams_[node], 0);
    for (std::size_t i = 0; i < orphans; ++i) {
      std::size_t to = random_.below(streams_.size());
      while (to == node) to = random_.below(streams_.size());
      ++streams_[to];
    }
  }

  [[nodiscard]] const std::vector<std::size_t>& streams() const { return streams_; }
  [[nodiscard]] double spread() const {
    const auto [least, most] = std::ranges::minmax(streams_);
    return static_cast<double>(most - least);
  }
  std::size_t told = 0, most_in_a_second = 0;

 private:
  struct Travel {
    std::size_t from, to;
    MonoTime at;
  };

  void step() {
    const auto seen = std::exchange(known_, streams_);
    std::size_t now_told = 0;
    for (std::size_t node = 0; node < streams_.size(); ++node) now_told += tell(node, seen);
    most_in_a_second = std::max(most_in_a_second, now_told + before_);
    before_ = now_told;
    told += now_told;
    std::erase_if(travels_, [this](const Travel& each) { return arrive(each); });
  }

  std::size_t tell(std::size_t node, const std::vector<std::size_t>& seen) {
    StreamCounts counts{streams_[node], leaving_[node], seen};
    counts.others.erase(counts.others.begin() + static_cast<std::ptrdiff_t>(node));
    const std::size_t due = balancers_[node].due(counts, now_);
    for (std::size_t i = 0; i < due; ++i) {
      const auto delay = std::chrono::milliseconds(random_.below(2000));
      travels_.push_back({node, destination(node, seen), now_ + delay});
      if (clients_ == Clients::OlderOnes)
        --streams_[node];  // it leaves first and comes later
      else
        ++leaving_[node];
    }
    return due;
  }

  std::size_t destination(std::size_t from, const std::vector<std::size_t>& seen) {
    if (clients_ == Clients::ThroughABalancer) return random_.below(seen.size());
    std::vector<std::size_t> roomy;
    const std::size_t all = std::accumulate(seen.begin(), seen.end(), std::size_t{0});
    for (std::size_t node = 0; node < seen.size(); ++node)
      if (node != from && seen[node] * seen.size() < all) roomy.push_back(node);
    return roomy.empty() ? from : roomy[turn_++ % roomy.size()];
  }

  bool arrive(const Travel& each) {
    if (each.at > now_) return false;
    ++streams_[each.to];
    if (clients_ == Clients::OlderOnes) return true;
    --streams_[each.from];
    --leaving_[each.from];
    return true;
  }

  std::vector<std::size_t> streams_, known_, leaving_;
  std::vector<StreamBalancer> balancers_;
  Clients clients_;
  std::vector<Travel> travels_;
  std::size_t turn_ = 0, before_ = 0;
  MonoTime now_{1h};
  FakeRandom random_{7};
};

class StreamBalance : public ::testing::TestWithParam<Clients> {};

TEST_P(StreamBalance, NineHundredOnOneNodeAreEvenWithinAMinuteAndAHalf) {
  Fleet fleet({900, 0, 0}, GetParam());
  fleet.run(90s);
  EXPECT_LE(fleet.spread(), 60) << ::testing::PrintToString(fleet.streams());
  EXPECT_LE(fleet.most_in_a_second, static_cast<std::size_t>(StreamBalancer::kMost) + 1);
}

TEST_P(StreamBalance, NothingOscillates) {
  Fleet fleet({900, 0, 0}, GetParam());
  fleet.run(3min);
  const std::size_t needed = fleet.told;
  EXPECT_LE(needed, GetParam() == Clients::ThroughABalancer ? 1000u : 700u);
  fleet.run(1h);
  EXPECT_EQ(fleet.told, needed) << "once even, nobody is told anything";
}

TEST_P(StreamBalance, ANodeThatJoinsGetsItsShare) {
  Fleet fleet({5000, 5000}, GetParam());
  fleet.add_node();
  fleet.run(5min);
  EXPECT_GE(fleet.streams().back(), 2800u) << ::testing::PrintToString(fleet.streams());
  EXPECT_LE(fleet.most_in_a_second, 2 * static_cast<std::size_t>(StreamBalancer::kMost) + 2);
}

TEST_P(StreamBalance, ADeadNodesStreamsSettleByThemselves) {
  Fleet fleet({3000, 3000, 3000}, GetParam());
  fleet.kill_node(1);
  Fleet survivors({fleet.streams()[0], fleet.streams()[2]}, GetParam());
  survivors.run(10min);
  EXPECT_EQ(survivors.told, 0u);
}

INSTANTIATE_TEST_SUITE_P(OfClients, StreamBalance,
                         ::testing::Values(Clients::MakeBeforeBreak, Clients::OlderOnes,
                                           Clients::ThroughABalancer),
                         [](const auto& each) -> std::string {
                           switch (each.param) {
                             case Clients::MakeBeforeBreak:
                               return "make_before_break";
                             case Clients::OlderOnes:
                               return "older_ones";
                             case Clients::ThroughABalancer:
                               return "through_a_balancer";
                           }
                           return "";
                         });

TEST(StreamBalancer, LeavesSmallDifferencesAlone) {
  StreamBalancer balancer;
  MonoTime now{1h};
  for (int i = 0; i < 1000; ++i, now += 500ms) {
    EXPECT_EQ(balancer.due({110, 0, {100, 90}}, now), 0u);
    EXPECT_EQ(balancer.due({7, 0, {0, 0}}, now), 0u) << "a handful is not worth it";
    EXPECT_EQ(balancer.due({500, 0, {}}, now), 0u) << "there is nobody else";
  }
}

TEST(StreamBalancer, WaitsUntilTheDifferenceLasts) {
  StreamBalancer balancer;
  const MonoTime now{1h};
  EXPECT_EQ(balancer.due({100, 0, {0}}, now), 0u);
  EXPECT_EQ(balancer.due({100, 0, {0}}, now + StreamBalancer::kSteady - 1ms), 0u);
  EXPECT_EQ(balancer.due({50, 0, {50}}, now + StreamBalancer::kSteady), 0u);
  EXPECT_EQ(balancer.due({100, 0, {0}}, now + StreamBalancer::kSteady + 1s), 0u) << "it is new";
  EXPECT_FALSE(balancer.balancing());
}

TEST(StreamBalancer, APauseOfTheAskerIsNoStormAfterwards) {
  StreamBalancer balancer;
  MonoTime now{1h};
  static_cast<void>(balancer.due({1000, 0, {0}}, now));
  static_cast<void>(balancer.due({1000, 0, {0}}, now += StreamBalancer::kSteady));
  EXPECT_EQ(balancer.due({1000, 0, {0}}, now + 1h), 50u);
}

ClusterNode node(const std::string& id, std::size_t streams) {
  ClusterNode made;
  made.id = id;
  made.url = "http://" + id;
  made.load.streams = streams;
  return made;
}

TEST(StreamBalancer, NamesTheEmptiestNodesFirst) {
  const std::vector<ClusterNode> nodes{node("a", 90), node("b", 5), node("c", 1), node("d", 60)};
  EXPECT_EQ(stream_destinations(nodes, "a"), (std::vector<std::string>{"http://c", "http://b"}));
}

TEST(StreamSharing, TellsWhatTheRuleSaysAndCountsIt) {
  FakeClock clock;
  MemoryLogger logger;
  MemoryMetrics metrics;
  std::size_t told = 0;
  std::vector<std::string> to;
  StreamSharing sharing({[&] { return 100 - told; }, [] { return 0u; },
                         [&](std::size_t count, const std::vector<std::string>& urls) {
                           told += count;
                           to = urls;
                           return count;
                         },
                         clock, logger, metrics},
                        "a");
  for (int i = 0; i < 60; ++i, clock.advance(500ms))
    sharing.tick({node("a", 100 - told), node("b", told)});
  EXPECT_GE(told, 45u);
  EXPECT_LE(told, 50u);
  EXPECT_EQ(to, std::vector<std::string>{"http://b"});
  EXPECT_EQ(metrics.value("hotswap_streams_hinted_total", {{"why", "balance"}}),
            static_cast<double>(told));
}

TEST(StreamSharing, ANodeThatDrainsBalancesNothing) {
  FakeClock clock;
  MemoryLogger logger;
  MemoryMetrics metrics;
  bool told = false;
  StreamSharing sharing({[] { return 100u; }, [] { return 0u; },
                         [&](std::size_t, const std::vector<std::string>&) -> std::size_t {
                           told = true;
                           return 0;
                         },
                         clock, logger, metrics},
                        "a");
  for (int i = 0; i < 60; ++i, clock.advance(500ms)) sharing.tick({node("b", 0)});
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace hotswap::testing
