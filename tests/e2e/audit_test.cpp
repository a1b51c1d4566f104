// The audit as those see it who have to believe it: signed, exported, verified without the server,
// sent elsewhere.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <mutex>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

struct Exported : ::testing::Test {
  Server server;
  std::string file = (server.folder() / "audit.ndjson").string();
  std::string key;

  Exported() {
    server.has_profile();
    server.has_version("1.0.0", R"({"a":1})");
    const auto made = hotswap(server, {"audit", "checkpoint", "-o", "json"});
    EXPECT_EQ(made.code, 0) << made.err;
    key = cli::text_at(json::parse(made.out).value(), "key");
    EXPECT_EQ(hotswap(server, {"audit", "export", "--file", file}).code, 0);
  }
  CommandResult offline(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"audit", "verify", "--offline", file});
    return hotswap(more);
  }
  std::vector<std::string> lines() {
    std::ifstream in(file);
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  void write(const std::vector<std::string>& all) {
    std::ofstream out(file, std::ios::trunc);
    for (const auto& line : all) out << line << '\n';
  }
};

TEST_F(Exported, IsVerifiedWithoutTheServer) {
  const auto online = hotswap(server, {"audit", "verify"});
  EXPECT_TRUE(online.out.starts_with("the chain is whole: 3 entries; signed up to entry 3"))
      << online.out << online.err;
  server.kill();
  const auto whole = offline({"--key", key});
  EXPECT_EQ(whole.code, 0) << whole.err;
  EXPECT_TRUE(whole.out.contains("whole: 3 entries; signed up to entry 3 by the key given"))
      << whole.out;
  EXPECT_TRUE(offline().out.contains("give --key")) << offline().out;
  const auto stranger = offline({"--key", std::string(64, 'a')});
  EXPECT_NE(stranger.code, 0);
  EXPECT_TRUE(stranger.err.contains("not by the key given")) << stranger.err;
  EXPECT_EQ(offline({"--key", "nonsense"}).code, 2);
}

TEST_F(Exported, ShowsEveryKindOfTampering) {
  const auto good = lines();
  ASSERT_EQ(good.size(), 4U);
  const auto refused = [&](std::vector<std::string> all, const std::string& why) {
    write(all);
    const auto done = offline({"--key", key});
    EXPECT_NE(done.code, 0) << why;
    EXPECT_TRUE(done.err.contains(why)) << done.err;
  };
  auto changed = good;
  changed[1].replace(changed[1].find("version.upload"), 14, "version.delete");
  refused(changed, "entry 2");
  refused({good[0], good[2], good[3]}, "entry 3");
  refused({good[0], good[1], good[3]}, "cut off");
  refused({good[0], good[1], good[2]}, "no checkpoint");
  refused({good[2], good[1], good[0], good[3]}, "newest first");
  auto forged = good;
  const auto digit = forged[3].find("\"signature\":\"") + 13;
  forged[3][digit] = forged[3][digit] == '0' ? '1' : '0';
  refused(forged, "signature");
  refused({good[0], "{nonsense", good[2], good[3]}, "line 2");
  refused({good[0], "{}", good[2], good[3]}, "line 2");
}

TEST_F(Exported, TheDataFolderRemembersWhatTheDatabaseForgot) {
  // Somebody puts an older state of the database in place: entries, checkpoints, all consistent.
  ASSERT_EQ(server.terminate(), 0);
  const auto database = server.data() / "hotswap.db";
  std::filesystem::copy_file(database, server.folder() / "older.db");
  server.start_again();
  server.has_version("1.1.0", R"({"a":2})");
  ASSERT_EQ(hotswap(server, {"audit", "checkpoint"}).code, 0);
  ASSERT_EQ(server.terminate(), 0);
  std::filesystem::copy_file(server.folder() / "older.db", database,
                             std::filesystem::copy_options::overwrite_existing);
  for (const auto* left : {"hotswap.db-wal", "hotswap.db-shm"})
    std::filesystem::remove(server.data() / left);
  server.start_again();
  const auto verified = hotswap(server, {"audit", "verify"});
  EXPECT_NE(verified.code, 0);
  EXPECT_TRUE(verified.err.contains("cut off") || verified.err.contains("made anew"))
      << verified.out << verified.err;
}

/// A syslog server of the least kind: takes one connection after the other and keeps what comes.
class Collector {
 public:
  Collector() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { run(); });
  }
  ~Collector() { ::shutdown(listener_, SHUT_RDWR), thread_.join(), ::close(listener_); }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  [[nodiscard]] std::string url() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  void run() {
    for (int peer = 0; (peer = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(peer)) {
      char bytes[4096];
      for (ssize_t got = 0; (got = ::recv(peer, bytes, sizeof bytes, 0)) > 0;) {
        const std::lock_guard lock(mutex_);
        text_.append(bytes, static_cast<std::size_t>(got));
      }
    }
  }
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::string text_;
  std::jthread thread_;
};

/// Takes messages off a stream of octet counts; fails the test where a count is wrong.
std::vector<std::string> messages_of(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    const auto blank = text.find(' ', at);
    const auto length = std::stoul(text.substr(at, blank - at));
    if (blank + 1 + length > text.size()) break;
    all.push_back(text.substr(blank + 1, length));
    EXPECT_TRUE(all.back().starts_with("<1")) << all.back();
    at = blank + 1 + length;
  }
  return all;
}

TEST(AuditForwarding, SendsEveryEntryToSyslogAndToAWebhook) {
  Collector collector;
  Program hook([](const std::string&) { return Program::Answer{}; });
  Server server({"--audit-syslog", collector.url(), "--audit-webhook", hook.url("/audit?token=x")});
  server.has_profile();
  server.has_version("1.0.0", R"({"a":1})");
  EXPECT_TRUE(eventually([&] { return messages_of(collector.text()).size() >= 2; }));
  const auto first = messages_of(collector.text()).front();
  EXPECT_TRUE(first.starts_with("<110>1 ")) << first;
  EXPECT_TRUE(first.contains(" hotswap - config.create [hotswap@32473 sequence=\"1\"")) << first;
  EXPECT_TRUE(eventually([&] { return hook.answered() >= 1; }));
  // What happened while the server was away from it, and it from the receivers, comes later.
  server.kill();
  server.start_again();
  server.has_version("1.1.0", R"({"a":2})");
  EXPECT_TRUE(eventually([&] {
    const auto all = messages_of(collector.text());
    return std::ranges::any_of(all, [](const auto& one) { return one.contains("1.1.0"); });
  }));
  EXPECT_FALSE(server.process().output().contains("token=x"));
}

TEST(AuditForwarding, SpeaksTlsToSyslogAndOnlyToWhomItTrusts) {
  cli::TempFolder folder{"hotswap-syslog"};
  const auto path = [&](const char* name) { return (folder.path() / name).string(); };
  const auto made = run_program({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                                 "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                                 "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                                 "-keyout", path("key.pem"), "-out", path("cert.pem")});
  ASSERT_EQ(made.code, 0) << made.err;
  // s_server hangs up when its input ends: this one lasts as long as the test.
  ASSERT_EQ(::mkfifo(path("input").c_str(), 0600), 0);
  const int input = ::open(path("input").c_str(), O_RDWR | O_CLOEXEC);
  auto listening = cli::ChildProcess::start(
      {.command = {"sh", "-c",
                   "exec openssl s_server -accept 127.0.0.1:0 -key " + path("key.pem") + " -cert " +
                       path("cert.pem") + " < " + path("input")},
       .log = folder.path() / "log"});
  ASSERT_TRUE(listening);
  const std::string accept = "ACCEPT 127.0.0.1:";
  ASSERT_TRUE(eventually([&] { return listening->output().contains(accept); }));
  const auto output = listening->output();
  const auto from = output.find(accept) + accept.size();
  const auto url = "tls://127.0.0.1:" + output.substr(from, output.find('\n', from) - from);
  {
    Server distrusting({"--audit-syslog", url});
    distrusting.has_profile();
    EXPECT_TRUE(eventually(
        [&] { return distrusting.process().output().contains("receiver cannot be told"); }));
  }
  EXPECT_FALSE(listening->output().contains("config.create"));
  Server server({"--audit-syslog", url, "--audit-syslog-ca-file", path("cert.pem")});
  server.has_profile();
  EXPECT_TRUE(eventually([&] { return listening->output().contains("config.create"); }))
      << server.process().output();
  ::close(input);
}

TEST(AuditTail, ShowsTheNewestAndFollows) {
  Server server;
  server.has_profile();
  const auto shown = hotswap(server, {"audit", "tail", "-n", "5"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_TRUE(shown.out.contains("config.create")) << shown.out;
  auto following =
      cli::ChildProcess::start({.command = {binary("hotswap"), "audit", "tail", "-f", "--server",
                                            server.url(), "--token-file", server.token_file()},
                                .log = server.folder() / "tail.log"});
  ASSERT_TRUE(following);
  ASSERT_TRUE(eventually([&] { return following->output().contains("config.create"); }));
  server.has_version("1.0.0", R"({"a":1})");
  EXPECT_TRUE(eventually([&] { return following->output().contains("version.upload"); }))
      << following->output();
}

}  // namespace
}  // namespace hotswap::e2e
