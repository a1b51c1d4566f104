// What a client tells of itself: counted once, whatever becomes of single heartbeats.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "fake_server.hpp"
#include "hotswap/client.hpp"
#include "journal.hpp"
#include "meter.hpp"

namespace hotswap::sdk {
namespace {

using namespace std::chrono_literals;
using testing::FakeServer;
using testing::frame;
using testing::offer;
using testing::Request;
using testing::Response;

ClientOptions options_for(const FakeServer& server) {
  ClientOptions options;
  options.servers = {server.url()};
  options.token = "bootstrap";
  options.service = "pay";
  options.environment = "Production";
  options.backoff_min = 1ms;
  options.backoff_max = 20ms;
  options.heartbeat_interval = 5ms;
  return options;
}

/// As a server counts: metrics of a sequence that is not above the last are left out.
class Counting {
 public:
  void take(const Request& beat) {
    const auto body = json::parse(beat.body);
    const auto sequence = body->find("sequence")->as_int().value();
    if (sequence <= last_) return;
    last_ = sequence;
    requests += body->find("metrics")->find("requests")->as_int().value();
    const auto* lines = body->find("logs");
    if (lines != nullptr) logs += lines->as_array()->size();
  }
  std::int64_t requests = 0;
  std::size_t logs = 0;

 private:
  std::int64_t last_ = 0;
};

TEST(Reporting, AHeartbeatWhoseAnswerIsLostCountsOnce) {
  std::atomic<int> beats{0};
  std::mutex mutex;
  Counting counted;
  std::optional<Client> client;
  FakeServer server;  // last: a request may still be under way when the client is gone
  server.on_heartbeat = [&](const Request& beat) {
    const std::lock_guard lock(mutex);
    counted.take(beat);
    client->record(5ms, true);  // something comes in between a heartbeat and its repetition
    return Response{++beats % 3 == 0 ? 200 : 503, "{}", ""};
  };
  client.emplace(options_for(server));
  for (int i = 0; i < 10; ++i) client->record(5ms, true);
  client->log(LogLevel::Warning, "once");
  ASSERT_TRUE(client->start());
  ASSERT_TRUE(server.wait_count("/heartbeat", 30));
  client->stop();
  server.stop();
  EXPECT_EQ(counted.logs, 1U);
  EXPECT_GE(counted.requests, 10);
  EXPECT_LE(counted.requests, 10 + beats) << "nothing was counted twice";
}

TEST(Reporting, ASequenceBelongsToWhatItCounts) {
  std::atomic<int> beats{0};
  FakeServer server;
  server.on_heartbeat = [&](const Request&) { return Response{beats++ < 2 ? 503 : 200, "{}", ""}; };
  Client client(options_for(server));
  client.record(5ms, true);
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/heartbeat", 4));
  const auto sent = server.requests("/heartbeat");
  std::set<std::int64_t> sequences;
  for (std::size_t i = 0; i < 3; ++i)
    sequences.insert(json::parse(sent[i].body)->find("sequence")->as_int().value());
  EXPECT_EQ(sequences.size(), 1U) << "until it is answered";
  EXPECT_EQ(json::parse(sent[3].body)->find("sequence")->as_int().value(), *sequences.begin() + 1);
}

/// As a server from before that field refuses it.
Response from_before(std::string_view field, std::string_view path, const Request& beat) {
  if (!beat.body.contains('"' + std::string(field) + '"')) return {200, R"({"changed":[]})", ""};
  return {422,
          R"({"status":422,"reason":"heartbeat.invalid","detail":"1 mistake","errors":[{"path":")" +
              std::string(path) + R"(","keyword":"unknown","message":"is unknown; remove it"}]})",
          ""};
}

TEST(Reporting, WhatAnOlderServerDoesNotKnowIsLeftOutOnceAndForAll) {
  std::mutex mutex;
  Counting counted;
  std::vector<std::string> lines;
  FakeServer server;
  server.configs = offer(R"({"a":1})", 1, "1.0.0");
  server.on_heartbeat = [&](const Request& beat) {
    auto response = from_before("reloadMs", "$.observed['pay.production'].reloadMs", beat);
    const std::lock_guard lock(mutex);
    if (response.status == 200) counted.take(beat);
    return response;
  };
  auto options = options_for(server);
  options.log = [&](LogLevel, std::string_view line) {
    const std::lock_guard lock(mutex);
    if (line.contains("leave out `reloadMs`")) lines.emplace_back(line);
  };
  Client client(std::move(options));
  for (int i = 0; i < 10; ++i) client.record(5ms, true);
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_observed("running", 1));
  server.push(frame("config", offer(R"({"a":2})", 2, "1.1.0")));
  ASSERT_TRUE(server.wait_observed("running", 2));
  client.stop();
  server.stop();
  std::set<int> applied;
  int told = 0;
  for (const auto& beat : server.requests("/heartbeat")) {
    const auto body = json::parse(beat.body);
    const auto* seen = body->find("observed")->find("pay.production");
    if (seen == nullptr || seen->find("state")->as_string()->str() != "applied") continue;
    told += seen->find("reloadMs") == nullptr ? 0 : 1;
    if (seen->find("reloadMs") == nullptr)
      applied.insert(static_cast<int>(seen->find("generation")->as_int().value()));
  }
  EXPECT_EQ(told, 1) << "only until the server has refused it";
  EXPECT_EQ(applied, (std::set{1, 2})) << "what was applied is told all the same";
  EXPECT_EQ(counted.requests, 10) << "and what was measured is not lost";
  EXPECT_EQ(lines.size(), 1U);
}

TEST(Reporting, OnlyWhatInformsIsLeftOut) {
  FakeServer server;
  server.on_heartbeat = [](const Request& beat) {
    return from_before("metrics", "$.metrics", beat);
  };
  Client client(options_for(server));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/heartbeat", 6));
  client.stop();
  server.stop();
  const auto sent = server.requests("/heartbeat");
  EXPECT_TRUE(sent[2].body.contains("metrics")) << "the next one has its metrics again";
}

TEST(Reporting, LinesOfTheLogAreLeftOutForAServerFromBeforeThem) {
  FakeServer server;
  server.on_heartbeat = [](const Request& beat) { return from_before("logs", "$.logs", beat); };
  Client client(options_for(server));
  client.log(LogLevel::Error, "pool exhausted");
  client.record(5ms, true);
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/heartbeat", 2));
  const auto sent = server.requests("/heartbeat");
  EXPECT_TRUE(sent[0].body.contains("logs"));
  EXPECT_FALSE(sent[1].body.contains("logs"));
  EXPECT_EQ(json::parse(sent[1].body)->find("sequence")->as_int().value(),
            json::parse(sent[0].body)->find("sequence")->as_int().value());
}

TEST(Reporting, LinesAreToldWithTheirAgeAndLevel) {
  FakeServer server;
  Client client(options_for(server));
  client.log(LogLevel::Error, "pool exhausted \xff");
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/heartbeat", 1));
  const auto body = json::parse(server.requests("/heartbeat")[0].body);
  const auto* logs = body->find("logs");
  ASSERT_NE(logs, nullptr);
  const auto& line = (*logs->as_array())[0];
  EXPECT_EQ(line.find("level")->as_string()->str(), "error");
  EXPECT_EQ(line.find("message")->as_string()->str(), "pool exhausted ?");
  EXPECT_GE(line.find("ageMs")->as_int().value(), 0);
}

TEST(Journal, KeepsTheNewestLinesCut) {
  Journal journal;
  for (int i = 0; i < 25; ++i) journal.add(LogLevel::Info, std::to_string(i));
  journal.add(LogLevel::Info, std::string(600, 'x'));
  const auto lines = journal.take();
  ASSERT_EQ(lines.size(), 20U);
  EXPECT_EQ(lines.front().text, "6");
  EXPECT_EQ(lines.back().text.size(), 500U);
  EXPECT_TRUE(journal.take().empty());
}

TEST(Meter, AddsWhatWasMeasuredElsewhere) {
  Meter meter;
  meter.record(5ms, true);
  meter.add({.requests = 10, .errors = 30, .latencies = {{20, 6}, {NAN, 5}, {-1, 5}, {40, 4}}});
  const auto totals = meter.totals();
  EXPECT_EQ(totals.requests, 11U);
  EXPECT_EQ(totals.errors, 10U) << "never more than requests";
  std::uint64_t latencies = 0;
  for (const auto count : totals.latencies) latencies += count;
  EXPECT_EQ(latencies, 11U);
}

}  // namespace
}  // namespace hotswap::sdk
