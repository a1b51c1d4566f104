#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "infrastructure/syslog/message.hpp"
#include "infrastructure/syslog/syslog_receiver.hpp"

namespace hotswap::syslog {
namespace {

AuditEntry entry() {
  AuditEntry made;
  made.sequence = 7;
  made.at = WallTime(std::chrono::milliseconds(1'767'225'600'123));
  made.actor = "ann";
  made.address = "10.0.0.1:4711";
  made.action = "config.update";
  made.resource = "configs/shop";
  made.outcome = "success";
  return made;
}

TEST(SyslogMessage, has_the_fields_of_rfc_5424_in_their_order) {
  const auto message = message_of(entry(), "node-1");
  EXPECT_TRUE(message.starts_with(
      "<110>1 2026-01-01T00:00:00.123Z node-1 hotswap - config.update [hotswap@32473 "
      "sequence=\"7\" actor=\"ann\" address=\"10.0.0.1:4711\" outcome=\"success\" "
      "resource=\"configs/shop\"] {\"sequence\":7,"))
      << message;
}

TEST(SyslogMessage, tells_by_its_severity_how_it_ended) {
  auto denied = entry();
  denied.outcome = "denied";
  EXPECT_TRUE(message_of(denied, "n").starts_with("<108>1 "));
  denied.outcome = "failure";
  EXPECT_TRUE(message_of(denied, "n").starts_with("<108>1 "));
  AuditCheckpoint checkpoint;
  checkpoint.sequence = 9;
  EXPECT_TRUE(message_of(checkpoint, "n").starts_with("<109>1 "));
  EXPECT_TRUE(message_of(checkpoint, "n").contains(" audit.checkpoint [hotswap@32473 sequence="));
}

TEST(SyslogMessage, has_a_dash_for_what_is_empty_and_no_blank_in_words) {
  auto bare = entry();
  bare.action.clear();
  EXPECT_TRUE(message_of(bare, "").contains("Z - hotswap - - ["));
  EXPECT_TRUE(message_of(entry(), "a b\n").contains(" a_b_ hotswap"));
}

TEST(SyslogMessage, is_counted_by_octets) { EXPECT_EQ(framed("<1>ü"), "5 <1>ü"); }

/// A datagram socket on a free port of the loopback.
class Datagrams {
 public:
  Datagrams() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Datagrams() { ::close(socket_); }
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;
  [[nodiscard]] std::string url() const { return "udp://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string take() const {
    std::string bytes(65'536, '\0');
    const auto got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
  }

 private:
  int socket_;
  int port_ = 0;
};

TEST(SyslogReceiver, sends_a_datagram_for_each_entry_and_cuts_long_ones) {
  const Datagrams datagrams;
  SyslogReceiver receiver(datagrams.url(), "", "node-1");
  auto longer = entry();
  longer.detail = std::string(100'000, 'x');
  ASSERT_TRUE(receiver.send({{entry(), longer}, {}}));
  EXPECT_EQ(datagrams.take(), message_of(entry(), "node-1"));
  EXPECT_EQ(datagrams.take().size(), 8192U);
}

TEST(SyslogReceiver, says_when_nobody_is_there) {
  std::string closed;
  {
    const Datagrams gone;
    closed = "tcp" + gone.url().substr(3);
  }
  SyslogReceiver receiver(closed, "", "n");
  const auto sent = receiver.send({{entry()}, {}});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(sent.error().detail.contains(closed));
  EXPECT_FALSE(SyslogReceiver("udp://no.such.host.invalid:514", "", "n").send({{entry()}, {}}));
}

}  // namespace
}  // namespace hotswap::syslog
