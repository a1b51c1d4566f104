// What takes effect outside of the process, and when the server hears of it.
#include <gtest/gtest.h>

#include "book.hpp"
#include "fake_server.hpp"
#include "temp_dir.hpp"

namespace hotswap::sdk {
namespace {

using namespace std::chrono_literals;
using Effect = Book::Effect;
using Cause = Application::Cause;

Offer make(std::string_view data, int generation) {
  return *read_offer(testing::offer(data, generation, "1." + std::to_string(generation) + ".0"));
}

/// Refuses what has a negative `a`, and keeps what it was asked.
struct Outside {
  std::vector<std::pair<int, Cause>> asked;
  Applier applier() {
    return [this](const Application& application) -> std::optional<std::string> {
      const int a = application.next.get_or<int>("a", 0);
      asked.emplace_back(a, application.cause);
      if (a == -99) throw std::runtime_error("boom");
      if (a < 0) return "the disk is full";
      return std::nullopt;
    };
  }
};

Observation seen(const Book& book) { return book.report().at("pay.production"); }

TEST(Applier, is_asked_before_anything_is_published_and_its_refusal_is_a_rejection) {
  Outside outside;
  Book book("", nullptr, outside.applier());
  EXPECT_EQ(book.apply(make(R"({"a":1})", 1)), Effect::Swapped);
  EXPECT_EQ(book.apply(make(R"({"a":-1})", 2)), Effect::Reported);
  EXPECT_EQ(seen(book).state, State::Rejected);
  EXPECT_EQ(seen(book).error, "the disk is full");
  EXPECT_EQ(book.config().get<int>("a"), 1);
  EXPECT_EQ(book.apply(make(R"({"a":-99})", 3)), Effect::Reported);
  EXPECT_EQ(seen(book).error, "the applier threw: boom");
  EXPECT_EQ(outside.asked, (std::vector<std::pair<int, Cause>>{
                               {1, Cause::Applied}, {-1, Cause::Applied}, {-99, Cause::Applied}}));
}

TEST(Applier, is_not_asked_when_a_version_is_staged_but_when_it_is_activated) {
  Outside outside;
  Book book("", nullptr, outside.applier());
  book.apply(make(R"({"a":1})", 1));
  EXPECT_EQ(book.stage(make(R"({"a":2})", 2)), Effect::Reported);
  EXPECT_EQ(outside.asked.size(), 1U);
  auto identity = make(R"({"a":2})", 3).identity;
  EXPECT_EQ(book.activate(identity), Effect::Swapped);
  EXPECT_EQ(outside.asked.back(), (std::pair<int, Cause>(2, Cause::Applied)));
  EXPECT_EQ(book.stage(make(R"({"a":-1})", 4)), Effect::Reported);
  identity = make(R"({"a":-1})", 5).identity;
  EXPECT_EQ(book.activate(identity), Effect::Reported);
  EXPECT_EQ(seen(book).state, State::Rejected);
  EXPECT_EQ(book.config().get<int>("a"), 2);
  EXPECT_EQ(book.activate(identity), Effect::None) << "and it is not tried again";
}

TEST(Applier, is_asked_for_what_comes_from_disk) {
  Outside outside;
  Book book("", nullptr, outside.applier());
  EXPECT_FALSE(book.restore(make(R"({"a":-1})", 1)));
  EXPECT_TRUE(book.restore(make(R"({"a":1})", 1)));
  EXPECT_EQ(outside.asked.back(), (std::pair<int, Cause>(1, Cause::Restored)));
}

TEST(Applier, is_asked_for_the_way_back_and_may_bar_it) {
  Outside outside;
  bool barred = false;
  Book book("", nullptr, [&, asked = outside.applier()](const Application& application) {
    return barred ? std::optional<std::string>("barred") : asked(application);
  });
  book.apply(make(R"({"a":1})", 1));
  book.apply(make(R"({"a":2})", 2));
  barred = true;
  const auto refused = book.fall_back("pay.production", "it crashes");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().ends_with("cannot go back to 1.1.0: barred")) << refused.error();
  EXPECT_EQ(book.config().get<int>("a"), 2);
  barred = false;
  ASSERT_TRUE(book.fall_back("pay.production", "it crashes"));
  EXPECT_EQ(outside.asked.back(), (std::pair<int, Cause>(1, Cause::FellBack)));
  EXPECT_EQ(book.config().get<int>("a"), 1);
}

TEST(Applier, is_over_before_the_server_hears_applied) {
  std::atomic<bool> in_place = false;
  std::atomic<bool> too_early = false;
  testing::FakeServer server;
  server.configs = testing::offer(R"({"a":1})", 1, "1.0.0");
  server.on_heartbeat = [&](const testing::Request& request) {
    if (request.body.contains(R"("state":"applied")") && !in_place) too_early = true;
    return testing::Response{200, R"({"changed":[]})", ""};
  };
  ClientOptions options;
  options.servers = {server.url()};
  options.token = "t";
  options.service = "pay";
  options.environment = "Production";
  options.applier = [&](const Application&) -> std::optional<std::string> {
    in_place = true;
    return std::nullopt;
  };
  Client client(options);
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(server.wait_observed("applied", 1));
  EXPECT_FALSE(too_early);
}

}  // namespace
}  // namespace hotswap::sdk
