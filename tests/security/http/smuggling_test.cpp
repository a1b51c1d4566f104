// Requests that two parsers on the way could cut differently. Behind each stands a request that
// must never be taken for one of its own.
#include "security/http/target.hpp"

namespace hotswap::security {
namespace {

const std::string kHidden = "GET /health/live HTTP/1.1\r\nHost: hidden\r\n\r\n";

struct Attack {
  const char* name;
  std::string bytes;
  int status = 400;
};

void PrintTo(const Attack& attack, std::ostream* out) { *out << attack.name; }

std::string post(std::string_view fields, std::string_view body = {}) {
  return "POST /api/v1/configs HTTP/1.1\r\nHost: t\r\n" + std::string(fields) + "\r\n" +
         std::string(body);
}
std::string get(std::string_view fields) {
  return "GET /health/live HTTP/1.1\r\nHost: t\r\n" + std::string(fields) + "\r\n";
}
std::string chunked(std::string_view body) { return post("Transfer-Encoding: chunked\r\n", body); }

std::vector<Attack> lengths() {
  return {
      {"CL_TE", post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nG")},
      {"TE_CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "5c\r\nGPOST")},
      {"TE_TE_twice",
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")},
      {"TE_TE_case", post("Transfer-Encoding: chunked\r\nTransfer-encoding: cow\r\n", "0\r\n\r\n")},
      {"TE_x", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
      {"TE_list", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
      {"TE_list_empty", post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n")},
      {"TE_quoted", post("Transfer-Encoding: 'chunked'\r\n", "0\r\n\r\n")},
      {"TE_blank_before_colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")},
      {"TE_tab_before_colon", post("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n")},
      {"TE_vertical_tab", post("Transfer-Encoding: \x0b"
                               "chunked\r\n",
                               "0\r\n\r\n")},
      {"TE_form_feed", post("Transfer-Encoding:\x0c"
                            "chunked\r\n",
                            "0\r\n\r\n")},
      {"TE_folded", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")},
      {"TE_folded_name", post("X: y\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"TE_bare_LF_before", post("X: y\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"TE_bare_CR_before", post("X: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"TE_NUL", post(std::string_view("Transfer-Encoding: chunked\0\r\n", 29), "0\r\n\r\n")},
      {"TE_in_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"CL_twice", post("Content-Length: 0\r\nContent-Length: 44\r\n")},
      {"CL_twice_equal", post("Content-Length: 0\r\nContent-Length: 0\r\n")},
      {"CL_list", post("Content-Length: 0, 44\r\n")},
      {"CL_plus", post("Content-Length: +0\r\n")},
      {"CL_minus", post("Content-Length: -0\r\n")},
      {"CL_hex", post("Content-Length: 0x0\r\n")},
      {"CL_blank_inside", post("Content-Length: 0 0\r\n")},
      {"CL_fraction", post("Content-Length: 0.0\r\n")},
      {"CL_beyond_64_bits", post("Content-Length: 18446744073709551616\r\n")},
      {"CL_other_digits", post("Content-Length: \xef\xbc\x90\r\n")},
      {"CL_blank_before_colon", post("Content-Length : 0\r\n")},
  };
}

std::vector<Attack> chunks() {
  return {
      {"chunk_size_negative", chunked("-1\r\n\r\n0\r\n\r\n")},
      {"chunk_size_prefixed", chunked("0x1\r\na\r\n0\r\n\r\n")},
      {"chunk_size_plus", chunked("+1\r\na\r\n0\r\n\r\n")},
      {"chunk_size_blank_before", chunked(" 1\r\na\r\n0\r\n\r\n")},
      {"chunk_size_blank_after", chunked("1 \r\na\r\n0\r\n\r\n")},
      {"chunk_size_overflows", chunked("10000000000000001\r\na\r\n0\r\n\r\n")},
      {"chunk_size_huge", chunked("FFFFFFFFFFFFFFFF\r\na"), 413},
      {"chunk_size_empty", chunked("\r\na\r\n0\r\n\r\n")},
      {"chunk_extension", chunked("1;x=y\r\na\r\n0\r\n\r\n")},
      {"chunk_extension_LF", chunked("1;x\ny\r\na\r\n0\r\n\r\n")},
      {"chunk_LF_only", chunked("1\na\n0\n\n")},
      {"chunk_longer_than_said", chunked("1\r\nab\r\n0\r\n\r\n")},
      {"chunk_end_without_CRLF", chunked("1\r\naXX0\r\n\r\n")},
      {"chunk_zeros_endless", chunked(std::string(40000, '0'))},
      {"trailer_length", chunked("0\r\nContent-Length: 44\r\nX : y\r\n\r\n")},
  };
}

std::vector<Attack> lines() {
  return {
      {"fold_first", "GET /health/live HTTP/1.1\r\n Host: t\r\n\r\n"},
      {"fold", get("X: a\r\n\tb\r\n")},
      {"bare_LF", "GET /health/live HTTP/1.1\nHost: t\n\n"},
      {"bare_CR", get("X: a\rY: b\r\n")},
      {"CR_CR_LF", get("X: a\r\r\n")},
      {"NUL_in_value", get(std::string_view("X: a\0b\r\n", 8))},
      {"NUL_in_name", get(std::string_view("X\0Y: b\r\n", 8))},
      {"NUL_in_target", std::string("GET /health\0/live HTTP/1.1\r\nHost: t\r\n\r\n", 40)},
      {"control_in_name", get("X\x01Y: b\r\n")},
      {"blank_in_name", get("X Y: b\r\n")},
      {"no_colon", get("Hidden\r\n")},
      {"no_name", get(": b\r\n")},
      {"no_host", "GET /health/live HTTP/1.1\r\n\r\n"},
      {"two_hosts", get("Host: u\r\n")},
      {"version_0_9", "GET /health/live\r\n"},
      {"version_0_9_said", "GET /health/live HTTP/0.9\r\nHost: t\r\n\r\n", 505},
      {"version_2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"version_lower_case", "GET /health/live http/1.1\r\nHost: t\r\n\r\n", 505},
      {"version_long", "GET /health/live HTTP/1.10\r\nHost: t\r\n\r\n", 505},
      {"two_blanks", "GET  /health/live HTTP/1.1\r\nHost: t\r\n\r\n"},
      {"tab_for_blank", "GET\t/health/live\tHTTP/1.1\r\nHost: t\r\n\r\n"},
      {"blank_in_target", "GET /health /live HTTP/1.1\r\nHost: t\r\n\r\n"},
      {"fragment", "GET /health/live#x HTTP/1.1\r\nHost: t\r\n\r\n"},
      {"not_a_path", "GET health/live HTTP/1.1\r\nHost: t\r\n\r\n"},
      {"authority_form", "CONNECT t:80 HTTP/1.1\r\nHost: t\r\n\r\n"},
      {"absolute_mismatch", "GET http://u/health/live HTTP/1.1\r\nHost: t\r\n\r\n"},
      {"absolute_with_user", "GET http://t@u/health/live HTTP/1.1\r\nHost: t\r\n\r\n"},
      {"absolute_other_scheme", "GET ftp://t/health/live HTTP/1.1\r\nHost: t\r\n\r\n"},
      {"bytes_beyond_ASCII", "GET /h\xc3\xa9 HTTP/1.1\r\nHost: t\r\n\r\n"},
      {"expect_unknown", post("Expect: magic\r\nContent-Length: 1\r\n", "a"), 417},
  };
}

class Smuggling : public Target, public ::testing::WithParamInterface<Attack> {};

TEST_P(Smuggling, IsRefusedOnceAndTheConnectionEnds) {
  Raw raw(port());
  raw.send(GetParam().bytes + kHidden);
  bool closed = false;
  const auto all = raw.read_all(closed);
  EXPECT_TRUE(closed);
  EXPECT_EQ(first_status(all), GetParam().status) << all;
  EXPECT_EQ(count_answers(all), 1u) << all;
  EXPECT_TRUE(all.contains("Connection: close")) << all;
}

const auto kName = [](const ::testing::TestParamInfo<Attack>& info) {
  return std::string(info.param.name);
};
INSTANTIATE_TEST_SUITE_P(Lengths, Smuggling, ::testing::ValuesIn(lengths()), kName);
INSTANTIATE_TEST_SUITE_P(Chunks, Smuggling, ::testing::ValuesIn(chunks()), kName);
INSTANTIATE_TEST_SUITE_P(Lines, Smuggling, ::testing::ValuesIn(lines()), kName);

using Pipelines = Target;

TEST_F(Pipelines, TheBodyOfARefusedRequestIsNoRequest) {
  // 401, but well-formed: the connection goes on behind the body.
  const auto all =
      answers(post("Content-Length: " + std::to_string(kHidden.size()) + "\r\n", kHidden) +
              get("Connection: close\r\n"));
  EXPECT_EQ(first_status(all), 401);
  EXPECT_EQ(count_answers(all), 2u) << all;
}

TEST_F(Pipelines, ARefusalEndsWhatStandsBehindIt) {
  const auto all = answers(get("") + get("X : y\r\n") + get("") + get(""));
  EXPECT_EQ(count_answers(all), 2u) << all;
  EXPECT_EQ(first_status(all), 200);
  EXPECT_TRUE(all.contains("HTTP/1.1 400")) << all;
}

TEST_F(Pipelines, ALastChunkMayArriveInPieces) {
  const int no_delay = 1;
  for (const std::string& end : {std::string("0\r\n\r\n"), std::string("0\r\nX: y\r\n\r\n"),
                                 std::string("0\r\n\0\0\1\r\n\r\n", 10)}) {
    Raw raw(port());
    ::setsockopt(raw.descriptor(), IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);
    raw.send(chunked("3\r\nabc\r\n"));
    // Each byte is taken before the next one comes: the server answers others meanwhile.
    for (const char byte : end) {
      EXPECT_EQ(first_status(answers(get("Connection: close\r\n"))), 200);
      raw.send({&byte, 1});
    }
    raw.end_sending();
    bool closed = false;
    EXPECT_GE(first_status(raw.read_all(closed)), 400) << end;
  }
}

TEST_F(Pipelines, ManyRequestsAtOnceAreAnsweredInOrder) {
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += get("X-Request-Id: n" + std::to_string(i) + "\r\n");
  const auto all = answers(requests + get("Connection: close\r\n"));
  EXPECT_EQ(count_answers(all), 201u);
  std::size_t at = 0;
  for (int i = 0; i < 200 && at != std::string::npos; ++i)
    at = all.find("X-Request-Id: n" + std::to_string(i) + "\r\n", at);
  EXPECT_NE(at, std::string::npos);
}

TEST_F(Pipelines, HeadersOfTheNextHopAreNotBelieved) {
  for (const auto* fields :
       {"X-HTTP-Method-Override: DELETE\r\n", "X-Original-URL: /api/v1/audit\r\n",
        "X-Rewrite-URL: /api/v1/audit\r\n", "X-Forwarded-Host: evil\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"}) {
    const auto all = answers(get(std::string(fields) + "X: y\r\n"));
    EXPECT_EQ(first_status(all), 200) << fields;
    EXPECT_FALSE(all.contains("evil")) << all;
    EXPECT_TRUE(all.contains("\"live\"")) << all;
  }
}

}  // namespace
}  // namespace hotswap::security
