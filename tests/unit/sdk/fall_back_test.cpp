// The way back without a server: the version before is pinned, in memory and on disk.
#include <gtest/gtest.h>

#include "book.hpp"
#include "fake_server.hpp"
#include "hotswap/client.hpp"
#include "temp_dir.hpp"

namespace hotswap::sdk {
namespace {

using namespace std::chrono_literals;
using testing::FakeServer;
using testing::frame;
using testing::kPatience;
using testing::offer;
using testing::Request;
using testing::Response;
using testing::TempDir;

Offer make(std::string_view data, int generation, const std::string& version) {
  return *read_offer(offer(data, generation, version));
}

Observation seen(const Book& book) { return book.report().at("pay.production"); }

ClientOptions options_for(const FakeServer& server, const TempDir& dir) {
  ClientOptions options;
  options.servers = {server.url()};
  options.token = "bootstrap";
  options.service = "pay";
  options.environment = "Production";
  options.state_dir = dir.path();
  options.backoff_min = 1ms;
  options.backoff_max = 20ms;
  return options;
}

class FallBack : public ::testing::Test {
 protected:
  FallBack() {
    server_.on_register = [this](const Request&) {
      return Response{200, server_.registration(), ""};
    };
    server_.configs = offer(R"({"a":1})", 1, "1.0.0");
  }
  /// Runs 1.0.0, then 2.0.0 of generation 2.
  void run_both() {
    client_.emplace(options_for(server_, dir_));
    ASSERT_TRUE(client_->start());
    server_.push(frame("config", offer(R"({"a":2})", 2, "2.0.0")));
    ASSERT_TRUE(server_.wait_observed("applied", 2));
    server_.configs = offer(R"({"a":2})", 2, "2.0.0");
  }
  void start_anew() {
    client_.reset();
    client_.emplace(options_for(server_, dir_));
    ASSERT_TRUE(client_->start());
    ASSERT_TRUE(client_->wait_ready(kPatience));
  }
  int running() { return client_->config().get_or<int>("a", -1); }
  [[nodiscard]] std::string reason_told() {
    const auto told = server_.wait_observed("rejected", 2);
    return told ? told->find("error")->as_string()->str() : "nothing was told";
  }

  TempDir dir_;
  FakeServer server_;
  std::optional<Client> client_;
};

TEST_F(FallBack, GoesBackWithTheServerGoneAndSaysSoWhenOneAnswers) {
  run_both();
  server_.stop();
  const auto back = client_->fall_back("latency doubled");
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(*back, "1.0.0");
  EXPECT_EQ(running(), 1);
  server_.start_again();
  EXPECT_EQ(reason_told(), "latency doubled");
  EXPECT_EQ(running(), 1) << "what was fallen back from is not applied again";
}

TEST_F(FallBack, ThePinSurvivesARestart) {
  run_both();
  server_.stop();
  start_anew();
  ASSERT_EQ(running(), 2);
  ASSERT_TRUE(client_->fall_back("broken"));
  EXPECT_EQ(running(), 1);
}

TEST_F(FallBack, WhatWasFallenBackFromIsRememberedOverARestart) {
  run_both();
  server_.stop();
  ASSERT_TRUE(client_->fall_back("broken"));
  start_anew();
  EXPECT_EQ(running(), 1);
  server_.start_again();
  EXPECT_EQ(reason_told(), "broken");
  EXPECT_EQ(running(), 1);
}

TEST_F(FallBack, ANewGenerationIsTakenAgain) {
  run_both();
  ASSERT_TRUE(client_->fall_back("broken"));
  server_.push(frame("config", offer(R"({"a":2})", 3, "2.0.0")));
  ASSERT_TRUE(server_.wait_observed("applied", 3));
  EXPECT_EQ(running(), 2);
}

TEST_F(FallBack, ACallbackMayFallBack) {
  client_.emplace(options_for(server_, dir_));
  client_->config().on_change("a", [this](const Snapshot& now) {
    if (now.get_or<int>("a", 0) == 2) (void)client_->fall_back("I cannot live with 2");
  });
  ASSERT_TRUE(client_->start());
  ASSERT_TRUE(client_->wait_ready(kPatience));
  server_.push(frame("config", offer(R"({"a":2})", 2, "2.0.0")));
  EXPECT_EQ(reason_told(), "I cannot live with 2");
  EXPECT_EQ(running(), 1);
}

TEST_F(FallBack, SaysWhyItCannot) {
  client_.emplace(options_for(server_, dir_));
  EXPECT_FALSE(client_->fall_back("too early"));
  ASSERT_TRUE(client_->start());
  ASSERT_TRUE(client_->wait_ready(kPatience));
  const auto none = client_->fall_back("the first version ever");
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().contains("no version is pinned")) << none.error();
  const auto told = server_.wait_observed("rejected", 1);
  ASSERT_TRUE(told) << "it is bad whether or not there is a way back";
  EXPECT_EQ(told->find("error")->as_string()->str(), "the first version ever");
  EXPECT_EQ(running(), 1);
}

TEST(Left, IsNotTakenAgainWhenTheServerCountsAnewUntilAnotherCame) {
  Book book("", nullptr);
  book.apply(make(R"({"a":1})", 1, "1.0.0"));
  book.apply(make(R"({"a":2})", 2, "2.0.0"));
  ASSERT_TRUE(book.fall_back("pay.production", "bad"));
  book.forget_generations();
  EXPECT_EQ(book.apply(make(R"({"a":2})", 1, "2.0.0")), Book::Effect::Reported);
  EXPECT_EQ(seen(book).state, State::Rejected);
  EXPECT_EQ(seen(book).generation, 1U);
  EXPECT_EQ(seen(book).error, "bad");
  EXPECT_EQ(book.apply(make(R"({"a":2})", 1, "2.0.0")), Book::Effect::None);
  book.forget_generations();
  EXPECT_EQ(book.apply(make(R"({"a":3})", 1, "3.0.0")), Book::Effect::Swapped);
  EXPECT_EQ(book.apply(make(R"({"a":2})", 2, "2.0.0")), Book::Effect::Swapped);
}

TEST(StateFolder, OfARunningClientIsRefusedToASecondOne) {
  const TempDir dir;
  FakeServer server;
  server.on_register = [&](const Request&) { return Response{200, server.registration(), ""}; };
  server.configs = offer(R"({"a":1})", 1, "1.0.0");
  Client first(options_for(server, dir)), second(options_for(server, dir));
  ASSERT_TRUE(first.start());
  const auto refused = second.start();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().contains("in use by process " + std::to_string(::getpid())))
      << refused.error();
  first.stop();
  EXPECT_TRUE(second.start());
}

TEST_F(FallBack, AStagedCopySurvivesARestartAndIsActivatedWithoutAFetch) {
  client_.emplace(options_for(server_, dir_));
  ASSERT_TRUE(client_->start());
  server_.push(frame("stage", offer(R"({"a":2})", 2, "2.0.0")));
  ASSERT_TRUE(server_.wait_observed("staged", 2));
  start_anew();
  EXPECT_EQ(running(), 1);
  server_.push(frame("activate", offer(R"({"a":2})", 3, "2.0.0")));
  ASSERT_TRUE(server_.wait_observed("applied", 3));
  EXPECT_EQ(server_.count("/configs"), 0U);
  EXPECT_EQ(running(), 2);
}

TEST(Pin, IsNotWhatWasGoneBackFrom) {
  Book book("", nullptr);
  book.apply(make(R"({"a":1})", 1, "1.0.0"));
  book.apply(make(R"({"a":2})", 2, "2.0.0"));
  book.apply(make(R"({"a":1})", 3, "1.0.0"));  // the server rolled back
  EXPECT_FALSE(book.fall_back("pay.production", "never to 2.0.0 again"));
  EXPECT_EQ(book.config().get<int>("a"), 1);
}

TEST(Pin, ACallbackThatFallsBackLeavesNoConfigOnWhatItLeft) {
  for (const bool by_name : {true, false}) {
    Book book("pay.production", nullptr);
    auto& own = book.config("pay.production");
    auto& watched = by_name ? own : book.config();
    std::vector<std::string> seen;
    watched.on_change("a", [&](const Snapshot& now) {
      if (now.get_or<int>("a", 0) == 2) {
        EXPECT_EQ(own.get<int>("a"), 2);
        EXPECT_EQ(book.config().get<int>("a"), 2) << "all are swapped before anybody is called";
        EXPECT_TRUE(book.fall_back("pay.production", "not 2"));
      }
    });
    watched.on_change("a", [&](const Snapshot& now) { seen.push_back(now.json("a")); });
    book.apply(make(R"({"a":1})", 1, "1.0.0"));
    book.apply(make(R"({"a":2})", 2, "2.0.0"));
    EXPECT_EQ(own.get<int>("a"), 1);
    EXPECT_EQ(book.config().get<int>("a"), 1);
    EXPECT_EQ(seen, std::vector<std::string>{"1"});
  }
}

TEST(Pin, TheSameContentUnderANewGenerationKeepsIt) {
  Book book("", nullptr);
  book.apply(make(R"({"a":1})", 1, "1.0.0"));
  book.apply(make(R"({"a":2})", 2, "2.0.0"));
  book.apply(make(R"({"a":2})", 3, "2.0.0"));
  const auto back = book.fall_back("pay.production", "bad");
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(*back, "1.0.0");
  EXPECT_EQ(seen(book).state, State::Rejected);
  EXPECT_EQ(seen(book).generation, 3U);
  EXPECT_FALSE(book.fall_back("pay.production", "again")) << "there is nothing behind it";
}

TEST(Pin, AnActivateOfWhatWasLeftIsIgnored) {
  Book book("", nullptr);
  book.apply(make(R"({"a":1})", 1, "1.0.0"));
  book.apply(make(R"({"a":2})", 2, "2.0.0"));
  ASSERT_TRUE(book.fall_back("pay.production", "bad"));
  EXPECT_EQ(book.activate(make(R"({"a":2})", 2, "2.0.0").identity), Book::Effect::None);
  EXPECT_EQ(book.config().get<int>("a"), 1);
}

}  // namespace
}  // namespace hotswap::sdk
