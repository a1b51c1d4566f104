// Which answer belongs to what was said on the stream's connection, and what nobody may have heard.
#include "lane.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "fake_server.hpp"

namespace hotswap::sdk {
namespace {

using namespace std::chrono_literals;
using testing::kPatience;

HttpReply refusal(int status) {
  return {.status = status, .body = {}, .error = {}, .retry_after = {}};
}

struct LaneTest : ::testing::Test {
  Session session{{"http://a"}, "i", {}};
  Lane lane{session};
  std::mutex mutex;
  std::condition_variable handed_over;
  int count = 0;

  LaneTest() {
    session.on_interrupt([this] { lane.interrupt(); });
    lane.on_handed_over([this] {
      const std::lock_guard lock(mutex);
      ++count;
      handed_over.notify_all();
    });
    lane.stands();
  }
  /// What was said once `wanted` things were.
  std::vector<std::string> said(int wanted) {
    {
      std::unique_lock lock(mutex);
      EXPECT_TRUE(handed_over.wait_for(lock, kPatience, [&] { return count >= wanted; }));
    }
    return lane.take();
  }
  std::future<std::optional<HttpReply>> ask(std::chrono::milliseconds timeout = kPatience) {
    return std::async(std::launch::async, [this, timeout] { return lane.ask("beat", timeout); });
  }
};

TEST_F(LaneTest, brings_a_heartbeats_answer) {
  auto asked = ask();
  EXPECT_EQ(said(1), std::vector<std::string>{"beat"});
  lane.answered("{}");
  const auto reply = asked.get();
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->ok());
  EXPECT_EQ(reply->body, "{}");
  EXPECT_TRUE(lane.carries());
}

TEST_F(LaneTest, a_refusal_of_an_acknowledgement_is_told_by_itself) {
  const auto pokes = session.pokes();
  ASSERT_TRUE(lane.tell("ack"));
  lane.refused(refusal(429));
  EXPECT_EQ(session.pokes(), pokes + 1);
  EXPECT_EQ(lane.take_refusal()->status, 429);
  EXPECT_FALSE(lane.take_refusal());
}

TEST_F(LaneTest, a_refusal_before_the_answer_was_the_acknowledgements) {
  ASSERT_TRUE(lane.tell("ack"));
  auto asked = ask();
  EXPECT_EQ(said(2), (std::vector<std::string>{"ack", "beat"}));
  lane.refused(refusal(429));
  EXPECT_FALSE(lane.take_refusal()) << "nobody knows yet whose it is";
  lane.answered("{}");
  EXPECT_EQ(asked.get()->status, 200);
  EXPECT_EQ(lane.take_refusal()->status, 429);
}

TEST_F(LaneTest, a_refusal_that_nothing_follows_was_the_heartbeats) {
  ASSERT_TRUE(lane.tell("ack"));
  auto asked = ask(100ms);
  (void)said(2);
  lane.refused(refusal(503));
  EXPECT_EQ(asked.get()->status, 503);
  EXPECT_TRUE(lane.carries());
  asked = ask();
  (void)said(3);
  lane.answered("next");
  EXPECT_EQ(asked.get()->body, "next") << "in step again";
}

TEST_F(LaneTest, a_connection_that_ends_after_a_refusal_leaves_it_to_the_heartbeat) {
  ASSERT_TRUE(lane.tell("ack"));
  auto asked = ask();
  (void)said(2);
  lane.refused(refusal(401));
  lane.gone();
  EXPECT_EQ(asked.get()->status, 401);
}

TEST_F(LaneTest, two_refusals_are_one_for_each) {
  ASSERT_TRUE(lane.tell("ack"));
  auto asked = ask();
  (void)said(2);
  lane.refused(refusal(422));
  lane.refused(refusal(429));
  EXPECT_EQ(asked.get()->status, 429);
}

TEST_F(LaneTest, without_an_answer_in_time_it_is_left_until_another_stands) {
  EXPECT_FALSE(ask(20ms).get());
  EXPECT_FALSE(lane.carries());
  EXPECT_FALSE(lane.tell("ack"));
  lane.stands();
  EXPECT_TRUE(lane.tell("ack"));
}

TEST_F(LaneTest, an_answer_that_comes_too_late_is_nobody_elses) {
  std::optional<Lane::AtWork> work(lane);
  auto asked = ask(100ms);
  EXPECT_EQ(said(1), std::vector<std::string>{"beat"});
  EXPECT_FALSE(asked.get());
  work.reset();
  EXPECT_TRUE(lane.carries()) << "who is at work answers later";
  asked = ask();
  (void)said(2);
  lane.answered("old");
  lane.answered("new");
  EXPECT_EQ(asked.get()->body, "new");
}

TEST_F(LaneTest, what_was_not_sent_in_time_is_not_sent_later) {
  const Lane::AtWork work(lane);
  EXPECT_FALSE(lane.ask("beat", 20ms));
  EXPECT_TRUE(lane.take().empty());
}

TEST_F(LaneTest, an_end_wakes_who_waits_and_leaves_a_doubt_about_acknowledgements) {
  ASSERT_TRUE(lane.tell("ack"));
  auto asked = ask();
  (void)said(2);
  const auto pokes = session.pokes();
  lane.gone();
  EXPECT_FALSE(asked.get());
  EXPECT_GT(session.pokes(), pokes);
  EXPECT_TRUE(lane.take_doubt());
  EXPECT_FALSE(lane.take_doubt());
}

TEST_F(LaneTest, an_answered_heartbeat_leaves_no_doubt) {
  ASSERT_TRUE(lane.tell("ack"));
  auto asked = ask();
  (void)said(2);
  lane.answered("{}");
  EXPECT_TRUE(asked.get());
  lane.gone();
  EXPECT_FALSE(lane.take_doubt());
}

TEST_F(LaneTest, takes_a_bounded_number_and_always_the_heartbeat_that_confirms_them) {
  for (std::size_t i = 0; i < Lane::kUnanswered; ++i) ASSERT_TRUE(lane.tell("ack"));
  EXPECT_FALSE(lane.tell("ack"));
  auto asked = ask();
  (void)said(static_cast<int>(Lane::kUnanswered) + 1);
  lane.answered("{}");
  EXPECT_TRUE(asked.get());
  EXPECT_TRUE(lane.tell("ack"));
}

TEST_F(LaneTest, answers_that_nobody_asked_for_are_ignored) {
  lane.answered("{}");
  lane.refused(refusal(401));
  EXPECT_FALSE(lane.take_refusal());
  auto asked = ask();
  (void)said(1);
  lane.answered("own");
  EXPECT_EQ(asked.get()->body, "own");
}

TEST_F(LaneTest, who_waits_ends_when_the_session_stops) {
  auto asked = ask();
  (void)said(1);
  session.stop();
  EXPECT_FALSE(asked.get());
}

}  // namespace
}  // namespace hotswap::sdk
