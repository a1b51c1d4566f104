// The example service, as a process of its own beside a scripted server: its latency and errors
// really follow its configuration.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <fstream>
#include <future>
#include <iterator>

#include "fake_server.hpp"
#include "http.hpp"

namespace hotswap::sdk {
namespace {

using testing::FakeServer;
using testing::frame;
using testing::offer;
using testing::Request;

class PaymentService {
 public:
  explicit PaymentService(FakeServer& server, std::vector<std::string> extra = {}) {
    std::vector<std::string> words{HS_BINARY_DIR "/bin/payment_service",
                                   "--server",
                                   server.url(),
                                   "--token",
                                   "bootstrap",
                                   "--name",
                                   "pay-1"};
    words.insert(words.end(), extra.begin(), extra.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::array<int, 2> out{};
    EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    EXPECT_EQ(::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    read_port(out[0]);
    ::close(out[0]);
  }
  ~PaymentService() {
    if (pid_ > 0) end();
  }
  PaymentService(const PaymentService&) = delete;
  PaymentService& operator=(const PaymentService&) = delete;

  int end() {
    ::kill(pid_, SIGTERM);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  }

  [[nodiscard]] HttpReply call(const std::string& method, const std::string& path,
                               const std::string& body = "") const {
    Http http({}, testing::kPatience, [] { return false; });
    return http.send({method, "http://127.0.0.1:" + port_ + path, "", body});
  }
  [[nodiscard]] int pay(const std::string& currency = "EUR") const {
    return call("POST", "/pay", R"({"amount":10,"currency":")" + currency + "\"}").status;
  }
  /// How many of so many payments at once end with `status`.
  [[nodiscard]] int pay_at_once(int count, int status) const {
    std::vector<std::future<int>> all;
    for (int i = 0; i < count; ++i)
      all.push_back(std::async(std::launch::async, [&] { return pay(); }));
    return static_cast<int>(
        std::ranges::count_if(all, [&](auto& each) { return each.get() == status; }));
  }

 private:
  void read_port(int pipe) {
    std::string line;
    char byte = 0;
    while (::read(pipe, &byte, 1) == 1 && byte != '\n') line += byte;
    ASSERT_TRUE(line.starts_with("listening ")) << line;
    port_ = line.substr(10);
  }

  pid_t pid_ = -1;
  std::string port_;
};

std::string document(const std::string& version) {
  std::ifstream in(HS_SOURCE_DIR "/examples/payment_service/configs/" + version + ".json");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return json::write(*json::parse(text));
}

TEST(PaymentService, takesPaymentsWithEveryGoodDocumentOfTheDemo) {
  FakeServer server;
  PaymentService service(server);
  EXPECT_EQ(service.call("GET", "/healthz").status, 503) << "no configuration yet";
  int generation = 0;
  for (const auto* version : {"1.0.0", "1.1.0", "2.0.0", "2.1.0"}) {
    server.push(frame("config", offer(document(version), ++generation, version)));
    ASSERT_TRUE(server.wait_observed("applied", generation)) << version;
    EXPECT_EQ(service.pay_at_once(10, 200), 10) << version;
  }
  EXPECT_EQ(service.call("GET", "/healthz").status, 200);
  const auto shown = json::parse(service.call("GET", "/config").body);
  EXPECT_EQ(*shown->find("version"), json::Value("2.1.0"));
  EXPECT_EQ(service.pay("JPY"), 422);
  EXPECT_EQ(service.call("POST", "/pay", "nonsense").status, 400);
  EXPECT_EQ(service.call("GET", "/nowhere").status, 404);
}

TEST(PaymentService, failsWithTheBadDocumentAndRecoversWithoutARestart) {
  FakeServer server;
  server.configs = offer(document("1.2.0"), 1, "1.2.0");
  PaymentService service(server);
  ASSERT_TRUE(server.wait_observed("applied", 1));
  EXPECT_GT(service.pay_at_once(10, 504), 5);
  server.push(frame("config", offer(document("1.1.0"), 2, "1.1.0")));
  ASSERT_TRUE(server.wait_observed("applied", 2));
  EXPECT_EQ(service.pay_at_once(10, 200), 10);
}

TEST(PaymentService, runsOutOfConnectionsWhenItsPoolIsTooSmall) {
  FakeServer server;
  server.configs = offer(R"({"database":{"poolSize":1,"timeoutMs":40},"rateLimit":{"perSecond":100},
      "payment":{"providerLatencyMs":30,"retries":0,"currencies":["EUR"]}})",
                         1, "1.0.0");
  PaymentService service(server);
  ASSERT_TRUE(server.wait_observed("applied", 1));
  EXPECT_GT(service.pay_at_once(16, 503), 0);
}

TEST(PaymentService, rejectsAPoolOfNoConnectionsWithTheReason) {
  FakeServer server;
  server.configs = offer(document("1.0.0"), 1, "1.0.0");
  PaymentService service(server);
  auto broken = *json::parse(document("1.0.0"));
  broken.as_object()->find("database")->as_object()->set("poolSize", 0);
  server.push(frame("config", offer(json::write(broken), 2, "1.0.1")));
  const auto observed = server.wait_observed("rejected", 2);
  ASSERT_TRUE(observed);
  EXPECT_EQ(*observed->find("error"), json::Value("database.poolSize must be 1 to 1000, not 0"));
  EXPECT_EQ(service.pay(), 200);
}

TEST(PaymentService, endsCleanlyOnSigtermAndLeavesOnlyIfAsked) {
  FakeServer server;
  PaymentService staying(server);
  ASSERT_TRUE(server.wait_count("/heartbeat", 1));
  EXPECT_EQ(staying.end(), 0);
  PaymentService leaving(server, {"--leave"});
  ASSERT_TRUE(server.wait_count("/heartbeat", 2));
  EXPECT_EQ(leaving.end(), 0);
  const auto all = server.requests("");
  EXPECT_EQ(std::ranges::count(all, "DELETE", &Request::method), 1);
}

}  // namespace
}  // namespace hotswap::sdk
