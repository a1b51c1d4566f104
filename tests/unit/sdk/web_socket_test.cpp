// A client beside a server that takes WebSockets: what goes up on the stream's own connection, and
// what happens when that breaks, stalls, refuses, lies, or is not to be had.
#include <gtest/gtest.h>

#include <future>

#include "fake_server.hpp"
#include "hotswap/client.hpp"
#include "live_stream.hpp"
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

ClientOptions options_for(const std::vector<const FakeServer*>& servers) {
  ClientOptions options;
  for (const auto* server : servers) options.servers.push_back(server->url());
  options.token = "bootstrap";
  options.service = "pay";
  options.environment = "Production";
  options.backoff_min = 1ms;
  options.backoff_max = 20ms;
  return options;
}

std::string version(int number) {
  const auto text = std::to_string(number);
  return frame("config", offer(R"({"a":)" + text + "}", number, text + ".0.0"));
}

bool is_heartbeat(const Request& request) {
  return request.path.ends_with("/heartbeat") && request.body.contains("\"status\"");
}
bool is_acknowledgement(const Request& request) {
  return request.method == "UP" && !is_heartbeat(request);
}

std::vector<Request> posted(FakeServer& server) {
  auto beats = server.requests("/heartbeat");
  std::erase_if(beats, [](const Request& each) { return each.method == "UP"; });
  return beats;
}

std::vector<Request> acknowledged(FakeServer& server) {
  auto beats = server.requests("/heartbeat");
  std::erase_if(beats, [](const Request& each) { return !is_acknowledgement(each); });
  return beats;
}

/// A heartbeat that says `state` of generation `generation`, on whatever way.
bool beats(FakeServer& server, const std::string& state, int generation) {
  return server.wait([&](const auto& all) {
    return std::ranges::any_of(all, [&](const Request& each) {
      return is_heartbeat(each) &&
             each.body.contains("\"generation\":" + std::to_string(generation) + ",\"state\":\"" +
                                state);
    });
  });
}

struct OverWebSocket : ::testing::Test {
  FakeServer server;
  std::optional<Client> client;

  OverWebSocket() {
    server.upgrades = true;
    server.configs = offer(R"({"a":1})", 1, "1.0.0");
  }
  void start(ClientOptions options) {
    client.emplace(std::move(options));
    ASSERT_TRUE(client->start());
    ASSERT_TRUE(server.wait_observed("applied", 1));
  }
  void TearDown() override {
    if (client) client->stop();
    server.stop();
  }
};

TEST_F(OverWebSocket, everythingGoesUpOnTheStreamsConnection) {
  start(options_for({&server}));
  server.push(version(2));
  ASSERT_TRUE(server.wait_observed("applied", 2));
  EXPECT_EQ(client->config().get<int>("a"), 2);
  EXPECT_TRUE(posted(server).empty()) << "not even the first";
  const auto acks = acknowledged(server);
  ASSERT_EQ(acks.size(), 1U);
  const auto body = json::parse(acks[0].body);
  EXPECT_EQ(body->as_object()->size(), 1U) << "nothing but what is observed";
  EXPECT_TRUE(acks[0].body.contains("reloadMs"));
}

TEST_F(OverWebSocket, anAcknowledgementSaysWhatChangedOnly) {
  start(options_for({&server}));
  auto other = offer(R"({"b":1})", 1, "7.0.0");
  other.replace(other.find("pay.production"), 14, "other.one");
  server.push(frame("config", other));
  ASSERT_TRUE(server.wait([&](const auto& all) {
    return std::ranges::any_of(all, [](const auto& each) { return each.body.contains("7.0.0"); });
  }));
  server.push(version(2));
  ASSERT_TRUE(server.wait_observed("applied", 2));
  const auto acks = acknowledged(server);
  ASSERT_EQ(acks.size(), 2U);
  EXPECT_FALSE(acks[0].body.contains("pay.production"));
  EXPECT_FALSE(acks[1].body.contains("other.one"));
}

TEST_F(OverWebSocket, aRejectionIsAcknowledgedWithItsReason) {
  auto options = options_for({&server});
  options.validator = [](const Candidate& candidate) -> std::optional<std::string> {
    if (candidate.snapshot.get<int>("a") == 2) return "two is too many";
    return std::nullopt;
  };
  start(std::move(options));
  server.push(version(2));
  const auto seen = server.wait_observed("rejected", 2);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->find("error")->as_string()->str(), "two is too many");
  EXPECT_TRUE(posted(server).empty());
}

TEST_F(OverWebSocket, whatCarriesATraceSaysIt) {
  start(options_for({&server}));
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  auto traced = offer(R"({"a":2})", 2, "2.0.0");
  traced.insert(1, R"("traceparent":")" + trace + R"(",)");
  server.push(frame("config", traced));
  ASSERT_TRUE(server.wait_observed("applied", 2));
  const auto acks = acknowledged(server);
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_TRUE(acks[0].body.contains("\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-"));
}

TEST_F(OverWebSocket, answersAreTakenAsThoseOfRequests) {
  std::atomic<int> number{0};
  server.on_heartbeat = [&](const Request&) {
    return Response{200,
                    number++ == 0 ? R"({"heartbeatInterval":"PT0.1S","changed":[],"token":"next"})"
                                  : R"({"changed":[]})",
                    ""};
  };
  start(options_for({&server}));
  ASSERT_TRUE(server.wait_count("/heartbeat", 4)) << "the interval is the server's";
  server.close_stream();
  ASSERT_TRUE(server.wait_count("/stream", 2));
  EXPECT_EQ(server.requests("/stream")[1].token, "next");
}

TEST_F(OverWebSocket, anAcknowledgementThatTheConnectionTookAlongIsSaidAgain) {
  server.on_acknowledgement = [&](const Request&) {
    server.close_stream();
    return Response{200, "", ""};
  };
  start(options_for({&server}));
  server.push(version(2));
  EXPECT_TRUE(beats(server, "applied", 2)) << "and not only by the next regular one, in an hour";
}

TEST_F(OverWebSocket, anAcknowledgementThatIsTooNewForTheServerIsSaidWithoutWhatIsNew) {
  server.on_acknowledgement = [](const Request& ack) {
    if (!ack.body.contains("reloadMs")) return Response{200, "", ""};
    return Response{422, R"({"errors":[{"path":"$.observed['x'].reloadMs","keyword":"unknown"}]})",
                    ""};
  };
  start(options_for({&server}));
  server.push(version(2));
  ASSERT_TRUE(beats(server, "applied", 2));
  server.push(version(3));
  ASSERT_TRUE(server.wait_observed("applied", 3));
  const auto acks = acknowledged(server);
  ASSERT_EQ(acks.size(), 2U);
  EXPECT_FALSE(acks[1].body.contains("reloadMs"));
  EXPECT_TRUE(posted(server).empty());
}

TEST_F(OverWebSocket, anAcknowledgementThatWasTooMuchIsSaidLater) {
  std::atomic<int> refused{0};
  server.on_acknowledgement = [&](const Request&) {
    ++refused;
    return Response{429, R"({"retryAfter":0})", ""};
  };
  start(options_for({&server}));
  server.push(version(2));
  EXPECT_TRUE(beats(server, "applied", 2));
  EXPECT_EQ(refused, 1);
}

TEST_F(OverWebSocket, whoIsNotKnownAnyMoreRegistersAnew) {
  server.on_register = [this](const Request&) { return Response{200, server.registration(), ""}; };
  std::atomic<int> status{404};
  server.on_acknowledgement = [&](const Request&) {
    return Response{status.exchange(200), "", ""};
  };
  start(options_for({&server}));
  server.push(version(2));
  ASSERT_TRUE(server.wait_count("/instances", 2));
  EXPECT_TRUE(beats(server, "applied", 2));
}

TEST_F(OverWebSocket, aRefusedHeartbeatRegistersAnewToo) {
  std::atomic<int> status{401};
  server.on_heartbeat = [&](const Request&) { return Response{status.exchange(200), "{}", ""}; };
  start(options_for({&server}));
  ASSERT_TRUE(server.wait_count("/instances", 2));
}

TEST_F(OverWebSocket, nothingThatWasMeasuredIsLostOrCountedTwice) {
  std::mutex mutex;
  std::map<std::int64_t, std::int64_t> requests;  // by sequence
  std::atomic<int> number{0};
  server.on_heartbeat = [&](const Request& beat) {
    const auto body = json::parse(beat.body);
    const std::lock_guard lock(mutex);
    requests[body->find("sequence")->as_int().value()] =
        body->find("metrics")->find("requests")->as_int().value();
    if (number++ % 3 == 1 && beat.method == "UP") {
      server.close_stream();  // taken, and its answer is lost
      return Response{0, "", ""};
    }
    client->record(1ms, true);
    return Response{200, R"({"changed":[]})", ""};
  };
  auto options = options_for({&server});
  options.heartbeat_interval = 5ms;
  client.emplace(std::move(options));
  for (int i = 0; i < 10; ++i) client->record(1ms, true);
  ASSERT_TRUE(client->start());
  ASSERT_TRUE(server.wait_count("/heartbeat", 30));
  client->stop();
  server.stop();
  std::int64_t counted = 0;
  for (const auto& [sequence, count] : requests) counted += count;
  const auto reached = static_cast<std::int64_t>(number);
  EXPECT_GE(counted, 10);
  EXPECT_LE(counted, 10 + reached);
  EXPECT_GT(requests.size(), 10U);
}

TEST_F(OverWebSocket, aHeartbeatThatIsNotAnsweredGoesByRequestUntilAnotherStreamStands) {
  std::atomic<bool> silent{true};
  server.on_heartbeat = [&](const Request& beat) {
    return Response{beat.method == "UP" && silent ? 0 : 200, R"({"changed":[]})", ""};
  };
  auto options = options_for({&server});
  options.request_timeout = 50ms;
  start(std::move(options));
  ASSERT_TRUE(server.wait([](const auto& all) {
    return std::ranges::any_of(
        all, [](const auto& each) { return is_heartbeat(each) && each.method == "POST"; });
  }));
  const auto beats = server.requests("/heartbeat");
  EXPECT_EQ(beats[0].method, "UP");
  EXPECT_EQ(json::parse(beats[0].body)->find("sequence")->as_int(),
            json::parse(beats[1].body)->find("sequence")->as_int())
      << "counted once";
  silent = false;
  server.push(version(2));
  ASSERT_TRUE(server.wait_observed("applied", 2));
  EXPECT_EQ(posted(server).size(), 2U) << "nor is that stream trusted with an acknowledgement";
  server.close_stream();
  ASSERT_TRUE(server.wait_count("/stream", 2));
  server.push(version(3));
  ASSERT_TRUE(server.wait_observed("applied", 3));
  EXPECT_EQ(posted(server).size(), 2U);
}

TEST_F(OverWebSocket, heartbeatsGoOnByRequestWhileTheProgramIsAtWork) {
  std::promise<void> begun;
  std::promise<void> done;
  auto end = done.get_future().share();
  auto options = options_for({&server});
  options.heartbeat_interval = 50ms;
  options.validator = [&](const Candidate& candidate) -> std::optional<std::string> {
    if (candidate.snapshot.get<int>("a") != 2) return std::nullopt;
    begun.set_value();
    end.wait();
    return std::nullopt;
  };
  start(std::move(options));
  server.push(version(2));
  ASSERT_EQ(begun.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(server.wait([](const auto& all) {
    return std::ranges::any_of(all, [](const auto& each) {
      return each.method == "POST" && each.body.contains("\"received\"");
    });
  }));
  done.set_value();
  EXPECT_TRUE(server.wait_observed("applied", 2));
}

TEST_F(OverWebSocket, aPingIsAnsweredWithItsOwnWords) {
  std::promise<std::string> heard;
  server.on_stream = [&](int number, int socket) {
    std::string buffer;
    FakeServer::send_all(socket, testing::raw_frame(0x89, "are you there"));
    while (auto got = testing::read_frame(socket, buffer))
      if (got->opcode == ws::Opcode::Pong && number == 1) heard.set_value(got->payload);
  };
  client.emplace(options_for({&server}));
  ASSERT_TRUE(client->start());
  auto pong = heard.get_future();
  ASSERT_EQ(pong.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(pong.get(), "are you there");
}

TEST_F(OverWebSocket, aMessageInFragmentsIsOne) {
  start(options_for({&server}));
  const auto event = version(2);
  server.push_raw(testing::raw_frame(0x01, event.substr(0, 9)) + testing::raw_frame(0x89, "") +
                  testing::raw_frame(0x00, event.substr(9, 20)) +
                  testing::raw_frame(0x80, event.substr(29)));
  EXPECT_TRUE(server.wait_observed("applied", 2));
}

TEST_F(OverWebSocket, whoBreaksTheProtocolIsToldAndLeft) {
  std::promise<std::string> said;
  server.on_stream = [&](int number, int socket) {
    if (number == 1) FakeServer::send_all(socket, testing::raw_frame(0x82, "binary"));
    std::string buffer;
    while (auto got = testing::read_frame(socket, buffer)) {
      EXPECT_TRUE(got->masked);
      if (got->opcode == ws::Opcode::Close && number == 1) said.set_value(got->payload);
    }
  };
  client.emplace(options_for({&server}));
  ASSERT_TRUE(client->start());
  auto close = said.get_future();
  ASSERT_EQ(close.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(ws::read_closing(close.get()).code, 1003);
  EXPECT_TRUE(server.wait_count("/stream", 2)) << "it comes back";
}

TEST_F(OverWebSocket, aServerThatClosesIsLeftAndAskedAgain) {
  start(options_for({&server}));
  server.push_raw(testing::close_frame(ws::CloseCode::GoingAway));
  EXPECT_TRUE(server.wait_count("/stream", 2));
}

TEST_F(OverWebSocket, silenceEndsIt) {
  auto options = options_for({&server});
  options.stream_silence = 50ms;
  client.emplace(std::move(options));
  ASSERT_TRUE(client->start());
  EXPECT_TRUE(server.wait_count("/stream", 2));
}

TEST_F(OverWebSocket, aRefusalOfTheStreamIsReadWithItsReason) {
  server.on_stream_request = [](const Request&) {
    return Response{503, R"({"detail":"draining"})", "Retry-After: 0\r\n"};
  };
  client.emplace(options_for({&server}));
  ASSERT_TRUE(client->start());
  ASSERT_TRUE(server.wait_count("/stream", 3));
  EXPECT_TRUE(client->status().last_error.contains("HTTP 503: draining"))
      << client->status().last_error;
  for (const auto& each : server.requests("/stream")) EXPECT_FALSE(each.key.empty());
}

/// How often a WebSocket was asked for, and how often an event stream.
std::pair<std::size_t, std::size_t> asked(FakeServer& server) {
  const auto streams = server.requests("/stream");
  const auto upgrades =
      std::ranges::count_if(streams, [](const auto& each) { return !each.key.empty(); });
  return {upgrades, streams.size() - static_cast<std::size_t>(upgrades)};
}

/// Who asks for a WebSocket hears `answer`, then the connection ends.
void comes_by_event_stream_after(const std::string& answer) {
  FakeServer server;
  server.upgrades = true;
  server.on_anything = [&](const Request& request, int socket) {
    if (request.key.empty()) return false;
    FakeServer::send_all(socket, answer);
    return true;
  };
  Client client(options_for({&server}));
  ASSERT_TRUE(client.start());
  server.push(version(2));
  ASSERT_TRUE(server.wait_observed("applied", 2));
  EXPECT_EQ(asked(server), std::pair(std::size_t{1}, std::size_t{1}));
  EXPECT_FALSE(posted(server).empty());
  server.close_stream();
  ASSERT_TRUE(server.wait_count("/stream", 3));
  EXPECT_EQ(asked(server), std::pair(std::size_t{1}, std::size_t{2})) << "not asked again so soon";
}

TEST(NoWebSocket, theServerKnowsNone) {
  comes_by_event_stream_after("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
}
TEST(NoWebSocket, theServerSpeaksAnotherVersion) {
  comes_by_event_stream_after("HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 14\r\n\r\n");
}
TEST(NoWebSocket, aProxyDroppedTheUpgrade) {
  comes_by_event_stream_after(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
}
TEST(NoWebSocket, aProxyForbidsIt) {
  comes_by_event_stream_after("HTTP/1.1 403 Forbidden\r\n\r\n<html>no</html>");
}
TEST(NoWebSocket, somebodyOnTheWayCutsTheConnection) { comes_by_event_stream_after(""); }
TEST(NoWebSocket, theAnswerIsGarbage) { comes_by_event_stream_after("\x16\x03\x01\r\n\r\n"); }
TEST(NoWebSocket, theAnswerHasNoEnd) {
  comes_by_event_stream_after("HTTP/1.1 101 X\r\nA: " + std::string(20'000, 'x'));
}
TEST(NoWebSocket, theAnswerIsToAnotherKey) {
  comes_by_event_stream_after(testing::switching("dGhlIHNhbXBsZSBub25jZQ=="));
}

TEST(MovingAWebSocket, theOldOneStaysUntilTheNewOneStandsWhichThenCarriesWhatIsSaid) {
  std::promise<void> may_open;
  auto opening = may_open.get_future().share();
  FakeServer second;
  FakeServer first;
  first.upgrades = second.upgrades = true;
  first.configs = offer(R"({"a":1})", 1, "1.0.0");
  second.on_stream_request = [&](const Request&) {
    opening.wait();
    return Response{200, "", ""};
  };
  Client client(options_for({&first, &second}));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(first.wait_observed("applied", 1));
  first.push(frame("reconnect", R"({"afterMs":1,"to":[")" + second.url() + R"("]})"));
  ASSERT_TRUE(second.wait_count("/stream", 1));
  first.push(version(2));
  EXPECT_TRUE(first.wait_observed("applied", 2)) << "no gap";
  may_open.set_value();
  second.push(version(3));
  EXPECT_TRUE(second.wait_observed("applied", 3));
  EXPECT_EQ(client.status().server, second.url());
  EXPECT_TRUE(second.wait([](const auto& all) { return std::ranges::any_of(all, is_heartbeat); }))
      << "what the old one took along is said again";
  EXPECT_TRUE(posted(first).empty());
  client.stop();
}

/// While it lives, the environment says that `server` is the way to everywhere.
class ProxyOfEnvironment {
 public:
  explicit ProxyOfEnvironment(const FakeServer& server) {
    ::setenv("http_proxy", server.url().c_str(), 1);
  }
  ~ProxyOfEnvironment() { ::unsetenv("http_proxy"); }
  ProxyOfEnvironment(const ProxyOfEnvironment&) = delete;
  ProxyOfEnvironment& operator=(const ProxyOfEnvironment&) = delete;
};

struct BehindAProxy : ::testing::Test {
  FakeServer proxy;
  std::optional<ProxyOfEnvironment> environment;
  std::optional<Client> client;

  void start() {
    environment.emplace(proxy);
    proxy.upgrades = true;
    auto options = options_for({});
    options.servers = {"http://server.test:8400"};
    client.emplace(std::move(options));
    ASSERT_TRUE(client->start());
    proxy.push(version(2));
    ASSERT_TRUE(proxy.wait_observed("applied", 2));
  }
  void TearDown() override {
    if (client) client->stop();
    proxy.stop();
  }
};

TEST_F(BehindAProxy, theWebSocketGoesThroughATunnel) {
  proxy.tunnels = true;
  start();
  EXPECT_EQ(proxy.requests("server.test:8400").front().method, "CONNECT");
  EXPECT_EQ(asked(proxy), std::pair(std::size_t{1}, std::size_t{0}));
  EXPECT_TRUE(posted(proxy).empty());
}

TEST_F(BehindAProxy, whereThereIsNoTunnelAnEventStreamComesThroughAsEver) {
  start();
  EXPECT_EQ(proxy.requests("server.test:8400").size(), 1U);
  EXPECT_EQ(asked(proxy), std::pair(std::size_t{0}, std::size_t{1}));
  EXPECT_FALSE(posted(proxy).empty());
}

TEST(UpgradesTest, areAskedForAgainAfterAWhile) {
  Upgrades upgrades;
  const SteadyTime now{};
  EXPECT_TRUE(upgrades.worth_asking("a", now));
  upgrades.note("a", WebSocket::Shut::No, now);
  EXPECT_TRUE(upgrades.worth_asking("a", now));
  upgrades.note("a", WebSocket::Shut::Unanswered, now);
  EXPECT_FALSE(upgrades.worth_asking("a", now + 1min));
  EXPECT_TRUE(upgrades.worth_asking("a", now + 5min));
  upgrades.note("a", WebSocket::Shut::NotUpgraded, now);
  EXPECT_FALSE(upgrades.worth_asking("a", now + 59min));
  EXPECT_TRUE(upgrades.worth_asking("b", now));
  EXPECT_TRUE(upgrades.worth_asking("a", now + 1h));
}

}  // namespace
}  // namespace hotswap::sdk
