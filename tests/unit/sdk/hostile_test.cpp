// Servers that lie, stall, break off and speak nonsense; a day without any; none at the start.
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

ClientOptions options_for(const std::vector<const FakeServer*>& servers) {
  ClientOptions options;
  for (const auto* server : servers) options.servers.push_back(server->url());
  options.token = "bootstrap";
  options.service = "pay";
  options.environment = "Production";
  options.backoff_min = 1ms;
  options.backoff_max = 20ms;
  options.request_timeout = 200ms;
  return options;
}

const auto kGood = offer(R"({"a":4})", 4, "1.0.0");

void say(int socket, const std::string& bytes) {
  FakeServer::send_all(socket, bytes);
  FakeServer::be_silent(socket);
}

// ── the answer to a registration ─────────────────────────────────────────────────────────────────

/// The first server answers each request by `answer`; the second one is good.
void goes_on_to_the_next(const FakeServer::Raw& answer) {
  FakeServer bad;
  FakeServer good;
  bad.on_anything = answer;
  good.configs = kGood;
  Client client(options_for({&bad, &good}));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(client.wait_ready(kPatience));
  EXPECT_EQ(client.config().get<int>("a"), 4);
  EXPECT_GE(bad.count("/instances"), 1U) << "it was asked first";
}

void goes_on_after(const std::string& bytes) {
  goes_on_to_the_next([&](const Request&, int socket) { return say(socket, bytes), true; });
}

TEST(HostileServer, AcceptsAndSaysNothing) { goes_on_after(""); }
TEST(HostileServer, SendsHeadersOnly) {
  goes_on_after("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Le");
}
TEST(HostileServer, SendsHalfAnAnswerAndFallsSilent) {
  goes_on_after("HTTP/1.1 201 Created\r\nContent-Length: 4000\r\n\r\n{\"id\":");
}
TEST(HostileServer, ClosesInTheMiddleOfAnAnswer) {
  goes_on_to_the_next([](const Request&, int socket) {
    const std::string whole = R"({"id":"i-1","token":"t","configs":[]})";  // cut, it would do
    FakeServer::send_all(socket, "HTTP/1.1 201 Created\r\nContent-Length: 4000\r\n\r\n" + whole);
    return true;
  });
}
TEST(HostileServer, ClosesAtOnce) {
  goes_on_to_the_next([](const Request&, int) { return true; });
}
TEST(HostileServer, AnswersInGarbage) { goes_on_after("\x16\x03\x01\x02\x00\x01\xff\xfe garbage"); }
TEST(HostileServer, AnswersWithAPageForPeople) {
  goes_on_after(
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>");
}
TEST(HostileServer, AnswersWithoutEnd) {
  goes_on_to_the_next([](const Request&, int socket) {
    FakeServer::send_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n");
    const std::string block(1 << 20, 'x');
    for (int i = 0; i < 20; ++i) FakeServer::send_all(socket, block);  // it hangs up before
    return true;
  });
}

TEST(HostileServer, SendsElsewhereAndIsNotFollowedThere) {
  FakeServer elsewhere;
  FakeServer bad;
  FakeServer good;
  bad.on_register = [&](const Request&) {
    return Response{307, "", "Location: " + elsewhere.url() + "/api/v1/instances\r\n"};
  };
  good.configs = kGood;
  Client client(options_for({&bad, &good}));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(client.wait_ready(kPatience));
  EXPECT_EQ(elsewhere.count(""), 0U) << "a token is not given to strangers";
}

// ── the stream ───────────────────────────────────────────────────────────────────────────────────

/// The first stream is answered by `bytes` and silence, the next ones are good.
void comes_back_after(const std::string& bytes) {
  std::atomic<int> streams{0};
  FakeServer server;
  server.on_anything = [&](const Request& request, int socket) {
    if (!request.path.ends_with("/stream") || streams++ > 0) return false;
    return say(socket, bytes), true;
  };
  server.on_stream = [](int, int socket) { say(socket, frame("config", kGood)); };
  auto options = options_for({&server});
  options.stream_silence = 100ms;
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(client.wait_ready(kPatience));
  EXPECT_EQ(client.config().get<int>("a"), 4);
}

constexpr auto kStreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

TEST(HostileStream, SaysNothingAtAll) { comes_back_after(""); }
TEST(HostileStream, SendsItsHeadersOnly) { comes_back_after(kStreamHead); }
TEST(HostileStream, FallsSilentAfterHalfAnEvent) {
  const auto lie = frame("config", offer(R"({"a":1})", 9, "1.0.0"));
  comes_back_after(kStreamHead + lie.substr(0, lie.size() - 1));
}
TEST(HostileStream, IsNoEventStream) {
  comes_back_after("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" +
                   frame("config", offer(R"({"a":1})", 9, "1.0.0")));
}
TEST(HostileStream, IsGarbage) {
  std::string garbage(200'000, '\0');
  for (std::size_t i = 0; i < garbage.size(); ++i) garbage[i] = static_cast<char>(i * 31 % 251);
  comes_back_after(kStreamHead + garbage);
}
TEST(HostileStream, NestsDeeperThanAnyConfiguration) {
  comes_back_after(kStreamHead + frame("config", R"({"data":)" + std::string(100'000, '[')));
}

// ── lies ─────────────────────────────────────────────────────────────────────────────────────────

/// A client of profile pay.production that runs version 1.0.0 of generation 7.
struct Lies : ::testing::Test {
  FakeServer server;
  std::optional<Client> client;

  Lies() {
    server.configs = offer(R"({"a":1})", 7, "1.0.0");
    auto options = options_for({&server});
    options.profile = "pay.production";
    client.emplace(std::move(options));
  }
  void SetUp() override {
    ASSERT_TRUE(client->start());
    ASSERT_TRUE(server.wait_observed("applied", 7));
  }
  /// Whatever was sent before is dealt with when this is.
  void then_generation_9_is_taken() {
    server.push(frame("config", offer(R"({"a":9})", 9, "9.0.0")));
    ASSERT_TRUE(server.wait_observed("applied", 9));
    EXPECT_EQ(client->config().get<int>("a"), 9);
  }
};

TEST_F(Lies, AnotherProfileLeavesThisOneAlone) {
  auto lie = offer(R"({"a":2})", 8, "2.0.0");
  lie.replace(lie.find("pay.production"), 14, "someone.elses.");
  server.push(frame("config", lie));
  then_generation_9_is_taken();
  EXPECT_EQ(client->config("someone.elses.").get<int>("a"), 2);
}

TEST_F(Lies, WhatWasLiedAboutIsRefusedOnceAndIsTakenWhenItIsTrue) {
  auto lie = offer(R"({"a":2})", 8, "2.0.0");
  lie.replace(lie.find(R"({"a":2})"), 7, R"({"a":3})");
  server.push(frame("config", lie) + frame("config", lie));
  ASSERT_TRUE(server.wait_observed("rejected", 8));
  EXPECT_EQ(client->config().get<int>("a"), 1);
  then_generation_9_is_taken();
}

TEST_F(Lies, OfOneGenerationTheLastWordCountsIfItsHashIsTrue) {
  server.push(frame("config", offer(R"({"a":2})", 7, "2.0.0")));
  ASSERT_TRUE(server.wait([&](const auto&) { return client->config().get_or("a", 0) == 2; }));
  EXPECT_EQ(client->config().read()->identity().version, "2.0.0");
}

TEST_F(Lies, ProfilesWithoutEndFillNoMemory) {
  std::string all;
  for (std::size_t i = 0; i < Book::kProfiles + 50; ++i) {
    auto one = offer(R"({"a":2})", 8, "2.0.0");
    all += frame("config", one.replace(one.find("pay.production"), 14, "p" + std::to_string(i)));
  }
  server.push(all);
  then_generation_9_is_taken();
  EXPECT_EQ(client->config("p0").get<int>("a"), 2);
  EXPECT_EQ(client->config("p300").get<int>("a"), std::unexpected(ReadError::Missing));
  EXPECT_TRUE(client->status().last_error.contains("an instance has at most 256 profiles"))
      << client->status().last_error;
}

TEST(Lies401, ForEverOnTheStreamLeaveTheProgramRunning) {
  FakeServer server;
  server.configs = kGood;
  server.on_stream_request = [](const Request&) { return Response{401, "{}", ""}; };
  Client client(options_for({&server}));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/instances", 4)) << "it goes on trying";
  EXPECT_EQ(client.config().get<int>("a"), 4);
  for (const auto& each : server.requests("/instances")) EXPECT_EQ(each.token, "bootstrap");
}

TEST(Lies401, OfARegistrationSayWhatToDoInOneLine) {
  FakeServer server;
  server.on_register = [](const Request&) {
    return Response{401, R"({"title":"Unauthorized","detail":"The token\nhas expired."})", ""};
  };
  const TempDir dir;
  auto options = options_for({&server});
  options.token_file = dir.path() / "token";
  Client client(options);
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/instances", 2));
  EXPECT_EQ(client.status().last_error,
            "cannot register at " + server.url() +
                ": HTTP 401: The token has expired. Renew the bootstrap token in " +
                options.token_file.string() + ".");
}

TEST(Lies401, ForEverAreLoggedOnceAMinuteNotAtEachAttempt) {
  FakeServer server;
  server.on_register = [](const Request&) { return Response{401, "{}", ""}; };
  std::atomic<int> lines{0};
  auto options = options_for({&server});
  options.log = [&](LogLevel, std::string_view line) {
    if (line.starts_with("cannot register")) ++lines;
  };
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/instances", 10));
  client.stop();
  EXPECT_EQ(lines, 1);
}

// ── a day offline, and nobody at the start ───────────────────────────────────────────────────────

void make_a_day_old(const std::filesystem::path& dir) {
  for (const auto& file : std::filesystem::directory_iterator(dir)) {
    last_write_time(file, last_write_time(file) - 24h);
  }
}

TEST(ADayOffline, ADayOldCopyIsLeftByOneSwapHoweverFarTheServerIs) {
  const TempDir dir;
  FakeServer server;
  server.on_register = [&](const Request&) { return Response{200, server.registration(), ""}; };
  server.configs = offer(R"({"a":1})", 5, "1.0.0");
  auto options = options_for({&server});
  options.state_dir = dir.path();
  {
    Client client(options);
    ASSERT_TRUE(client.start());
    ASSERT_TRUE(server.wait_observed("applied", 5));
  }
  make_a_day_old(dir.path());
  const auto newest = offer(R"({"a":9})", 5000, "9.0.0");
  server.configs = newest;
  std::mutex mutex;
  std::vector<std::uint64_t> swaps;
  Client client(options);
  client.config().on_change("", [&](const Snapshot& now) {
    const std::lock_guard lock(mutex);
    swaps.push_back(now.identity().generation);
  });
  ASSERT_TRUE(client.start());
  server.push(frame("config", newest) + frame("config", offer(R"({"a":10})", 5001, "9.0.1")));
  ASSERT_TRUE(server.wait_observed("applied", 5001));
  client.stop();
  EXPECT_EQ(swaps, (std::vector<std::uint64_t>{5, 5000, 5001}));
}

TEST(ADayOffline, AnExpiredTokenIsRenewedByTheBootstrapToken) {
  std::atomic<bool> next_day{false};
  const auto check = [&](const Request& request) {
    const bool expired = next_day && request.token == "token-1";
    return Response{expired ? 401 : 200, "", ""};
  };
  FakeServer server;
  server.configs = offer(R"({"a":1})", 5, "1.0.0");
  server.on_register = [&](const Request& request) {
    if (request.token != "bootstrap") return Response{401, "{}", ""};
    return Response{200, server.registration(next_day ? "token-2" : "token-1"), ""};
  };
  server.on_heartbeat = [&](const Request& request) {
    auto answer = check(request);
    answer.body = "{}";
    return answer;
  };
  server.on_stream_request = check;
  Client client(options_for({&server}));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_observed("applied", 5));
  server.stop();
  next_day = true;
  server.configs = offer(R"({"a":2})", 4000, "2.0.0");
  server.start_again();
  ASSERT_TRUE(server.wait_observed("applied", 4000));
  EXPECT_EQ(client.config().get<int>("a"), 2);
  EXPECT_EQ(server.requests("/heartbeat").back().token, "token-2");
  client.stop();
}

TEST(NobodyAtTheStart, AClientBecomesReadyWhenAServerComes) {
  FakeServer server;
  server.configs = kGood;
  server.stop();
  Client client(options_for({&server}));
  ASSERT_TRUE(client.start());
  EXPECT_FALSE(client.wait_ready(0ms));
  server.start_again();
  EXPECT_TRUE(client.wait_ready(kPatience));
  EXPECT_EQ(client.config().get<int>("a"), 4);
  client.stop();
}

TEST(NobodyAtTheStart, OfSeveralServersTheOnlyOneThatWorksIsFound) {
  FakeServer gone;
  FakeServer silent;
  FakeServer busy;
  FakeServer good;
  gone.stop();
  silent.on_anything = [](const Request&, int socket) { return say(socket, ""), true; };
  busy.on_register = [](const Request&) { return Response{503, "", "Retry-After: 0\r\n"}; };
  good.configs = kGood;
  Client client(options_for({&gone, &silent, &busy, &good}));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(client.wait_ready(kPatience));
  EXPECT_EQ(client.status().server, good.url());
}

}  // namespace
}  // namespace hotswap::sdk
