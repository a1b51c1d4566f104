// Who is asked to go elsewhere, and how.
#include "api/streams/stream_moves.hpp"

#include "testing/fake_random.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

using namespace std::chrono_literals;

struct Moves : ::testing::Test {
  World world;
  hotswap::testing::FakeRandom random;
  StreamMoves moves{world.streams, world.clock, random};
  std::map<std::string, std::shared_ptr<RecordingStream>> streams;

  void open(const std::string& id) {
    auto stream = std::make_shared<RecordingStream>();
    streams[id] = stream;
    world.streams.open(InstanceId(id), stream, [] { return std::vector<Assignment>(); });
  }
  void open_many(int count) {
    for (int i = 0; i < count; ++i) open("i-" + std::to_string(i));
  }
  void leave(const std::string& id) {
    streams[id]->close({});
    world.streams.closed(InstanceId(id), streams[id]);
    streams.erase(id);
  }
  [[nodiscard]] std::vector<std::string> told() const {
    std::vector<std::string> frames;
    for (const auto& [id, stream] : streams)
      frames.insert(frames.end(), stream->frames.begin(), stream->frames.end());
    return frames;
  }
};

TEST_F(Moves, TellsAsManyAsAskedWithTheirTimesSpread) {
  open_many(40);
  EXPECT_EQ(world.streams.connected(), 40u);
  EXPECT_EQ(moves.tell(30, {}), 30u);
  const auto frames = told();
  ASSERT_EQ(frames.size(), 30u);
  const std::set<std::string> different(frames.begin(), frames.end());
  EXPECT_GT(different.size(), 20u);
  EXPECT_TRUE(frames[0].starts_with("event: reconnect\ndata: {\"afterMs\":")) << frames[0];
  EXPECT_EQ(moves.leaving(), 30u);
  for (const auto& [id, stream] : streams) EXPECT_TRUE(stream->is_open()) << "they are served on";
}

TEST_F(Moves, NamesTheAddressesByTurns) {
  open_many(4);
  moves.tell(4, {"http://b", "http://c"});
  int b_first = 0;
  for (const auto& frame : told()) {
    EXPECT_TRUE(frame.ends_with("]}\n\n")) << frame;
    b_first += frame.contains(R"("to":["http://b","http://c"])") ? 1 : 0;
  }
  EXPECT_EQ(b_first, 2);
}

TEST_F(Moves, NobodyIsToldTwiceWithinMinutes) {
  open_many(10);
  EXPECT_EQ(moves.tell(6, {}), 6u);
  EXPECT_EQ(moves.tell(10, {}), 4u);
  EXPECT_EQ(moves.tell(10, {}), 0u);
  leave("i-3");
  open("i-3");  // a balancer has sent it back
  EXPECT_EQ(moves.tell(10, {}), 0u);
  world.clock.advance(StreamMoves::kRest);
  EXPECT_EQ(moves.tell(10, {}), 10u);
}

TEST_F(Moves, WhoWasSentHereIsLeftAlone) {
  open_many(2);
  moves.arrived(InstanceId("i-0"));
  EXPECT_EQ(moves.tell(2, {}), 1u);
  EXPECT_TRUE(streams["i-0"]->frames.empty());
}

TEST_F(Moves, WhoLeavesOrDoesNotObeyIsNotWaitedFor) {
  open_many(3);
  moves.tell(3, {});
  leave("i-0");
  EXPECT_EQ(world.streams.connected(), 2u);
  EXPECT_EQ(moves.leaving(), 2u);
  world.clock.advance(StreamMoves::kPatience);
  EXPECT_EQ(moves.leaving(), 0u);
}

TEST_F(Moves, AStreamThatReplacesAnotherCountsOnce) {
  open("i-0");
  const auto older = streams["i-0"];
  open("i-0");
  EXPECT_FALSE(older->is_open());
  world.streams.closed(InstanceId("i-0"), older);
  EXPECT_EQ(world.streams.connected(), 1u);
}

TEST_F(Moves, TheHeaderOfTheRequestSaysWhoWasSent) {
  auto services = world.services();
  services.moves = &moves;
  Api api(services);
  const auto member = world.join("one");
  auto request =
      world.request(Method::Get, "/api/v1/instances/" + member.id + "/stream", member.token);
  request.headers.push_back({"HotSwap-Moved", "1"});
  auto reply = api.answer(request);
  ASSERT_TRUE(std::holds_alternative<StreamStart>(reply));
  const auto stream = std::make_shared<RecordingStream>();
  std::get<StreamStart>(reply).on_open(stream);
  EXPECT_EQ(world.streams.connected(), 1u);
  EXPECT_EQ(moves.tell(1, {}), 0u);
}

}  // namespace
}  // namespace hotswap::api::testing
