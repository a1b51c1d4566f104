#include <latch>

#include "api/server/request_parser.hpp"
#include "api/server/response_head.hpp"
#include "api/server/stream_queue.hpp"
#include "api/server/worker_pool.hpp"
#include "unit/server/test_server.hpp"

namespace hotswap::api::testing {
namespace {

/// What comes of a head whose target has so many bytes and arrives a byte at a time.
ParseState in_pieces(std::string_view method, std::size_t target) {
  RequestParser parser({.header_bytes = 2048, .target_bytes = 512, .body_bytes = 1024});
  const auto head =
      std::string(method) + " /" + std::string(target - 1, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  std::string arrived;
  auto state = ParseState::Head;
  for (std::size_t i = 0; i < head.size() && state == ParseState::Head; ++i) {
    std::size_t consumed = 0;
    state = parser.feed(arrived += head[i], consumed);
  }
  if (state == ParseState::Refused) EXPECT_EQ(parser.fault().status, 414);
  return state;
}

TEST(RequestParser, ATargetsLimitIsTheSameInPieces) {
  for (const auto* method : {"GET", "OPTIONS", "SOMETHING-LONG-THAT-NOBODY-KNOWS"}) {
    EXPECT_EQ(in_pieces(method, 512), ParseState::Done) << method;
    EXPECT_EQ(in_pieces(method, 513), ParseState::Refused) << method;
  }
  EXPECT_EQ(in_pieces(std::string(64, 'M'), 1), ParseState::Done);
  EXPECT_EQ(in_pieces(std::string(65, 'M'), 1), ParseState::Refused);
}

TEST(ResponseHead, WritesDatesAsHttpDoes) {
  using namespace std::chrono;
  EXPECT_EQ(http_date(sys_days(year(1994) / 11 / 6) + 8h + 49min + 37s + 999ms),
            "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(sys_days(year(2028) / 2 / 29)), "Tue, 29 Feb 2028 00:00:00 GMT");
}

TEST(ResponseHead, LetsNoValueStartAFieldOfItsOwn) {
  Response response{302, {{"Location", "/x\r\nSet-Cookie: a=b"}}, "text/plain\nX: y", nullptr};
  std::string head;
  append_head(head, response, {.date = "D", .request_id = "id", .keep_alive = true});
  EXPECT_EQ(
      head,
      "HTTP/1.1 302 Found\r\nDate: D\r\nContent-Type: text/plain X: y\r\nContent-Length: 0\r\n"
      "Location: /x  Set-Cookie: a=b\r\nX-Content-Type-Options: nosniff\r\n"
      "Cache-Control: no-store\r\nX-Request-Id: id\r\n\r\n");
}

std::string head_of(const Response& response, const HeadContext& context = {}) {
  std::string head;
  append_head(head, response, context);
  return head;
}

TEST(ResponseHead, PagesMayNeitherLoadNorBeFramed) {
  const auto page = head_of(Response{200, {}, "text/html; charset=utf-8", nullptr});
  EXPECT_TRUE(page.contains("default-src 'none'")) << page;
  EXPECT_TRUE(page.contains("frame-ancestors 'none'")) << page;
  EXPECT_TRUE(page.contains("Referrer-Policy: no-referrer")) << page;
  const Response own{
      200, {{"Content-Security-Policy", "default-src 'self'"}}, "text/html", nullptr};
  EXPECT_FALSE(head_of(own).contains("default-src 'none'"));
  EXPECT_FALSE(head_of(Response{200, {}, "application/json", nullptr}).contains("default-src"));
}

TEST(ResponseHead, NothingIsKeptOnTheWayUnlessTheAnswerSaysSo) {
  EXPECT_TRUE(head_of(Response{}).contains("Cache-Control: no-store"));
  const auto kept = head_of(Response{200, {{"cache-control", "max-age=60"}}, "", nullptr});
  EXPECT_FALSE(kept.contains("no-store")) << kept;
}

TEST(ResponseHead, NobodyLearnsWhatServes) {
  EXPECT_FALSE(head_of(Response{}, {.tls = true}).contains("Server:"));
  EXPECT_TRUE(head_of(Response{}, {.tls = true}).contains("Strict-Transport-Security: max-age="));
  EXPECT_FALSE(head_of(Response{}).contains("Strict-Transport"));
}

TEST(ResponseHead, AddsRetryAfterTo503OnlyIfMissing) {
  std::string head;
  append_head(head, Response{503, {{"retry-after", "7"}}, "", nullptr}, {});
  EXPECT_EQ(head.find("Retry-After"), std::string::npos);
}

TEST(RequestParser, CostsAClientThatClaimsMuchNothing) {
  RequestParser parser({16384, 8192, 1 << 20});
  std::size_t consumed = 0;
  EXPECT_EQ(parser.feed("PUT / HTTP/1.1\r\nHost: t\r\nContent-Length: 1048576\r\n\r\n", consumed),
            ParseState::Body);
  EXPECT_LE(parser.request().body.capacity(), 65536U);
}

TEST(RequestParser, IgnoresTrailers) {
  RequestParser parser({16384, 8192, 1 << 20});
  std::size_t consumed = 0;
  const std::string_view bytes =
      "PUT / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\na\r\n0\r\nAuthorization: evil\r\n\r\nGET /next";
  EXPECT_EQ(parser.feed(bytes, consumed), ParseState::Done);
  EXPECT_EQ(bytes.substr(consumed), "GET /next");
  EXPECT_EQ(parser.request().header("Authorization"), "");
  EXPECT_EQ(parser.request().body, "a");
}

class Queue : public ::testing::Test {
 protected:
  ~Queue() override { mailbox->close(); }

  std::string take_all() {
    std::vector<Outgoing> frames;
    queue->take(frames, 100);
    std::string all;
    for (const auto& taken : frames) all += *taken.bytes + " ";
    return all;
  }
  static SharedFrame word(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
  }

  int wakes = 0;
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>([this] { ++wakes; });
  std::shared_ptr<StreamQueue> queue = std::make_shared<StreamQueue>(mailbox, 4);
};

TEST_F(Queue, KeepsTheNewestOfAKeyAtTheEnd) {
  queue->push("a", word("a1"));
  queue->push("b", word("b1"));
  queue->push("a", word("a2"));
  queue->push("", word("x"));
  queue->push("a", word("a3"));
  EXPECT_EQ(take_all(), "b1 x a3 ");
  EXPECT_EQ(take_all(), "");
}

TEST_F(Queue, WakesTheThreadOncePerBatch) {
  int changes = 0;
  queue->attach([&] { ++changes; });
  for (int i = 0; i < 100; ++i) queue->push("k", word("v"));
  EXPECT_EQ(wakes, 1);
  mailbox->run();
  EXPECT_EQ(changes, 1);
  queue->push("k", word("w"));
  EXPECT_EQ(wakes, 2);
}

TEST_F(Queue, ClosesOnOverflowAndDropsWhatWaits) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(queue->push("", word("entry")));
  EXPECT_FALSE(queue->push("", word("fifth")));
  EXPECT_FALSE(queue->is_open());
  EXPECT_TRUE(queue->is_finished());
}

TEST_F(Queue, IgnoresEmptyFrames) {
  EXPECT_TRUE(queue->push("k", nullptr));
  EXPECT_TRUE(queue->push("k", word("")));
  EXPECT_EQ(take_all(), "");
}

TEST(WorkerPool, RunsJobsAndRefusesAfterStop) {
  WorkerPool pool(2, 10);
  std::promise<void> ran;
  EXPECT_TRUE(pool.submit([&] { ran.set_value(); }));
  ran.get_future().wait();
  pool.stop();
  EXPECT_FALSE(pool.submit([] {}));
}

TEST(WorkerPool, HasAThreadForEachJobThatBlocks) {
  constexpr int kThreads = 8;
  std::latch all(kThreads + 1);
  WorkerPool pool(kThreads, 100);
  for (int i = 0; i < kThreads; ++i) EXPECT_TRUE(pool.submit([&] { all.arrive_and_wait(); }));
  all.arrive_and_wait();
}

TEST(WorkerPool, GoesOnWithWhatWasBegunBeforeItBeginsMore) {
  std::latch free(1);
  std::string order;
  WorkerPool pool(1, 1);
  pool.expect();
  EXPECT_TRUE(pool.submit([&] { free.wait(); }));
  while (pool.queued() > 0) std::this_thread::yield();
  EXPECT_TRUE(pool.submit([&] { order += "new"; }));
  EXPECT_FALSE(pool.submit([] {}));
  pool.resume([&] { order += "begun "; });
  free.count_down();
  while (pool.queued() > 0) std::this_thread::yield();
  pool.stop();
  EXPECT_EQ(order, "begun new");
}

TEST(WorkerPool, StopsOnlyWhenWhatIsExpectedHasCome) {
  WorkerPool pool(2, 100);
  pool.expect();
  std::jthread stopping([&] { pool.stop(); });
  while (pool.submit([] {})) std::this_thread::yield();
  bool ran = false;
  pool.resume([&] { ran = true; });
  stopping.join();
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace hotswap::api::testing
