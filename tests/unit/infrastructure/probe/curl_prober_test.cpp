#include "infrastructure/probe/curl_prober.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "testing/trace_of_tests.hpp"
#include "unit/infrastructure/http_client/scripted_server.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr Duration kShort = 150ms;
constexpr Duration kLong = 20s;

/// Answers as they come.
class Answers {
 public:
  Prober::Done next() {
    return [shared = shared_](const Prober::Answer& answer) {
      const std::lock_guard lock(shared->mutex);
      shared->all.push_back(answer);
      shared->changed.notify_all();
    };
  }
  std::vector<Prober::Answer> wait(std::size_t count) {
    std::unique_lock lock(shared_->mutex);
    shared_->changed.wait_for(lock, kLong, [&] { return shared_->all.size() >= count; });
    return shared_->all;
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Prober::Answer> all;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

Prober::Answer look(const std::string& url, Duration timeout = kLong,
                    net::Reach guard = net::Reach::of_operator()) {
  CurlProber prober(std::move(guard), {});
  Answers answers;
  EXPECT_TRUE(prober.probe(url, timeout, answers.next()));
  const auto found = answers.wait(1);
  return found.empty() ? Prober::Answer{false, "no answer at all", {}} : found.front();
}

/// Accepts connections (the kernel does) and never says a word.
class SilentListener {
 public:
  SilentListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(socket_, 512);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~SilentListener() { close(); }
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  [[nodiscard]] std::string at(const std::string& scheme) const {
    return scheme + "://127.0.0.1:" + std::to_string(port_);
  }

 private:
  int socket_;
  int port_ = 0;
};

std::string response(const std::string& status, const std::string& more = {}) {
  return "HTTP/1.1 " + status + "\r\n" + more + "Content-Length: 2\r\n\r\nok";
}

TEST(CurlProber, TwoAndThreeHundredsAreHealthy) {
  for (const auto& [status, healthy] :
       std::map<std::string, bool>{{"200 OK", true},
                                   {"204 No Content", true},
                                   {"302 Found", true},
                                   {"404 Not Found", false},
                                   {"503 Service Unavailable", false}}) {
    const ScriptedServer server([&](ScriptedServer::Peer& peer, int) {
      peer.read_request();
      peer.send(response(status));
    });
    const auto answer = look(server.url("/healthz"));
    EXPECT_EQ(answer.healthy, healthy) << status;
    EXPECT_EQ(answer.detail, status.substr(0, 3));
  }
}

TEST(CurlProber, ARedirectIsNotFollowed) {
  std::atomic<int> connections{0};
  const ScriptedServer server([&](ScriptedServer::Peer& peer, int) {
    ++connections;
    peer.read_request();
    peer.send(response("302 Found", "Location: http://169.254.169.254/latest/meta-data\r\n"));
  });
  EXPECT_EQ(look(server.url()).detail, "302");
  EXPECT_EQ(connections, 1);
}

TEST(CurlProber, TcpIsHealthyOnceConnected) {
  SilentListener listener;
  const auto answer = look(listener.at("tcp"));
  EXPECT_TRUE(answer.healthy);
  EXPECT_EQ(answer.detail, "connected");
}

TEST(CurlProber, SaysWhyNobodyAnswered) {
  SilentListener listener;
  const auto hanging = look(listener.at("http"), kShort);
  EXPECT_FALSE(hanging.healthy);
  EXPECT_EQ(hanging.detail, "timeout after PT0.15S");
  const auto where = listener.at("tcp");
  listener.close();
  EXPECT_EQ(look(where).detail, "connection refused");
  EXPECT_EQ(look("http" + where.substr(3)).detail, "connection refused");
  EXPECT_EQ(look("http://no-such-host.invalid/").detail, "the host's name is not known");
}

TEST(CurlProber, TlsThatIsNoneIsUnhealthyWithItsWords) {
  const ScriptedServer server(
      [](ScriptedServer::Peer& peer, int) { peer.send("plain words\r\n"); });
  const auto answer = look("https" + server.url().substr(4));
  EXPECT_FALSE(answer.healthy);
  EXPECT_FALSE(answer.detail.empty());
}

TEST(CurlProber, AnEndlessBodyIsNotReadToTheEnd) {
  const ScriptedServer server([](ScriptedServer::Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n");
    while (peer.send(std::string(8192, 'x'))) {
    }
  });
  const auto answer = look(server.url());
  EXPECT_TRUE(answer.healthy);
  EXPECT_EQ(answer.detail, "200");
}

TEST(CurlProber, EndlessHeadersAreUnhealthy) {
  const ScriptedServer server([](ScriptedServer::Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n");
    while (peer.send("X-More: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  const auto answer = look(server.url());
  EXPECT_FALSE(answer.healthy);
  EXPECT_FALSE(answer.detail.empty());
}

TEST(CurlProber, ARefusedAddressIsNeverConnectedTo) {
  std::atomic<int> connections{0};
  const ScriptedServer server([&](ScriptedServer::Peer&, int) { ++connections; });
  const auto port = server.url("").substr(std::string("http://127.0.0.1").size());
  for (const auto& url :
       {"http://127.0.0.1" + port, "tcp://127.0.0.1" + port, "http://localhost" + port,
        "http://0x7f000001" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port}) {
    const auto answer = look(url, kLong, net::Reach::of_users());
    EXPECT_FALSE(answer.healthy) << url;
    EXPECT_TRUE(answer.detail.contains("--allow-hosts")) << url << ": " << answer.detail;
  }
  EXPECT_EQ(connections, 0);
}

TEST(CurlProber, OnlyItsOwnSchemesAreSpoken) {
  for (const auto* url : {"file:///etc/passwd", "gopher://127.0.0.1:70/", "ftp://127.0.0.1/"})
    EXPECT_FALSE(look(url).healthy) << url;
}

TEST(CurlProber, ThoseWhoHangHoldUpNobodyWhoHasAPlace) {
  const SilentListener silent;
  const ScriptedServer server([](ScriptedServer::Peer& peer, int) {
    peer.read_request();
    peer.send(response("200 OK"));
  });
  CurlProber prober(net::Reach::of_operator(), {.concurrency = 9, .queue = 100});
  Answers hanging;
  Answers answered;
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(prober.probe(silent.at("http"), kLong, hanging.next()));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(prober.probe(server.url(), kLong, answered.next()));
  EXPECT_EQ(answered.wait(20).size(), 20u);
  EXPECT_EQ(hanging.wait(0).size(), 0u);
}

TEST(CurlProber, AFullQueueTakesNoMore) {
  const SilentListener silent;
  CurlProber prober(net::Reach::of_operator(), {.concurrency = 1, .queue = 3});
  int taken = 0;
  for (int i = 0; i < 10; ++i)
    taken += prober.probe(silent.at("http"), kLong, [](const Prober::Answer&) {}) ? 1 : 0;
  EXPECT_GE(taken, 3);
  EXPECT_LE(taken, 4);
}

TEST(CurlProber, WhatIsUnderWayAtItsEndIsDropped) {
  const SilentListener silent;
  std::atomic<bool> answered{false};
  {
    CurlProber prober(net::Reach::of_operator(), {.concurrency = 2, .queue = 10});
    for (int i = 0; i < 5; ++i)
      ASSERT_TRUE(
          prober.probe(silent.at("http"), kLong, [&](const Prober::Answer&) { answered = true; }));
  }
  EXPECT_FALSE(answered);
}

TEST(CurlProber, LeavesNoConnectionOpen) {
  const auto open = [] {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
  };
  const SilentListener listener;
  CurlProber prober(net::Reach::of_operator(), {});
  Answers answers;
  ASSERT_TRUE(prober.probe(listener.at("tcp"), kLong, answers.next()));
  ASSERT_EQ(answers.wait(1).size(), 1u);
  const auto before = open();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(prober.probe(listener.at("tcp"), kLong, answers.next()));
  ASSERT_EQ(answers.wait(51).size(), 51u);
  EXPECT_LE(open(), before + 2);
}

TEST(CurlProber, NamesTheTraceOfWhatItLooksForIfThereIsOne) {
  testing::TraceOfTests trace;
  std::mutex mutex;
  std::string seen;
  const ScriptedServer server([&](ScriptedServer::Peer& peer, int) {
    auto request = peer.read_request();
    {
      const std::lock_guard lock(mutex);
      seen = std::move(request);
    }
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const auto said = [&] {
    EXPECT_TRUE(look(server.url()).healthy);
    const std::lock_guard lock(mutex);
    return seen;
  };
  EXPECT_FALSE(said().contains("traceparent"));
  const TraceScope scope(&trace.tracer, trace.context);
  const auto request = said();
  EXPECT_TRUE(request.contains("\r\ntraceparent: " + tracing::traceparent(trace.context) + "\r\n"))
      << request;
  EXPECT_TRUE(request.contains("\r\ntracestate: vendor=1\r\n")) << request;
  EXPECT_TRUE(trace.tracer.spans().empty()) << "looks are too many to be spans";
}

}  // namespace
}  // namespace hotswap
