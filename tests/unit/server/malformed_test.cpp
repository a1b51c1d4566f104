#include "unit/server/test_server.hpp"

namespace hotswap::api::testing {
namespace {

struct Malformed {
  const char* name;
  std::string bytes;
  int status;
};

std::string head(std::string_view fields) {
  return "POST /x HTTP/1.1\r\nHost: t\r\n" + std::string(fields) + "\r\n";
}
std::string chunked(std::string_view body) {
  return head("Transfer-Encoding: chunked\r\n") + std::string(body);
}

// What follows the ill-formed request must never be taken for a request of its own.
const std::vector<Malformed>& table() {
  static constexpr char kNul[] = "GET / HTTP/1.1\r\nHost: t\r\nX: a\0b\r\n\r\n";
  static const std::vector<Malformed> cases{
      {"LengthAndEncoding",
       head("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n", 400},
      {"EncodingAndLength",
       head("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n", 400},
      {"EncodingTwice", head("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"EncodingObfuscated", head("Transfer-Encoding: xchunked\r\n"), 400},
      {"EncodingIdentityChunked", head("Transfer-Encoding: identity, chunked\r\n"), 400},
      {"EncodingChunkedGzip", head("Transfer-Encoding: chunked, gzip\r\n"), 400},
      {"EncodingQuoted", head("Transfer-Encoding: \"chunked\"\r\n"), 400},
      {"EncodingVerticalTab", head("Transfer-Encoding: \vchunked\r\n"), 400},
      {"EncodingInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"LengthTwice", head("Content-Length: 3\r\nContent-Length: 4\r\n") + "abcd", 400},
      {"LengthTwiceEqual", head("Content-Length: 3\r\nContent-Length: 3\r\n") + "abc", 400},
      {"LengthList", head("Content-Length: 3, 3\r\n") + "abc", 400},
      {"LengthNegative", head("Content-Length: -1\r\n"), 400},
      {"LengthPlus", head("Content-Length: +3\r\n") + "abc", 400},
      {"LengthHex", head("Content-Length: 0x3\r\n") + "abc", 400},
      {"LengthEmpty", head("Content-Length: \r\n"), 400},
      {"LengthOverflow", head("Content-Length: 99999999999999999999999\r\n"), 400},
      {"BareLineFeeds", "GET / HTTP/1.1\nHost: t\n\n", 400},
      {"BareLineFeedInField", "GET / HTTP/1.1\r\nHost: t\r\nA: b\nC: d\r\n\r\n", 400},
      {"BareCarriageReturn", "GET / HTTP/1.1\r\nHost: t\r\nA: b\rC: d\r\n\r\n", 400},
      {"FoldedField", "GET / HTTP/1.1\r\nHost: t\r\nA: b\r\n c\r\n\r\n", 400},
      {"FoldedFirstField", "GET / HTTP/1.1\r\n Host: t\r\n\r\n", 400},
      {"BlankBeforeColon", "GET / HTTP/1.1\r\nHost : t\r\n\r\n", 400},
      {"NoColon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400},
      {"EmptyName", "GET / HTTP/1.1\r\nHost: t\r\n: v\r\n\r\n", 400},
      {"NulByte", std::string(kNul, sizeof kNul - 1), 400},
      {"NoHost", "GET / HTTP/1.1\r\nA: b\r\n\r\n", 400},
      {"HostTwice", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"EmptyLineFirst", "\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"NoTarget", "GET  HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"NoVersion", "GET /\r\nHost: t\r\n\r\n", 400},
      {"RelativeTarget", "GET x HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"Fragment", "GET /x#y HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"BytesBeyondAsciiInTarget", "GET /\xC3\xA9 HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"BlankInTarget", "GET /a b HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"Authority", "CONNECT t:80 HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"Http09", "GET / HTTP/0.9\r\nHost: t\r\n\r\n", 505},
      {"TlsHello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), 400},
      {"UnknownExpect", head("Expect: pizza\r\nContent-Length: 1\r\n") + "a", 417},
      {"ChunkSizeNotHex", chunked("zz\r\nabc\r\n"), 400},
      {"ChunkSizeNegative", chunked("-3\r\nabc\r\n0\r\n\r\n"), 400},
      {"ChunkSizePrefixed", chunked("0x3\r\nabc\r\n0\r\n\r\n"), 400},
      {"ChunkSizeBlank", chunked("3 \r\nabc\r\n0\r\n\r\n"), 400},
      {"ChunkSizeOverflow", chunked("FFFFFFFFFFFFFFFFF\r\nabc"), 400},
      {"ChunkExtension", chunked("3;a=b\r\nabc\r\n0\r\n\r\n"), 400},
      {"ChunkExtensionLast", chunked("0;a=b\r\n\r\n"), 400},
      {"ChunkTooLong", chunked("3\r\nabcdef\r\n0\r\n\r\n"), 400},
      {"ChunkBareLineFeed", chunked("3\nabc\n0\n\n\r\n\r\n"), 400},
      {"ChunkLineEndless", chunked(std::string(20000, '0')), 400},
      {"TrailersEndless", chunked("0\r\n" + std::string(20000, 'a')), 400},
      {"TrailerWithLength", chunked("0\r\nContent-Length: 5\r\n\r\n"), 400},
  };
  return cases;
}

class MalformedRequests : public ServerTest, public ::testing::WithParamInterface<Malformed> {};

TEST_P(MalformedRequests, AreRefusedAndTheConnectionIsClosed) {
  start();
  RawClient client(port);
  client.send(GetParam().bytes);
  client.get("/now/smuggled");
  client.half_close();
  const auto all = client.read_to_end();
  EXPECT_EQ(all.substr(0, 12), "HTTP/1.1 " + std::to_string(GetParam().status)) << all;
  EXPECT_NE(all.find("Connection: close"), std::string::npos) << all;
  EXPECT_EQ(all.find("smuggled"), std::string::npos) << all;
  RawClient other(port);
  other.get("/now/alive");
  EXPECT_EQ(other.read_answer().status, 200);
}

INSTANTIATE_TEST_SUITE_P(Table, MalformedRequests, ::testing::ValuesIn(table()),
                         [](const auto& row) { return std::string(row.param.name); });

class RandomBytes : public ServerTest {};

TEST_F(RandomBytes, NeverStopTheServer) {
  start();
  static constexpr std::string_view kSeed =
      "POST /x HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  for (int round = 0; round < 500; ++round) {
    std::string bytes(kSeed);
    for (auto edits = 1 + random.below(6); edits > 0; --edits) {
      const auto at = random.below(bytes.size());
      if (random.below(3) == 0) {
        bytes.erase(at, 1 + random.below(4));
      } else {
        bytes[at] = static_cast<char>(random.below(256));
      }
    }
    RawClient client(port);
    client.send(bytes);
    client.half_close();
    client.read_to_end();
  }
  RawClient client(port);
  client.get("/now/alive");
  EXPECT_EQ(client.read_answer().status, 200);
}

}  // namespace
}  // namespace hotswap::api::testing
