// The server under systemd's Type=notify: the test is the one who is told.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

/// The socket of NOTIFY_SOCKET; an @ stands for the abstract namespace.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.starts_with('@')) address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length), 0);
  }
  ~NotifySocket() { ::close(socket_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  /// The next message, nothing if none comes.
  std::string hear() {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 20'000) != 1) return "";
    std::string text(256, '\0');
    const auto size = ::recv(socket_, text.data(), text.size(), 0);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }

 private:
  int socket_;
};

void expect_told(const std::string& name, const cli::TempFolder& folder) {
  NotifySocket manager(name);
  auto server = cli::ChildProcess::start(
      {.command = {binary("hotswap"), "server", "--dev", "--listen", "127.0.0.1:0", "--data-dir",
                   (folder.path() / "data").string()},
       .environment = {{"NOTIFY_SOCKET", name}},
       .log = folder.path() / "log"});
  ASSERT_TRUE(server) << server.error().detail;
  EXPECT_EQ(manager.hear(), "READY=1") << server->output();
  EXPECT_TRUE(server->output().contains("listening ")) << server->output();
  server->send(SIGTERM);
  EXPECT_EQ(manager.hear(), "STOPPING=1") << server->output();
  EXPECT_EQ(server->wait(20s), 0);
}

TEST(ServiceManager, hears_when_the_server_is_ready_and_when_it_stops) {
  const cli::TempFolder folder("hotswap-notify");
  expect_told((folder.path() / "socket").string(), folder);
}

TEST(ServiceManager, may_listen_in_the_abstract_namespace) {
  const cli::TempFolder folder("hotswap-notify");
  expect_told("@" + folder.path().string(), folder);
}

TEST(ServiceManager, may_be_gone) {
  const cli::TempFolder folder("hotswap-notify");
  auto server = cli::ChildProcess::start(
      {.command = {binary("hotswap"), "server", "--dev", "--listen", "127.0.0.1:0", "--data-dir",
                   (folder.path() / "data").string()},
       .environment = {{"NOTIFY_SOCKET", (folder.path() / "nobody").string()}},
       .log = folder.path() / "log"});
  ASSERT_TRUE(server) << server.error().detail;
  EXPECT_TRUE(server->wait_line("listening ", 20s));
  server->send(SIGTERM);
  EXPECT_EQ(server->wait(20s), 0);
}

}  // namespace
}  // namespace hotswap::e2e
