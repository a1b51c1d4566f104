// The client against a server that is scripted: good, lying, stalling, breaking off, gone.
#include "hotswap/client.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "fake_server.hpp"
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

ClientOptions options_for(const FakeServer& server) {
  ClientOptions options;
  options.servers = {server.url()};
  options.token = "bootstrap";
  options.service = "pay";
  options.environment = "Production";
  options.backoff_min = 1ms;
  options.backoff_max = 20ms;
  return options;
}

std::string text_of(const json::Value& value, std::string_view name) {
  const auto* member = value.find(name);
  return member != nullptr && member->as_string() != nullptr ? member->as_string()->str() : "";
}

/// Waits until the value at `a` is `wanted`.
class Watch {
 public:
  explicit Watch(Config& config) : config_(config) {
    config_.on_change("a", [shared = shared_](const Snapshot&) {
      const std::lock_guard lock(shared->mutex);
      shared->changed.notify_all();
    });
  }
  bool until(int wanted) {
    std::unique_lock lock(shared_->mutex);
    return shared_->changed.wait_for(lock, kPatience,
                                     [&] { return config_.get_or<int>("a", -1) == wanted; });
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
  };
  Config& config_;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();  // a late callback may outlive us
};

TEST(Client, registersAppliesAndAcknowledges) {
  FakeServer server;
  server.configs = offer(R"({"a":1})", 7, "1.2.0");
  auto options = options_for(server);
  options.zone = "eu-1a";
  options.labels = {{"track", "blue"}};
  options.schemas = {{"payments", "1.2.0"}};
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(client.wait_ready(kPatience));
  EXPECT_EQ(client.config().get<int>("a"), 1);
  const auto observed = server.wait_observed("applied", 7);
  ASSERT_TRUE(observed);
  EXPECT_EQ(text_of(*observed, "version"), "1.2.0");
  EXPECT_EQ(text_of(*observed, "hash"), testing::hash_of(R"({"a":1})"));
  const auto registered = server.requests("/instances").front();
  EXPECT_EQ(registered.token, "bootstrap");
  const auto body = json::parse(registered.body);
  EXPECT_EQ(text_of(*body, "zone"), "eu-1a");
  EXPECT_EQ(text_of(*body->find("labels"), "track"), "blue");
  EXPECT_EQ(text_of(*body->find("schemas"), "payments"), "1.2.0");
  EXPECT_FALSE(text_of(*body, "hostname").empty());
  EXPECT_EQ(server.requests("/heartbeat").front().token, "instance-token");
}

TEST(Client, appliesWhatTheStreamBringsInPiecesOfAnySize) {
  FakeServer server;
  Client client(options_for(server));
  Watch watch(client.config());
  ASSERT_TRUE(client.start());
  for (const char byte : frame("config", offer(R"({"a":2})", 3, "1.0.0"))) {
    server.push(std::string(1, byte));
  }
  ASSERT_TRUE(watch.until(2));
  ASSERT_TRUE(server.wait_observed("applied", 3));
  EXPECT_TRUE(client.status().streaming);
}

TEST(Client, ignoresALowerGeneration) {
  FakeServer server;
  Client client(options_for(server));
  Watch watch(client.config());
  ASSERT_TRUE(client.start());
  server.push(frame("config", offer(R"({"a":7})", 7, "1.0.0")) +
              frame("config", offer(R"({"a":5})", 5, "1.0.0")) + frame("ping", "{}"));
  ASSERT_TRUE(watch.until(7));
  server.push(frame("config", offer(R"({"a":8})", 8, "1.0.0")));
  ASSERT_TRUE(server.wait_observed("applied", 8));
  for (const auto& beat : server.requests("/heartbeat")) {
    EXPECT_EQ(beat.body.find(R"("generation":5)"), std::string::npos);
  }
}

TEST(Client, rejectsAWrongHashAndGoesOnWithWhatItHas) {
  FakeServer server;
  server.configs = offer(R"({"a":1})", 1, "1.0.0");
  Client client(options_for(server));
  ASSERT_TRUE(client.start());
  auto lie = offer(R"({"a":2})", 2, "1.1.0");
  lie.replace(lie.find(R"({"a":2})"), 7, R"({"a":3})");
  server.push(frame("config", lie));
  const auto observed = server.wait_observed("rejected", 2);
  ASSERT_TRUE(observed);
  EXPECT_EQ(text_of(*observed, "error"), "hash mismatch");
  EXPECT_EQ(client.config().get<int>("a"), 1);
}

TEST(Client, reportsTheValidatorsReason) {
  FakeServer server;
  server.configs = offer(R"({"a":1})", 1, "1.0.0");
  auto options = options_for(server);
  options.validator = [](const Candidate& candidate) -> std::optional<std::string> {
    if (candidate.snapshot.get_or<int>("a", 0) > candidate.running.get_or<int>("a", 1)) {
      return "a must not grow";
    }
    return std::nullopt;
  };
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  server.push(frame("config", offer(R"({"a":2})", 2, "1.1.0")));
  const auto observed = server.wait_observed("rejected", 2);
  ASSERT_TRUE(observed);
  EXPECT_EQ(text_of(*observed, "error"), "a must not grow");
  EXPECT_EQ(text_of(*observed, "version"), "1.1.0");
  EXPECT_EQ(client.config().get<int>("a"), 1);
}

TEST(Client, stagesThenActivatesWithoutFetching) {
  FakeServer server;
  server.configs = offer(R"({"a":1})", 1, "1.0.0");
  Client client(options_for(server));
  Watch watch(client.config());
  ASSERT_TRUE(client.start());
  server.push(frame("stage", offer(R"({"a":2})", 2, "2.0.0")));
  ASSERT_TRUE(server.wait_observed("staged", 2));
  EXPECT_EQ(client.config().get<int>("a"), 1);
  server.push(
      frame("activate", R"({"profile":"pay.production","version":"2.0.0","generation":3,"hash":")" +
                            testing::hash_of(R"({"a":2})") + "\"}"));
  ASSERT_TRUE(server.wait_observed("applied", 3));
  ASSERT_TRUE(watch.until(2));
  EXPECT_EQ(server.count("/configs"), 0U);
}

TEST(Client, fetchesWhatItShallActivateButDoesNotHold) {
  FakeServer server;
  server.on_configs = [](const Request&) {
    return Response{200, R"({"configs":[)" + offer(R"({"a":2})", 3, "2.0.0") + "]}", ""};
  };
  Client client(options_for(server));
  ASSERT_TRUE(client.start());
  server.push(
      frame("activate", R"({"profile":"pay.production","version":"2.0.0","generation":3,"hash":")" +
                            testing::hash_of(R"({"a":2})") + "\"}"));
  ASSERT_TRUE(server.wait_observed("applied", 3));
  EXPECT_EQ(client.config().get<int>("a"), 2);
}

TEST(Client, comesBackAfterHalfAnEvent) {
  FakeServer server;
  server.on_stream = [](int number, int socket) {
    const auto whole = frame("config", offer(R"({"a":4})", 4, "1.0.0"));
    FakeServer::send_all(socket, number == 1 ? whole.substr(0, whole.size() - 1) : whole);
  };
  Client client(options_for(server));
  Watch watch(client.config());
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(watch.until(4));
  EXPECT_GE(server.count("/stream"), 2U);
}

/// The first stream brings `bad`, the next ones a good version.
void survives(const std::string& bad) {
  FakeServer server;
  server.on_stream = [bad](int number, int socket) {
    FakeServer::send_all(socket,
                         number == 1 ? bad : frame("config", offer(R"({"a":4})", 4, "1.0.0")));
    std::array<char, 1> byte{};
    ::recv(socket, byte.data(), 1, 0);
  };
  Client client(options_for(server));
  Watch watch(client.config());
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(watch.until(4));
}

TEST(Client, leavesAStreamOfIllFormedJson) { survives(frame("config", "{\"profile\": nonsense")); }
TEST(Client, leavesAStreamWhoseOfferLacksItsData) {
  survives(frame("config", R"({"profile":"p","version":"1.0.0","generation":1,"hash":""})"));
}
TEST(Client, leavesAStreamWhoseActivationIsGarbage) { survives(frame("activate", "[]")); }
TEST(Client, leavesAStreamWithAnEventBeyondAllLimits) {
  survives("data: " + std::string(5'000'000, 'x'));
}
TEST(Client, readsOverUnknownEventsAndComments) {
  survives(": comment\n\nevent: future\ndata: {}\n\nnonsense\n\nevent: reconnect\ndata: {}\n\n");
}

TEST(Client, leavesAStreamThatIsSilentForTooLong) {
  FakeServer server;
  server.on_stream = [](int number, int socket) {
    if (number > 1) FakeServer::send_all(socket, frame("config", offer(R"({"a":4})", 4, "1.0.0")));
    std::array<char, 1> byte{};
    ::recv(socket, byte.data(), 1, 0);
  };
  auto options = options_for(server);
  options.stream_silence = 50ms;
  Client client(std::move(options));
  Watch watch(client.config());
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(watch.until(4));
}

TEST(Client, obeysTheHintToReconnect) {
  FakeServer server;
  server.on_stream = [](int number, int socket) {
    FakeServer::send_all(socket, number == 1 ? frame("reconnect", R"({"afterMs":5})")
                                             : frame("config", offer(R"({"a":4})", 4, "1.0.0")));
    std::array<char, 1> byte{};
    ::recv(socket, byte.data(), 1, 0);
  };
  auto options = options_for(server);
  options.backoff_min = options.backoff_max = 1h;  // only the hint brings it back in time
  Client client(std::move(options));
  Watch watch(client.config());
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(watch.until(4));
}

TEST(Client, registersAgainWhenTheServerDoesNotKnowItsStream) {
  std::atomic<int> refused{0};
  FakeServer server;
  server.on_stream_request = [&](const Request&) {
    return Response{refused++ == 0 ? 404 : 200, "", ""};
  };
  Client client(options_for(server));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/instances", 2));
  ASSERT_TRUE(server.wait_count("/stream", 2));
  const auto again = server.requests("/instances")[1];
  EXPECT_EQ(text_of(*json::parse(again.body), "id"), "i-1") << "it keeps its id";
}

TEST(Client, registersAgainWithTheBootstrapTokenWhenAHeartbeatIsRefused) {
  for (const int status : {401, 404}) {
    std::atomic<int> beats{0};
    std::atomic<int> registrations{0};
    FakeServer server;
    server.on_heartbeat = [&](const Request&) {
      return beats++ == 0 ? Response{status, "{}", ""} : Response{200, "{}", ""};
    };
    server.on_register = [&](const Request&) {
      return Response{200, server.registration("token-" + std::to_string(++registrations)), ""};
    };
    Client client(options_for(server));
    ASSERT_TRUE(client.start());
    ASSERT_TRUE(server.wait([](const auto& all) {
      return std::ranges::any_of(all, [](const Request& each) {
        return each.path.ends_with("/heartbeat") && each.token == "token-2";
      });
    })) << status;
    EXPECT_EQ(server.requests("/instances")[1].token, "bootstrap");
  }
}

TEST(Client, readsTheBootstrapTokenAnewFromItsFile) {
  const TempDir dir;
  const auto file = dir.path() / "token";
  FakeServer server;
  std::ofstream(file) << "old\n";
  server.on_register = [&](const Request& request) {
    if (request.token == "new") return Response{201, server.registration(), ""};
    std::ofstream(file) << "new\n";
    return Response{401, "{}", ""};
  };
  auto options = options_for(server);
  options.token_file = file;
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(server.wait_count("/heartbeat", 1));
}

TEST(Client, triesTheOtherServerWhenOneIsBusyOrSpeaksNonsense) {
  for (const auto& bad : {Response{503, "", "Retry-After: 0\r\n"}, Response{200, "nonsense", ""},
                          Response{200, R"({"id":"","token":""})", ""}}) {
    FakeServer busy;
    FakeServer good;
    busy.on_register = [&](const Request&) { return bad; };
    good.configs = offer(R"({"a":1})", 1, "1.0.0");
    auto options = options_for(busy);
    options.servers.push_back(good.url() + "/");
    Client client(std::move(options));
    ASSERT_TRUE(client.start());
    EXPECT_TRUE(client.wait_ready(kPatience));
    EXPECT_EQ(client.status().server, good.url());
  }
}

TEST(Client, movesToTheOtherServerWhenItsOwnDies) {
  FakeServer first;
  FakeServer second;
  auto options = options_for(first);
  options.servers.push_back(second.url());
  Client client(std::move(options));
  Watch watch(client.config());
  ASSERT_TRUE(client.start());
  first.push(frame("config", offer(R"({"a":1})", 1, "1.0.0")));
  ASSERT_TRUE(watch.until(1));
  first.stop();
  second.push(frame("config", offer(R"({"a":2})", 2, "1.0.0")));
  EXPECT_TRUE(watch.until(2));
}

TEST(Client, startsFromDiskWithAllServersDownAndConvergesLater) {
  const TempDir dir;
  FakeServer server;
  server.configs = offer(R"({"a":1})", 5, "1.0.0");
  auto options = options_for(server);
  options.state_dir = dir.path();
  {
    Client client(options);
    ASSERT_TRUE(client.start());
    ASSERT_TRUE(server.wait_observed("applied", 5));
  }
  server.stop();
  Client client(options);
  Watch watch(client.config());
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(client.wait_ready(0ms)) << "at once, with no server there";
  EXPECT_EQ(client.config().get<int>("a"), 1);
  EXPECT_EQ(client.config().read()->identity().version, "1.0.0");
  server.configs = offer(R"({"a":2})", 6, "1.1.0");
  server.start_again();
  EXPECT_TRUE(watch.until(2));
  EXPECT_EQ(text_of(*json::parse(server.requests("/instances").back().body), "id"), "i-1");
}

TEST(Client, reportsACopyFromDiskAsRunningWhenTheServerDesiresTheSame) {
  const TempDir dir;
  FakeServer server;
  server.on_register = [&](const Request&) { return Response{200, server.registration(), ""}; };
  server.configs = offer(R"({"a":1})", 5, "1.0.0");
  auto options = options_for(server);
  options.state_dir = dir.path();
  for (const auto* state : {"applied", "running"}) {
    Client client(options);
    ASSERT_TRUE(client.start());
    EXPECT_TRUE(server.wait_observed(state, 5)) << state;
  }
}

TEST(Client, startsFromTheSecondCopyWhenTheFirstIsDamaged) {
  const TempDir dir;
  FakeServer server;
  server.configs = offer(R"({"a":1})", 1, "1.0.0");
  auto options = options_for(server);
  options.state_dir = dir.path();
  {
    Client client(options);
    ASSERT_TRUE(client.start());
    server.push(frame("config", offer(R"({"a":2})", 2, "1.1.0")));
    ASSERT_TRUE(server.wait_observed("applied", 2));
  }
  server.stop();
  std::filesystem::resize_file(dir.path() / "pay.production.lkg", 100);
  Client client(options);
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(client.wait_ready(0ms));
  EXPECT_EQ(client.config().get<int>("a"), 1);
}

TEST(Client, isNotReadyWithoutServerAndDisk) {
  FakeServer server;
  server.stop();
  Client client(options_for(server));
  ASSERT_TRUE(client.start());
  EXPECT_FALSE(client.wait_ready(0ms));
  EXPECT_EQ(client.config().get_or<int>("a", 42), 42);
}

TEST(Client, losesNoMeasurementWhenHeartbeatsFail) {
  std::atomic<int> beats{0};
  FakeServer server;
  server.on_heartbeat = [&](const Request&) { return Response{beats++ < 3 ? 503 : 200, "{}", ""}; };
  Client client(options_for(server));
  for (int i = 0; i < 10; ++i) client.record(5ms, i % 2 == 0);
  client.gauge("queueDepth", 3.5);
  client.health_check(true);
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/heartbeat", 4));
  const auto body = json::parse(server.requests("/heartbeat")[3].body);
  const auto* metrics = body->find("metrics");
  EXPECT_EQ(*metrics->find("requests"), json::Value(10));
  EXPECT_EQ(*metrics->find("errors"), json::Value(5));
  EXPECT_EQ(*metrics->find("checks"), json::Value(1));
  EXPECT_EQ(*metrics->find("custom")->find("queueDepth"), json::Value(3.5));
}

TEST(Client, sendsEachMeasurementOnce) {
  FakeServer server;
  auto options = options_for(server);
  options.heartbeat_interval = 5ms;
  Client client(std::move(options));
  for (int i = 0; i < 10; ++i) client.record(5ms, true);
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/heartbeat", 5));
  std::int64_t sum = 0;
  for (const auto& beat : server.requests("/heartbeat")) {
    sum += json::parse(beat.body)->find("metrics")->find("requests")->as_int().value();
  }
  EXPECT_EQ(sum, 10);
}

TEST(Client, doesNotRepeatMeasurementsThatTheServerFindsInvalid) {
  FakeServer server;
  server.on_heartbeat = [](const Request&) { return Response{422, "{}", ""}; };
  auto options = options_for(server);
  options.heartbeat_interval = 5ms;
  Client client(std::move(options));
  client.record(5ms, true);
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/heartbeat", 3));
  const auto without = json::parse(server.requests("/heartbeat")[1].body);
  EXPECT_EQ(without->find("metrics"), nullptr) << "what is observed is sent again by itself";
  EXPECT_NE(without->find("observed"), nullptr);
  const auto next = json::parse(server.requests("/heartbeat")[2].body);
  EXPECT_EQ(*next->find("metrics")->find("requests"), json::Value(0));
}

TEST(Client, pollsWhatAHeartbeatCallsChangedWhenNoStreamOpens) {
  FakeServer server;
  server.on_stream_request = [](const Request&) {
    return Response{503, "", "Retry-After: 300\r\n"};
  };
  server.on_heartbeat = [](const Request&) {
    return Response{200, R"({"changed":["pay.production"]})", ""};
  };
  server.on_configs = [](const Request&) {
    return Response{200, R"({"configs":[)" + offer(R"({"a":2})", 3, "2.0.0") + "]}", ""};
  };
  auto options = options_for(server);
  options.heartbeat_interval = 5ms;
  Client client(std::move(options));
  Watch watch(client.config());
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(watch.until(2));
}

TEST(Client, opensANewStreamWhenTheOldOneDoesNotBringWhatChanged) {
  FakeServer server;
  server.on_heartbeat = [](const Request&) {
    return Response{200, R"({"changed":["pay.production"]})", ""};
  };
  server.on_stream = [](int, int socket) {
    std::array<char, 1> byte{};
    timeval soon{.tv_sec = 0, .tv_usec = 2000};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    while (::recv(socket, byte.data(), 1, 0) < 0) {  // alive, but it never says anything of use
      if (::send(socket, ": \n", 3, MSG_NOSIGNAL) < 0) return;
    }
  };
  auto options = options_for(server);
  options.heartbeat_interval = 5ms;
  options.stream_silence = 100ms;
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(server.wait_count("/stream", 2));
}

TEST(Client, leavesWhenAsked) {
  FakeServer server;
  Client client(options_for(server));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/heartbeat", 1));
  EXPECT_TRUE(client.leave());
  const auto sent = server.requests("/instances/i-1");
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].method, "DELETE");
  client.stop();
}

TEST(Client, stopsAtOnceInTheMiddleOfAnAnswerThatDoesNotCome) {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  FakeServer server;
  server.on_register = [&](const Request&) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, kPatience, [&] { return over; });
    return Response{500, "", ""};
  };
  auto options = options_for(server);
  options.request_timeout = 1h;
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/instances", 1));
  client.stop();
  const std::lock_guard lock(mutex);
  EXPECT_FALSE(over);
  over = true;
  changed.notify_all();
}

TEST(Client, waitsForEverIfAskedTo) {
  FakeServer server;
  server.configs = offer(R"({"a":1})", 1, "1.0.0");
  Client client(options_for(server));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(client.wait_ready(std::chrono::milliseconds::max()));
  EXPECT_TRUE(client.wait_ready(std::chrono::milliseconds::min()));
}

TEST(Client, readsATokenFileOfAnyLineEnd) {
  const TempDir dir;
  const auto file = dir.path() / "token";
  std::ofstream(file) << "bootstrap\r\n";
  FakeServer server;
  auto options = options_for(server);
  options.token.clear();
  options.token_file = file;
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/instances", 1));
  EXPECT_EQ(server.requests("/instances").front().token, "bootstrap");
}

TEST(Client, saysAtTheStartThatItsStateDirCannotBeWritten) {
  const TempDir dir;
  std::ofstream(dir.path() / "file") << "no folder";
  FakeServer server;
  auto options = options_for(server);
  server.stop();
  options.state_dir = dir.path() / "file";
  std::mutex mutex;
  std::vector<std::string> lines;
  options.log = [&](LogLevel, std::string_view line) {
    const std::lock_guard lock(mutex);
    lines.emplace_back(line);
  };
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  const std::lock_guard lock(mutex);
  ASSERT_FALSE(lines.empty());
  EXPECT_TRUE(lines.front().starts_with("state_dir: cannot ")) << lines.front();
}

TEST(Client, refusesSenselessOptionsWithASentence) {
  FakeServer server;
  const auto refused = [&](auto change) {
    auto options = options_for(server);
    change(options);
    return !Client(std::move(options)).start().has_value();
  };
  EXPECT_TRUE(refused([](auto& o) { o.servers.clear(); }));
  EXPECT_TRUE(refused([](auto& o) { o.servers = {"localhost:80"}; }));
  EXPECT_TRUE(refused([](auto& o) { o.servers = {"ftp://x"}; }));
  EXPECT_TRUE(refused([](auto& o) { o.service.clear(); }));
  EXPECT_TRUE(refused([](auto& o) { o.environment.clear(); }));
  EXPECT_TRUE(refused([](auto& o) { o.environment = "production"; }));
  EXPECT_TRUE(refused([](auto& o) { o.token += "\r\n"; }));
  EXPECT_TRUE(refused([](auto& o) { o.port = 70000; }));
  EXPECT_TRUE(refused([](auto& o) { o.backoff_min = 0ms; }));
  EXPECT_TRUE(refused([](auto& o) { o.request_timeout = 0ms; }));
  EXPECT_TRUE(refused([](auto& o) { o.heartbeat_interval = 0ms; }));
  Client client(options_for(server));
  EXPECT_TRUE(client.start());
  EXPECT_FALSE(client.start()) << "only once";
}

}  // namespace
}  // namespace hotswap::sdk
