#pragma once
// The real server under attack: one for all tests of this program, looked at after each.

#include <unistd.h>

#include <fstream>

#include "e2e/support/server.hpp"
#include "security/support/raw.hpp"

namespace hotswap::security {

class Target : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<e2e::Server>(std::vector<std::string>{
        "--rate-address", "0", "--rate-principal", "0", "--rate-instance", "0"});
  }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override { before_ = resident_kilobytes(); }
  /// It lives, answers, and has not grown by what it was sent.
  void TearDown() override {
    EXPECT_TRUE(server().process().running());
    EXPECT_TRUE(server().api().get("/api/v1/configs"));
    EXPECT_LT(resident_kilobytes(), before_ + kGrowth);
  }

  [[nodiscard]] static e2e::Server& server() { return *server_; }
  [[nodiscard]] static int port() {
    return std::stoi(server().url().substr(server().url().rfind(':') + 1));
  }
  [[nodiscard]] static std::string authorization() {
    return "Authorization: Bearer " + server().options().token + "\r\n";
  }
  [[nodiscard]] static long resident_kilobytes() {
    std::ifstream statm("/proc/" + std::to_string(server().process().pid()) + "/statm");
    long pages = 0;
    statm >> pages >> pages;
    return pages * ::sysconf(_SC_PAGESIZE) / 1024;
  }
  /// The answers to these bytes and to the end of them.
  static std::string answers(std::string_view bytes) {
    Raw raw(port());
    raw.send(bytes);
    raw.end_sending();
    bool closed = false;
    auto all = raw.read_all(closed);
    EXPECT_TRUE(closed) << "the connection was left open";
    return all;
  }
  /// A document as the body of an upload.
  static std::string upload(const std::string& body, const std::string& type) {
    return answers("POST /api/v1/configs HTTP/1.1\r\nHost: t\r\n" + authorization() +
                   "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
                   "\r\nConnection: close\r\n\r\n" + body);
  }

 private:
  static constexpr long kGrowth = 64 * 1024;
  inline static std::unique_ptr<e2e::Server> server_;
  long before_ = 0;
};

}  // namespace hotswap::security
