#include "agent/serve/config_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <future>

#include "document.hpp"
#include "domain/json/parse.hpp"
#include "unit/agent/agent/folder.hpp"

namespace hotswap::agent {
namespace {

class ConfigServerTest : public FolderTest {
 protected:
  void sets(int max) {
    const auto text = R"({"max":)" + std::to_string(max) + "}";
    current_ = std::make_shared<const sdk::Snapshot>(
        *sdk::detail::make_document(*json::parse(text)), sdk::Identity{"p", "1.0.0", 1, "h"});
  }
  PageSources sources() {
    return {.current =
                [this] {
                  asked_ = asked_ + 1;
                  asked_.notify_all();
                  return current_.load();
                },
            .status = [] { return json::Value(json::Object{}); },
            .healthy = [] { return true; }};
  }
  static int connects(const std::string& url) {
    if (url.starts_with("unix:")) {
      sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
      std::strcpy(address.sun_path, url.c_str() + 5);
      const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      EXPECT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
      return socket;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return socket;
  }
  /// Sends, and reads until the server closes.
  static std::string talk(const std::string& url, const std::string& bytes) {
    const int socket = connects(url);
    EXPECT_EQ(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    std::string out;
    char block[4096];
    for (ssize_t got = 0; (got = ::recv(socket, block, sizeof block, 0)) > 0;)
      out.append(block, static_cast<std::size_t>(got));
    ::close(socket);
    return out;
  }
  static std::string get(const std::string& url, const std::string& path,
                         const std::string& headers = {}) {
    return talk(url, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                         headers + "\r\n");
  }

  std::atomic<int> asked_{0};
  std::atomic<std::shared_ptr<const sdk::Snapshot>> current_;
};

TEST_F(ConfigServerTest, answers_on_a_free_port) {
  sets(7);
  ConfigServer server(*ServeAddress::parse("127.0.0.1:0"), sources());
  ASSERT_TRUE(server.start());
  EXPECT_TRUE(get(server.url(), "/config/max").ends_with("\r\n\r\n7\n"));
}

TEST_F(ConfigServerTest, a_unix_socket_is_for_its_owner_alone_and_goes_with_the_server) {
  sets(7);
  {
    ConfigServer server(*ServeAddress::parse("unix:" + path("s")), sources());
    ASSERT_TRUE(server.start());
    struct stat found{};
    ASSERT_EQ(::stat(path("s").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600U);
    EXPECT_TRUE(talk(server.url(), "GET /config/max HTTP/1.0\r\n\r\n").ends_with("7\n"))
        << "and the Host header does not matter";
    ConfigServer second(*ServeAddress::parse("unix:" + path("s")), sources());
    const auto refused = second.start();
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().detail.contains("another process listens there"));
  }
  EXPECT_FALSE(exists("s"));
}

TEST_F(ConfigServerTest, a_socket_that_a_crash_left_is_replaced_and_a_file_is_not) {
  const int dead = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::strcpy(address.sun_path, path("s").c_str());
  ASSERT_EQ(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(dead);
  ConfigServer server(*ServeAddress::parse("unix:" + path("s")), sources());
  EXPECT_TRUE(server.start());
  write("plain", "precious");
  ConfigServer other(*ServeAddress::parse("unix:" + path("plain")), sources());
  EXPECT_FALSE(other.start());
  EXPECT_EQ(read("plain"), "precious");
}

TEST_F(ConfigServerTest, whoever_waits_is_answered_when_it_changes) {
  sets(1);
  ConfigServer server(*ServeAddress::parse("127.0.0.1:0"), sources());
  ASSERT_TRUE(server.start());
  const auto first = get(server.url(), "/config");
  const auto tag = first.substr(first.find("ETag: ") + 6, 34);
  const int before = asked_;
  auto waiting = std::async(std::launch::async, [&] {
    return get(server.url(), "/config?wait=50s", "If-None-Match: " + tag + "\r\n");
  });
  asked_.wait(before);  // it has been looked at, and is held
  sets(2);
  server.changed();
  EXPECT_TRUE(waiting.get().contains("\"max\": 2"));
  EXPECT_TRUE(
      get(server.url(), "/config?wait=10ms", "If-None-Match: " + tag + "\r\n").contains("200"));
}

TEST_F(ConfigServerTest, a_wait_ends_in_304_when_nothing_changed) {
  sets(1);
  ConfigServer server(*ServeAddress::parse("127.0.0.1:0"), sources());
  ASSERT_TRUE(server.start());
  const auto first = get(server.url(), "/config");
  const auto tag = first.substr(first.find("ETag: ") + 6, 34);
  EXPECT_TRUE(get(server.url(), "/config?wait=20ms", "If-None-Match: " + tag + "\r\n")
                  .starts_with("HTTP/1.1 304 "));
}

TEST_F(ConfigServerTest, several_requests_share_a_connection) {
  sets(3);
  ConfigServer server(*ServeAddress::parse("127.0.0.1:0"), sources());
  ASSERT_TRUE(server.start());
  const std::string one = "HEAD /config HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string last =
      "GET /config/max HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const auto out = talk(server.url(), one + one + last);
  EXPECT_TRUE(out.ends_with("3\n")) << out;
  EXPECT_EQ(std::string_view(out).find("\"max\""), std::string_view::npos) << "HEAD has no body";
}

TEST_F(ConfigServerTest, what_is_no_request_of_this_machine_is_refused) {
  sets(3);
  ConfigServer server(*ServeAddress::parse("127.0.0.1:0"), sources());
  ASSERT_TRUE(server.start());
  const auto status = [&](const std::string& bytes) {
    return talk(server.url(), bytes).substr(9, 3);
  };
  EXPECT_EQ(status("nonsense\r\n\r\n"), "400");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"), "403");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n"), "431");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"), "400");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "400");
}

TEST_F(ConfigServerTest, too_many_connections_are_closed_and_the_others_served) {
  sets(3);
  ConfigServer server(*ServeAddress::parse("127.0.0.1:0"), sources());
  ASSERT_TRUE(server.start());
  std::vector<int> idle;
  for (int i = 0; i < 32; ++i) idle.push_back(connects(server.url()));
  // Looked at by the server in their order, so these are all taken before the next.
  EXPECT_EQ(talk(server.url(), "G"), "");
  for (const int socket : idle) ::close(socket);
  for (int tries = 0; tries < 1000 && get(server.url(), "/health").empty(); ++tries) {
  }
  EXPECT_TRUE(get(server.url(), "/health").starts_with("HTTP/1.1 200"));
}

TEST(ServeAddress, is_read_strictly) {
  EXPECT_TRUE(ServeAddress::parse("127.0.0.1:0")->loopback);
  EXPECT_TRUE(ServeAddress::parse("[::1]:8411")->loopback);
  EXPECT_FALSE(ServeAddress::parse("0.0.0.0:8411")->loopback);
  EXPECT_FALSE(ServeAddress::parse("192.168.1.2:8411")->loopback);
  EXPECT_EQ(ServeAddress::parse("unix:/run/x.sock")->path, "/run/x.sock");
  for (const auto* bad : {"", "8411", "localhost:8411", "127.0.0.1:", "127.0.0.1:99999", "unix:"})
    EXPECT_FALSE(ServeAddress::parse(bad)) << bad;
}

}  // namespace
}  // namespace hotswap::agent
