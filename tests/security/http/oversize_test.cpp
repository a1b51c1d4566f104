// Too much of everything, and too slowly.
#include <thread>

#include "e2e/support/wait.hpp"
#include "security/http/target.hpp"

namespace hotswap::security {
namespace {

using namespace std::chrono_literals;

std::string get(const std::string& target, const std::string& fields = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n";
}

using Oversize = Target;

TEST_F(Oversize, EveryPartOfARequestHasABound) {
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "X" + std::to_string(i) + ": y\r\n";
  EXPECT_EQ(first_status(answers(get("/" + std::string(100'000, 'a')))), 414);
  EXPECT_EQ(first_status(answers(get("/?" + std::string(100'000, 'a')))), 414);
  EXPECT_EQ(first_status(answers(get("/health/live", many))), 431);
  EXPECT_EQ(first_status(answers(get("/health/live", "X: " + std::string(100'000, 'a') + "\r\n"))),
            431);
  EXPECT_EQ(first_status(answers(get("/health/live", std::string(100'000, 'n') + ": x\r\n"))), 431);
  EXPECT_EQ(first_status(answers(std::string(100'000, 'G'))), 414);
  const auto claims = [](const std::string& length) {
    return answers("POST /api/v1/configs HTTP/1.1\r\nHost: t\r\nContent-Length: " + length +
                   "\r\n\r\n");
  };
  for (const auto* length : {"2000000", "99999999999", "9223372036854775807"})
    EXPECT_EQ(first_status(claims(length)), 413) << length;
  EXPECT_EQ(first_status(upload(std::string(2 << 20, ' '), "application/json")), 413);
}

TEST_F(Oversize, AChunkedBodyIsBoundedAsItArrives) {
  Raw raw(port());
  raw.send("POST /api/v1/configs HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto chunk = "10000\r\n" + std::string(0x10000, 'a') + "\r\n";
  int sent = 0;
  while (sent < 1000 && raw.send(chunk)) ++sent;
  bool closed = false;
  const auto all = raw.read_all(closed);
  EXPECT_TRUE(closed);
  // Either the refusal is seen, or the connection was reset while bytes were still coming.
  if (!all.empty()) EXPECT_EQ(first_status(all), 413);
  EXPECT_LT(sent, 1000) << "64 MB were taken";
}

TEST_F(Oversize, CompressedBodiesAreNotUnpacked) {
  // A few bytes that would be gigabytes: nothing here decodes, so nothing can burst.
  for (const auto* coding : {"gzip", "deflate", "br", "zstd"}) {
    const auto all = answers("POST /api/v1/configs HTTP/1.1\r\nHost: t\r\n" + authorization() +
                             "Content-Type: application/json\r\nContent-Encoding: " + coding +
                             "\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\x1f\x8b\x08\x01");
    EXPECT_EQ(first_status(all), 415) << coding << all;
  }
}

TEST_F(Oversize, ClaimedBodiesOfManyConnectionsCostNothing) {
  std::vector<Raw> open;
  const auto before = resident_kilobytes();
  for (int i = 0; i < 200; ++i) {
    open.emplace_back(port());
    open.back().send(
        "POST /api/v1/configs HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n\r\n{");
  }
  EXPECT_EQ(first_status(answers(get("/health/live"))), 200);
  EXPECT_LT(resident_kilobytes(), before + 40 * 1024);
}

TEST_F(Oversize, WhoDribblesIsCutWhileOthersAreServed) {
  // Slowloris: a head that never ends, a byte each second.
  std::vector<Raw> slow;
  for (int i = 0; i < 100; ++i) {
    slow.emplace_back(port());
    slow.back().send("GET /health/live HTTP/1.1\r\nHost: t\r\nX-a: ");
  }
  const auto begin = std::chrono::steady_clock::now();
  std::size_t alive = slow.size();
  EXPECT_TRUE(e2e::eventually(
      [&] {
        EXPECT_EQ(first_status(answers(get("/health/live"))), 200);
        alive = static_cast<std::size_t>(std::ranges::count_if(slow, [](Raw& raw) {
          char byte = 0;
          const auto got = ::recv(raw.descriptor(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
          const bool open = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
          return open && raw.send("b");
        }));
        return alive == 0;
      },
      30s));
  EXPECT_EQ(alive, 0u);
  EXPECT_GT(std::chrono::steady_clock::now() - begin, 5s) << "nobody was given time";
  bool closed = false;
  EXPECT_EQ(first_status(slow.front().read_all(closed)), 408);
}

}  // namespace
}  // namespace hotswap::security
